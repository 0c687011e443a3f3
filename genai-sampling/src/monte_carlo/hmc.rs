//! Hamiltonian Monte Carlo with trajectories of a given length.

use super::draws::Draws;
use super::hamiltonian::{DIVERGENT, Dynamics, End};
use super::metric::Metric;
use super::run::{Chain, Phase, Run, Step, check_between};
use crate::Error;
use genai_core::random::Stream;

/// Hamiltonian Monte Carlo: a trajectory of given length, accepted as a whole or not at all.
///
/// Each trajectory's length is `path` times a number uniform on (.8, 1.2), so that no period is hit for ever.
///
/// Sources: Duane, Kennedy, Pendleton & Roweth 1987; Neal 2011, [arXiv:1206.1901](https://arxiv.org/abs/1206.1901).
#[derive(Clone, Copy, Debug)]
pub struct Hmc {
    /// Length of a trajectory, in standard deviations of the scaled target; a quarter turn of a normal, π/2.
    pub path: f64,
    /// Leapfrog steps at most.
    pub leaps: u32,
    /// Mean acceptance that the step size is tuned to.
    pub acceptance: f64,
    /// What is learned of the target's shape.
    pub metric: Metric,
    /// First step size; found by doubling if `None`. Without a warm-up it stays.
    pub step_size: Option<f64>,
}

impl Default for Hmc {
    fn default() -> Self {
        Self {
            path: std::f64::consts::FRAC_PI_2,
            leaps: 1024,
            acceptance: 0.8,
            metric: Metric::Diagonal,
            step_size: None,
        }
    }
}

impl Hmc {
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
    /// As [`Hmc::sample`].
    pub fn chain<F: Fn(&[f64], &mut [f64]) -> f64>(
        &self,
        target: F,
        start: &[f64],
    ) -> Result<impl Chain + use<F>, Error> {
        check_between("path", self.path, (0.0, f64::INFINITY), "positive and finite")?;
        if self.leaps == 0 {
            return Err(Error::Parameter { name: "leaps", value: 0.0, expected: "at least 1" });
        }
        let dynamics = Dynamics::new(target, start, self.metric, self.acceptance, self.step_size)?;
        Ok(HmcChain { path: self.path, leaps: self.leaps, end: dynamics.end(), dynamics })
    }
}

struct HmcChain<F> {
    path: f64,
    leaps: u32,
    dynamics: Dynamics<F>,
    end: End,
}

impl<F: Fn(&[f64], &mut [f64]) -> f64> Chain for HmcChain<F> {
    fn step(&mut self, phase: Phase, rng: &mut Stream) -> Result<Step, Error> {
        let before = self.dynamics.begin(&mut self.end, rng);
        let step_size = self.dynamics.adaptation.step_size();
        let wanted = (self.path * (0.8 + 0.4 * rng.uniform()) / step_size).ceil();
        let (leaps, mut energy, mut evaluations) = (wanted.clamp(1.0, f64::from(self.leaps)) as u32, before, 0);
        while evaluations < leaps && energy - before < DIVERGENT {
            energy = self.dynamics.leap(&mut self.end, step_size);
            evaluations += 1;
        }
        let divergent = !(energy - before < DIVERGENT && energy > f64::NEG_INFINITY); // NaN too
        let acceptance = if divergent { 0.0 } else { (before - energy).exp().min(1.0) };
        if rng.uniform() < acceptance {
            std::mem::swap(&mut self.dynamics.here, &mut self.end.point);
        }
        self.dynamics.learn(phase, acceptance, &mut self.end, rng);
        let log_density = self.dynamics.here.log_density;
        Ok(Step { log_density, acceptance, divergent, depth: 0, evaluations, energy: before, step_size })
    }

    fn position(&self) -> &[f64] {
        &self.dynamics.here.x
    }
}
