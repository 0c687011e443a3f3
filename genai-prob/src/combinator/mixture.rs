//! Mixtures of distributions of one number.

use super::expectation::{expectation, surprise};
use super::moments::{Moments, by_moments};
use super::peak::peak;
use super::{ln_sum_exp, shares};
use crate::multivariate::choose;
use crate::{Error, Support, Univariate};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter, Result as Written};

/// One of several distributions, chosen by chance: heights of men and women, waiting times with and without a jam.
///
/// | | |
/// |---|---|
/// | density | Σ wₖ fₖ(x) |
/// | mean, variance | Σ wₖ μₖ, Σ wₖ (σₖ² + (μₖ − μ)²) |
///
/// Logarithms are summed on their own scale, so tails hold below e^(−700). Quantiles by bisection over the doubles; entropy by
/// an integral (10⁻¹⁰); the mode by search.
///
/// # Examples
///
/// ```
/// use genai_prob::{Univariate, combinator::Mixture, continuous::Exponential};
///
/// let wait = Mixture::new(&[3.0, 1.0], vec![Exponential::new(1.0)?, Exponential::new(0.1)?])?;
/// assert_eq!(wait.mean(), 3.25);
/// let mixed: Vec<Box<dyn Univariate>> = vec![Box::new(Exponential::new(1.0)?), Box::new(wait)];
/// approx::assert_relative_eq!(Mixture::new(&[0.5, 0.5], mixed)?.mean(), 2.125);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "Fields<D>", bound(deserialize = "D: Deserialize<'de>"))]
pub struct Mixture<D: Univariate = Box<dyn Univariate>> {
    weights: Vec<f64>,
    components: Vec<D>,
    #[serde(skip_serializing)]
    support: Support,
}

/// How a mixture is read from files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<D> {
    weights: Vec<f64>,
    components: Vec<D>,
}

impl<D: Univariate> TryFrom<Fields<D>> for Mixture<D> {
    type Error = Error;

    fn try_from(fields: Fields<D>) -> Result<Self, Error> {
        Self::new(&fields.weights, fields.components)
    }
}

impl<D: Univariate> Mixture<D> {
    /// The mixture with shares in proportion to these weights.
    ///
    /// # Errors
    ///
    /// If there is no component or not one weight for each, a weight is negative, all are 0, or whole numbers are mixed with
    /// real ones.
    pub fn new(weights: &[f64], components: Vec<D>) -> Result<Self, Error> {
        let weights = shares("Mixture", weights, components.len())?;
        let supports = || weights.iter().zip(&components).filter(|(w, _)| **w > 0.0).map(|(_, c)| c.support());
        let discrete = supports().all(|s| s.discrete);
        if !discrete && supports().any(|s| s.discrete) {
            let found = "distributions of whole numbers and of real numbers";
            return Err(Error::parameter("Mixture", "components", found, "one kind"));
        }
        let lower = supports().map(|s| s.lower).fold(f64::INFINITY, f64::min);
        let upper = supports().map(|s| s.upper).fold(f64::NEG_INFINITY, f64::max);
        Ok(Self { support: Support { lower, upper, discrete }, weights, components })
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
    pub fn responsibilities(&self, x: f64) -> Vec<f64> {
        let total = self.ln_prob(x);
        self.weights.iter().zip(&self.components).map(|(w, c)| (w.ln() + c.ln_prob(x) - total).exp()).collect()
    }

    /// Weights above 0 with their components.
    fn parts(&self) -> impl Iterator<Item = (f64, &D)> + Clone {
        self.weights.iter().copied().zip(&self.components).filter(|(w, _)| *w > 0.0)
    }

    fn moments(&self) -> Moments {
        Moments::pooled(&self.parts().map(|(w, c)| (w, Moments::of(c))).collect::<Vec<_>>())
    }
}

impl<D: Univariate> Display for Mixture<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str("Mixture(")?;
        for (i, (w, c)) in self.weights.iter().zip(&self.components).enumerate() {
            write!(f, "{}{w} {c}", if i > 0 { " + " } else { "" })?;
        }
        f.write_str(")")
    }
}

impl<D: Univariate> Univariate for Mixture<D> {
    by_moments!();

    fn support(&self) -> Support {
        self.support
    }

    fn ln_prob(&self, x: f64) -> f64 {
        ln_sum_exp(self.parts().map(|(w, c)| w.ln() + c.ln_prob(x)))
    }

    fn prob(&self, x: f64) -> f64 {
        self.parts().map(|(w, c)| w * c.prob(x)).sum()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.parts().map(|(w, c)| w * c.cdf(x)).sum::<f64>().min(1.0)
    }

    fn sf(&self, x: f64) -> f64 {
        self.parts().map(|(w, c)| w * c.sf(x)).sum::<f64>().min(1.0)
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let above = self.sf(x);
        if above < 0.5 { (-above).ln_1p() } else { ln_sum_exp(self.parts().map(|(w, c)| w.ln() + c.ln_cdf(x))) }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        let below = self.cdf(x);
        if below < 0.5 { (-below).ln_1p() } else { ln_sum_exp(self.parts().map(|(w, c)| w.ln() + c.ln_sf(x))) }
    }

    fn mode(&self) -> f64 {
        peak(self, self.parts().map(|(_, c)| c.mode()))
    }

    fn entropy(&self) -> f64 {
        self.parts().map(|(w, c)| w * expectation(c, |x| surprise(self.ln_prob(x)))).sum()
    }

    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        self.components[choose(&self.weights, rng)].sample(rng)
    }
}
