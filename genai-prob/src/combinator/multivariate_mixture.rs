//! Mixtures of distributions of vectors.

use super::{ln_sum_exp, shares};
use crate::Error;
use crate::multivariate::{Multivariate, Region, choose};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter, Result as Written};

/// One of several distributions of vectors, chosen by chance: clusters.
///
/// | | |
/// |---|---|
/// | density | Σ wₖ fₖ(x) |
/// | mean, covariance | Σ wₖ μₖ, Σ wₖ (Σₖ + (μₖ − μ)(μₖ − μ)ᵀ) |
///
/// # Examples
///
/// ```
/// use genai_prob::combinator::MultivariateMixture;
/// use genai_prob::multivariate::{Multivariate, MultivariateNormal};
///
/// let left = MultivariateNormal::new(&[-2.0, 0.0], &[1.0, 0.0, 0.0, 1.0])?;
/// let right = MultivariateNormal::new(&[2.0, 0.0], &[1.0, 0.0, 0.0, 1.0])?;
/// let clusters = MultivariateMixture::new(&[0.5, 0.5], vec![left, right])?;
/// assert_eq!(clusters.variance(), [5.0, 1.0]);
/// assert!(clusters.responsibilities(&[-2.0, 1.0])[0] > 0.999);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "Fields<D>", bound(deserialize = "D: Deserialize<'de>"))]
pub struct MultivariateMixture<D: Multivariate = Box<dyn Multivariate>> {
    weights: Vec<f64>,
    components: Vec<D>,
}

/// How a mixture is read from files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<D> {
    weights: Vec<f64>,
    components: Vec<D>,
}

impl<D: Multivariate> TryFrom<Fields<D>> for MultivariateMixture<D> {
    type Error = Error;

    fn try_from(fields: Fields<D>) -> Result<Self, Error> {
        Self::new(&fields.weights, fields.components)
    }
}

impl<D: Multivariate> MultivariateMixture<D> {
    /// The mixture with shares in proportion to these weights.
    ///
    /// # Errors
    ///
    /// If there is no component or not one weight for each, a weight is negative, all are 0, or the components differ in
    /// shape or support.
    pub fn new(weights: &[f64], components: Vec<D>) -> Result<Self, Error> {
        let weights = shares("MultivariateMixture", weights, components.len())?;
        let kind = |d: &D| (d.shape(), d.support());
        if let Some(other) = components.iter().find(|d| kind(d) != kind(&components[0])) {
            let found = format!("{other} beside {}", components[0]);
            return Err(Error::parameter("MultivariateMixture", "components", found, "one shape and one support"));
        }
        Ok(Self { weights, components })
    }

    /// The shares, of sum 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// What is mixed.
    pub fn components(&self) -> &[D] {
        &self.components
    }

    /// The probability that `x` came from each component: what clustering asks.
    #[track_caller]
    pub fn responsibilities(&self, x: &[f64]) -> Vec<f64> {
        let total = self.ln_prob(x);
        self.weights.iter().zip(&self.components).map(|(w, c)| (w.ln() + c.ln_prob(x) - total).exp()).collect()
    }

    /// Weights above 0 with their components.
    fn parts(&self) -> impl Iterator<Item = (f64, &D)> {
        self.weights.iter().copied().zip(&self.components).filter(|(w, _)| *w > 0.0)
    }
}

impl<D: Multivariate> Display for MultivariateMixture<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str("MultivariateMixture(")?;
        for (i, (w, c)) in self.weights.iter().zip(&self.components).enumerate() {
            write!(f, "{}{w} {c}", if i > 0 { " + " } else { "" })?;
        }
        f.write_str(")")
    }
}

impl<D: Multivariate> Multivariate for MultivariateMixture<D> {
    fn shape(&self) -> Vec<usize> {
        self.components[0].shape()
    }

    fn support(&self) -> Region {
        self.components[0].support()
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        let terms: Vec<f64> = self.parts().map(|(w, c)| w.ln() + c.ln_prob(x)).collect();
        ln_sum_exp(terms.iter().copied())
    }

    fn mean(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.size()];
        self.parts().for_each(|(w, c)| out.iter_mut().zip(c.mean()).for_each(|(out, m)| *out += w * m));
        out
    }

    fn covariance(&self) -> Vec<f64> {
        let mean = self.mean();
        let mut out = vec![0.0; mean.len() * mean.len()];
        for (w, c) in self.parts() {
            let off: Vec<f64> = c.mean().iter().zip(&mean).map(|(m, mean)| m - mean).collect();
            let outer = off.iter().flat_map(|a| off.iter().map(move |b| a * b));
            out.iter_mut().zip(c.covariance()).zip(outer).for_each(|((out, c), outer)| *out += w * (c + outer));
        }
        out
    }

    /// No formula is known.
    fn entropy(&self) -> Option<f64> {
        None
    }

    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        self.components[choose(&self.weights, rng)].sample(rng, out);
    }
}
