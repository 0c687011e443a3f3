//! What was known before the data.

use super::Likelihood;
use crate::{Error, Univariate};
use std::sync::Arc;

impl<'a> Likelihood<'a> {
    /// The same times a prior: its maximum is the most probable parameter (MAP), and the inverse of its information the
    /// covariance of the normal distribution that touches the posterior there (Laplace). `ln_prior` is given all parameters,
    /// held ones too; a constant factor does not matter.
    ///
    /// The maximum depends on the parameters that the prior is a density of: a posterior has no maximum of its own.
    pub fn with_prior(mut self, ln_prior: impl Fn(&[f64]) -> f64 + Send + Sync + 'a) -> Self {
        self.prior = Some(match self.prior.take() {
            Some(before) => Arc::new(move |theta| before(theta) + ln_prior(theta)),
            None => Arc::new(ln_prior),
        });
        self
    }

    /// The same with a distribution for some parameters, each by its name, independent of each other.
    ///
    /// # Errors
    ///
    /// If no parameter has such a name, or the distribution is one of whole numbers.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{continuous::Exponential, likelihood::Likelihood};
    ///
    /// let likelihood = Likelihood::of::<Exponential>(&[1.0, 2.0, 3.0])?;
    /// let prior = Exponential::new(4.0)?; // λ³ e^(−6λ) · e^(−4λ) is largest at 3/10
    /// let best = likelihood.with_priors(&[("rate", &prior)])?.maximize()?;
    /// approx::assert_relative_eq!(best.values()[0], 0.3, max_relative = 1e-7);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub fn with_priors(self, priors: &[(&str, &'a dyn Univariate)]) -> Result<Self, Error> {
        let mut placed = Vec::new();
        for (name, prior) in priors {
            let i = self.slots.iter().position(|slot| slot.name == *name).ok_or_else(|| {
                Error::data("with_priors", format!("parameter {name:?} of {}", self.title), "the name of a parameter")
            })?;
            if prior.support().discrete {
                return Err(Error::data("with_priors", format!("{prior} for {name}"), "a distribution with a density"));
            }
            placed.push((self.slots[..i].iter().map(super::object::Slot::numbers).sum::<usize>(), *prior));
        }
        Ok(self.with_prior(move |theta| placed.iter().map(|(i, prior)| prior.ln_prob(theta[*i])).sum()))
    }
}
