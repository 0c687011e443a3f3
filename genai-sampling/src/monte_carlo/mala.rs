//! The Metropolis-adjusted Langevin algorithm.

use super::draws::Draws;
use super::hmc::Hmc;
use super::metric::Metric;
use super::run::{Chain, Run};
use crate::Error;

/// Langevin proposals x + ½ ε² S Sᵀ ∇ + ε S n, accepted by Metropolis and Hastings: one leapfrog step with new momenta.
///
/// Tuned to an acceptance of .574, the best in many dimensions.
///
/// Sources: Besag 1994; Roberts & Tweedie 1996; Roberts & Rosenthal 1998, *Optimal scaling of discrete approximations to
/// Langevin diffusions*.
#[derive(Clone, Copy, Debug)]
pub struct Mala {
    /// Mean acceptance that the step size is tuned to.
    pub acceptance: f64,
    /// What is learned of the target's shape.
    pub metric: Metric,
    /// First step size ε; found by doubling if `None`. Without a warm-up it stays.
    pub step_size: Option<f64>,
}

impl Default for Mala {
    fn default() -> Self {
        Self { acceptance: 0.574, metric: Metric::Diagonal, step_size: None }
    }
}

impl Mala {
    /// Draws from a target that returns its log-density and writes the gradient.
    ///
    /// # Errors
    ///
    /// If the log-density or its gradient at a start is not finite, or a field or `run` is out of range.
    pub fn sample(
        &self,
        target: impl Fn(&[f64], &mut [f64]) -> f64 + Sync,
        starts: &[&[f64]],
        run: &Run<'_>,
    ) -> Result<Draws, Error> {
        run.chains(starts, |start| self.chain(&target, start))
    }

    /// One chain, to be stepped by hand.
    ///
    /// # Errors
    ///
    /// As [`Mala::sample`].
    pub fn chain<F: Fn(&[f64], &mut [f64]) -> f64>(
        &self,
        target: F,
        start: &[f64],
    ) -> Result<impl Chain + use<F>, Error> {
        let Self { acceptance, metric, step_size } = *self;
        Hmc { leaps: 1, acceptance, metric, step_size, ..Hmc::default() }.chain(target, start)
    }
}
