//! The distribution of the data themselves.

use super::moments::{Moments, by_moments};
use super::shares;
use crate::{Domain, Error, Support, Univariate, data, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter, Result as Written};

/// The values that were seen, each with its share: what the bootstrap draws from.
///
/// | | |
/// |---|---|
/// | mass | the share of the values equal to x |
/// | distribution function | the share of the values up to x |
///
/// # Examples
///
/// ```
/// use genai_prob::{Univariate, combinator::Empirical};
///
/// let seen = Empirical::new(&[3.0, 1.0, 2.0, 2.0])?;
/// assert_eq!((seen.cdf(2.0), seen.prob(2.0), seen.median(), seen.mean()), (0.75, 0.5, 2.0, 2.0));
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Fields")]
pub struct Empirical {
    /// The different values, ascending.
    values: Vec<f64>,
    weights: Vec<f64>,
    /// Sums of the weights up to each value, and above it.
    #[serde(skip_serializing)]
    up_to: Vec<f64>,
    #[serde(skip_serializing)]
    above: Vec<f64>,
}

/// How it is read from files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    values: Vec<f64>,
    weights: Vec<f64>,
}

impl TryFrom<Fields> for Empirical {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self, Error> {
        Self::weighted(&fields.values, &fields.weights)
    }
}

impl Empirical {
    /// The distribution of these values, each alike.
    ///
    /// # Errors
    ///
    /// If there are none or one is not finite.
    pub fn new(values: &[f64]) -> Result<Self, Error> {
        Self::weighted(values, &vec![1.0; values.len()])
    }

    /// The distribution of these values with shares in proportion to weights.
    ///
    /// # Errors
    ///
    /// If there are no values, one is not finite, there is not one weight for each, one is negative or all are 0.
    pub fn weighted(values: &[f64], weights: &[f64]) -> Result<Self, Error> {
        values.iter().try_for_each(|x| Domain::Finite.check("Empirical", "values", *x))?;
        let weights = shares("Empirical", weights, values.len())?;
        let (values, weights) = data::distinct(values, &weights);
        let mut up_to = running(weights.iter());
        up_to[weights.len() - 1] = 1.0;
        let mut above = running(weights.iter().rev());
        above.reverse();
        above.rotate_left(1);
        above[weights.len() - 1] = 0.0;
        Ok(Self { values, weights, up_to, above })
    }

    /// The different values, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Their shares.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn moments(&self) -> Moments {
        let atoms = self.weights.iter().zip(&self.values).map(|(w, x)| (*w, Moments::of_value(*x)));
        Moments::pooled(&atoms.collect::<Vec<_>>())
    }
}

/// Running sums.
pub(super) fn running<'a>(weights: impl Iterator<Item = &'a f64>) -> Vec<f64> {
    let add = |sum: &mut f64, w: &f64| {
        *sum += w;
        Some(*sum)
    };
    weights.scan(0.0, add).collect()
}

impl Display for Empirical {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let (first, last) = (self.values[0], self.values[self.values.len() - 1]);
        write!(f, "Empirical({} values from {first} to {last})", self.values.len())
    }
}

impl Univariate for Empirical {
    by_moments!();

    fn support(&self) -> Support {
        let discrete = self.values.iter().all(|x| x.fract() == 0.0);
        Support { lower: self.values[0], upper: self.values[self.values.len() - 1], discrete }
    }

    fn ln_prob(&self, x: f64) -> f64 {
        self.prob(x).ln()
    }

    fn prob(&self, x: f64) -> f64 {
        let at = self.values.partition_point(|v| *v < x);
        if self.values.get(at) == Some(&x) { self.weights[at] } else { 0.0 }
    }

    fn cdf(&self, x: f64) -> f64 {
        let n = self.values.partition_point(|v| *v <= x);
        if n == 0 { 0.0 } else { self.up_to[n - 1] }
    }

    fn sf(&self, x: f64) -> f64 {
        let n = self.values.partition_point(|v| *v <= x);
        if n == 0 { 1.0 } else { self.above[n - 1] }
    }

    fn quantile(&self, p: f64) -> f64 {
        let at = self.up_to.partition_point(|sum| *sum < p);
        if p.is_nan() { p } else { self.values[at.min(self.values.len() - 1)] }
    }

    fn isf(&self, q: f64) -> f64 {
        let at = self.above.partition_point(|sum| *sum > q);
        if q.is_nan() { q } else { self.values[at.min(self.values.len() - 1)] }
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.quantile(ln_p.exp())
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.isf(ln_q.exp())
    }

    fn mode(&self) -> f64 {
        let best =
            (1..self.values.len()).fold(0, |best, i| if self.weights[i] > self.weights[best] { i } else { best });
        self.values[best]
    }

    fn entropy(&self) -> f64 {
        -self.weights.iter().map(|w| w * w.ln()).sum::<f64>()
    }

    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        self.quantile(sample::open_uniform(rng))
    }
}
