//! A rate, learned from counts.

use super::check;
use crate::continuous::Gamma;
use crate::discrete::NegativeBinomial;
use crate::domain::MOST;
use crate::{Error, Support, data, special};

/// What is known of the rate of a Poisson distribution: a gamma distribution, whose parameters count events and units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaPoisson {
    distribution: Gamma,
}

impl GammaPoisson {
    /// Before any count.
    pub fn new(prior: Gamma) -> Self {
        Self { distribution: prior }
    }

    /// What is known of the rate.
    pub fn distribution(&self) -> &Gamma {
        &self.distribution
    }

    /// After counts in one unit each: Gamma(shape + Σ k, rate + n).
    ///
    /// # Errors
    ///
    /// If one is not a whole number from 0 to 2⁵³.
    pub fn update(&self, counts: &[f64]) -> Result<Self, Error> {
        check("GammaPoisson", counts, Support::whole(0.0, MOST))?;
        let events = data::sum(counts.iter().copied());
        let (shape, rate) = (self.distribution.shape() + events, self.distribution.rate() + counts.len() as f64);
        Ok(Self { distribution: Gamma::new(shape, rate)? })
    }

    /// The distribution of the next count: negative binomial with r = shape and p = 1/(1 + rate).
    ///
    /// # Errors
    ///
    /// If 1/(1 + rate) rounds to 0 or 1.
    pub fn predictive(&self) -> Result<NegativeBinomial, Error> {
        NegativeBinomial::new(self.distribution.shape(), 1.0 / (1.0 + self.distribution.rate()))
    }

    /// ln P of counts before any was seen.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn ln_evidence(&self, counts: &[f64]) -> Result<f64, Error> {
        let (before, after) = (&self.distribution, self.update(counts)?.distribution);
        let orders = data::sum(counts.iter().map(|k| special::ln_gamma(k + 1.0)));
        Ok(ln_area(&after) - ln_area(before) - orders)
    }
}

/// ln ∫ λ^(a − 1) e^(−bλ) dλ = ln Γ(a) − a ln b.
pub(super) fn ln_area(gamma: &Gamma) -> f64 {
    special::ln_gamma(gamma.shape()) - gamma.shape() * gamma.rate().ln()
}
