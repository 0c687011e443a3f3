//! Independent numbers side by side.

use crate::multivariate::{Multivariate, Region, check_size};
use crate::{Error, Univariate};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter, Result as Written};

/// Independent numbers, each with a distribution of its own: what naive Bayes believes, what a mean-field posterior is.
///
/// | | |
/// |---|---|
/// | density | Π fᵢ(xᵢ) |
/// | entropy | Σ Hᵢ |
///
/// # Examples
///
/// ```
/// use genai_prob::{combinator::Product, continuous::Exponential, multivariate::Multivariate};
///
/// let waits = Product::iid(&Exponential::new(1.0)?, 3)?;
/// assert_eq!((waits.ln_prob(&[1.0, 2.0, 3.0]), waits.entropy()), (-6.0, Some(3.0)));
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "Fields<D>", bound(deserialize = "D: Deserialize<'de>"))]
pub struct Product<D: Univariate = Box<dyn Univariate>> {
    parts: Vec<D>,
}

/// How a product is read from files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<D> {
    parts: Vec<D>,
}

impl<D: Univariate> TryFrom<Fields<D>> for Product<D> {
    type Error = Error;

    fn try_from(fields: Fields<D>) -> Result<Self, Error> {
        Self::new(fields.parts)
    }
}

impl<D: Univariate> Product<D> {
    /// The vectors whose numbers have these distributions.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn new(parts: Vec<D>) -> Result<Self, Error> {
        if parts.is_empty() {
            return Err(Error::parameter("Product", "parts", "empty", "one distribution at least"));
        }
        Ok(Self { parts })
    }

    /// `n` numbers of one distribution.
    ///
    /// # Errors
    ///
    /// If `n` is 0.
    pub fn iid(part: &D, n: usize) -> Result<Self, Error>
    where
        D: Clone,
    {
        Self::new(vec![part.clone(); n])
    }

    /// The distributions of the numbers.
    pub fn parts(&self) -> &[D] {
        &self.parts
    }
}

impl<D: Univariate> Display for Product<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str("Product(")?;
        for (i, part) in self.parts.iter().enumerate() {
            write!(f, "{}{part}", if i > 0 { ", " } else { "" })?;
        }
        f.write_str(")")
    }
}

impl<D: Univariate> Multivariate for Product<D> {
    fn shape(&self) -> Vec<usize> {
        vec![self.parts.len()]
    }

    fn support(&self) -> Region {
        Region::Box(self.parts.iter().map(Univariate::support).collect())
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size("Product", "a value of", x.len(), self.parts.len());
        let terms = || self.parts.iter().zip(x).map(|(part, x)| part.ln_prob(*x));
        if terms().any(|t| t == f64::NEG_INFINITY) { f64::NEG_INFINITY } else { terms().sum() }
    }

    fn mean(&self) -> Vec<f64> {
        self.parts.iter().map(Univariate::mean).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.parts.len() * self.parts.len()];
        self.variance().iter().enumerate().for_each(|(i, v)| out[i * (self.parts.len() + 1)] = *v);
        out
    }

    fn variance(&self) -> Vec<f64> {
        self.parts.iter().map(Univariate::variance).collect()
    }

    fn entropy(&self) -> Option<f64> {
        Some(self.parts.iter().map(Univariate::entropy).sum())
    }

    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        check_size("Product", "a draw into", out.len(), self.parts.len());
        out.iter_mut().zip(&self.parts).for_each(|(x, part)| *x = part.sample(rng));
    }
}
