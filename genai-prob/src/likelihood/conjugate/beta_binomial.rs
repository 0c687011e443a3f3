//! A probability, learned from trials.

use crate::continuous::Beta;
use crate::domain::MOST;
use crate::{Error, special};

/// What is known of a probability: a beta distribution, whose parameters count successes and failures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaBinomial {
    distribution: Beta,
}

impl BetaBinomial {
    /// Before any trial: Beta(1, 1) for "anything", Beta(½, ½) for Jeffreys' prior.
    pub fn new(prior: Beta) -> Self {
        Self { distribution: prior }
    }

    /// What is known of the probability.
    pub fn distribution(&self) -> &Beta {
        &self.distribution
    }

    /// After so many successes of so many trials: Beta(a + k, b + n − k).
    ///
    /// # Errors
    ///
    /// Unless both are whole numbers up to 2⁵³, and no more successes than trials.
    pub fn update(&self, successes: f64, trials: f64) -> Result<Self, Error> {
        check(successes, trials)?;
        let (a, b) = (self.distribution.a() + successes, self.distribution.b() + (trials - successes));
        Ok(Self { distribution: Beta::new(a, b)? })
    }

    /// ln P(so many successes of the next `trials`): the beta-binomial mass.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn ln_predictive(&self, successes: f64, trials: f64) -> Result<f64, Error> {
        Ok(special::ln_binomial(trials, successes) + self.ln_evidence(successes, trials)?)
    }

    /// ln P of one order of so many successes and failures: ln B(a + k, b + n − k) − ln B(a, b).
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn ln_evidence(&self, successes: f64, trials: f64) -> Result<f64, Error> {
        check(successes, trials)?;
        let (a, b) = (self.distribution.a(), self.distribution.b());
        Ok(special::ln_beta(a + successes, b + (trials - successes)) - special::ln_beta(a, b))
    }
}

fn check(successes: f64, trials: f64) -> Result<(), Error> {
    let count = |x: f64| x.fract() == 0.0 && (0.0..=MOST).contains(&x);
    if count(successes) && count(trials) && successes <= trials {
        return Ok(());
    }
    let found = format!("{successes} successes of {trials} trials");
    Err(Error::data("BetaBinomial", found, "whole numbers from 0 to 2^53, no more successes than trials"))
}
