//! A rate, learned from waiting times.

use super::check;
use super::gamma_poisson::ln_area;
use crate::continuous::{Gamma, GeneralisedPareto};
use crate::{Error, Support, data};

/// What is known of the rate of an exponential distribution: a gamma distribution, whose parameters count events and time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaExponential {
    distribution: Gamma,
}

impl GammaExponential {
    /// Before any waiting.
    pub fn new(prior: Gamma) -> Self {
        Self { distribution: prior }
    }

    /// What is known of the rate.
    pub fn distribution(&self) -> &Gamma {
        &self.distribution
    }

    /// After waiting times: Gamma(shape + n, rate + Σ x).
    ///
    /// # Errors
    ///
    /// If one is negative or not finite.
    pub fn update(&self, times: &[f64]) -> Result<Self, Error> {
        check("GammaExponential", times, Support::reals(0.0, f64::INFINITY))?;
        let waited = data::sum(times.iter().copied());
        let (shape, rate) = (self.distribution.shape() + times.len() as f64, self.distribution.rate() + waited);
        Ok(Self { distribution: Gamma::new(shape, rate)? })
    }

    /// The distribution of the next time: Lomax's, P(X > x) = (1 + x/rate)^(−shape), as a generalised Pareto distribution.
    ///
    /// # Errors
    ///
    /// If its parameters are beyond f64.
    pub fn predictive(&self) -> Result<GeneralisedPareto, Error> {
        let shape = self.distribution.shape();
        GeneralisedPareto::new(1.0 / shape, self.distribution.rate() / shape)
    }

    /// ln density of times before any was seen.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn ln_evidence(&self, times: &[f64]) -> Result<f64, Error> {
        Ok(ln_area(&self.update(times)?.distribution) - ln_area(&self.distribution))
    }
}
