//! The random walk of Metropolis.

use super::adaptation::{Adaptation, Learned};
use super::draws::Draws;
use super::metric::{Metric, Scale};
use super::run::{Chain, Phase, Run, Step, check_between};
use super::target::check_start;
use crate::Error;
use genai_core::random::Stream;

/// Random-walk Metropolis: normal proposals around the present point, of a scale and shape learned while warming up.
///
/// Needs no gradient. Tuned to an acceptance of .234 (one dimension: .44), the best for normal targets.
///
/// Sources: Metropolis et al. 1953; Gelman, Roberts & Gilks 1996; Haario, Saksman & Tamminen 2001 (learned covariance).
#[derive(Clone, Copy, Debug)]
pub struct Metropolis {
    /// Mean acceptance that the scale is tuned to; by the dimension if `None`.
    pub acceptance: Option<f64>,
    /// What is learned of the target's shape.
    pub metric: Metric,
    /// First scale of proposals; 2.38/√d if `None`. Without a warm-up it stays.
    pub step_size: Option<f64>,
}

impl Default for Metropolis {
    fn default() -> Self {
        Self { acceptance: None, metric: Metric::Dense, step_size: None }
    }
}

impl Metropolis {
    /// Draws from a target that returns its log-density.
    ///
    /// ```
    /// use genai_sampling::monte_carlo::{Metropolis, Run};
    ///
    /// let draws = Metropolis::default().sample(|x| -x[0].abs(), &[&[0.0]], &Run { draws: 20_000, ..Run::new(1) })?;
    /// assert!((draws.std()[0] - 2f64.sqrt()).abs() < 0.1); // Laplace
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the log-density at a start is not finite, or a field or `run` is out of range.
    pub fn sample(
        &self,
        target: impl Fn(&[f64]) -> f64 + Sync,
        starts: &[&[f64]],
        run: &Run<'_>,
    ) -> Result<Draws, Error> {
        run.chains(starts, |start| self.chain(&target, start))
    }

    /// One chain, to be stepped by hand.
    ///
    /// # Errors
    ///
    /// As [`Metropolis::sample`].
    pub fn chain<F: Fn(&[f64]) -> f64>(&self, target: F, start: &[f64]) -> Result<impl Chain + use<F>, Error> {
        let acceptance = self.acceptance.unwrap_or(if start.len() == 1 { 0.44 } else { 0.234 });
        let step_size = self.step_size.unwrap_or(2.38 / (start.len() as f64).sqrt());
        check_between("acceptance", acceptance, (0.0, 1.0), "between 0 and 1")?;
        check_between("step_size", step_size, (0.0, f64::INFINITY), "positive and finite")?;
        let log_density = target(start);
        check_start(log_density)?;
        Ok(MetropolisChain {
            target,
            adaptation: Adaptation::new(start.len(), self.metric, acceptance, step_size),
            scale: Scale::unit(start.len()),
            normal: vec![0.0; start.len()],
            proposal: start.to_vec(),
            here: start.to_vec(),
            log_density,
            usual: 2.38 / (start.len() as f64).sqrt(),
        })
    }
}

struct MetropolisChain<F> {
    target: F,
    adaptation: Adaptation,
    scale: Scale,
    normal: Vec<f64>,
    proposal: Vec<f64>,
    here: Vec<f64>,
    log_density: f64,
    /// The best scale for a target that is round already.
    usual: f64,
}

impl<F: Fn(&[f64]) -> f64> Chain for MetropolisChain<F> {
    fn step(&mut self, phase: Phase, rng: &mut Stream) -> Result<Step, Error> {
        let step_size = self.adaptation.step_size();
        self.normal.iter_mut().for_each(|z| *z = rng.normal());
        self.proposal.copy_from_slice(&self.here);
        self.scale.advance(&mut self.proposal, &self.normal, step_size);
        let proposed = (self.target)(&self.proposal);
        let acceptance = (proposed - self.log_density).exp().min(1.0); // f64::min passes over NaN
        let acceptance = if proposed < f64::INFINITY { acceptance } else { 0.0 };
        if rng.uniform() < acceptance {
            std::mem::swap(&mut self.here, &mut self.proposal);
            self.log_density = proposed;
        }
        if let Learned::Scale(scale) = self.adaptation.learn(phase, acceptance, &self.here, &[]) {
            self.scale = scale;
            self.adaptation.restart(self.usual);
        }
        Ok(Step { log_density: self.log_density, acceptance, evaluations: 1, step_size, ..Step::default() })
    }

    fn position(&self) -> &[f64] {
        &self.here
    }
}
