//! Euler's method.

use super::memory::buffers;
use super::slope::Coordinates;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Level, Number, Step};

/// Noise added before a step, which the step removes again: it corrects earlier errors.
///
/// Source: Karras et al. 2022, [arXiv:2206.00364](https://arxiv.org/abs/2206.00364), algorithm 2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Churn {
    /// S_churn: σ grows by γ = min(amount / steps, √2 − 1) times itself. 0 for none.
    pub amount: f64,
    /// No noise below this σ.
    pub least: f64,
    /// No noise above this σ.
    pub largest: f64,
    /// S_noise: the standard deviation of the noise added, 1 in theory.
    pub deviation: f64,
}

impl Default for Churn {
    fn default() -> Self {
        Self { amount: 0.0, least: 0.0, largest: f64::INFINITY, deviation: 1.0 }
    }
}

impl Churn {
    /// Adds the noise, and returns the step from where it leads.
    pub(super) fn apply<F: Number>(
        &self,
        denoise: &mut Denoise<'_, F>,
        x: &mut [F],
        step: Step,
        memory: &mut Memory<F>,
    ) -> Step {
        let Level { alpha, sigma, .. } = step.from;
        if self.amount <= 0.0 || !(self.least..=self.largest).contains(&sigma) {
            return step;
        }
        let gamma = (self.amount / step.count as f64).min(2f64.sqrt() - 1.0);
        let more = sigma * (1.0 + gamma);
        let time = denoise.path().at_ratio(more / alpha).time;
        let [noise] = buffers(&mut memory.scratch, x.len());
        denoise.draw(noise);
        blend(x, 1.0, [(self.deviation * (more.powi(2) - sigma.powi(2)).sqrt(), noise)]);
        Step { from: Level { alpha, sigma: more, time }, ..step }
    }
}

/// x′ = x + Δσ·dx/dσ. Order 1; one model call; noise only with churn.
///
/// Without churn and limits this is [`Ddim`](super::Ddim) with η = 0, on every path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Euler {
    /// Noise added before each step; on paths where α stays.
    pub churn: Churn,
}

impl<F: Number> Solver<F> for Euler {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let step = self.churn.apply(denoise, x, step, memory);
        let line = Coordinates::of(&step);
        let [out] = buffers(&mut memory.scratch, x.len());
        let slope = line.slope(denoise.estimate(x, step.from, out)?);
        let (unit, next) = (line.unit(step.from), line.unit(step.to));
        let stride = line.place(step.to) - line.place(step.from);
        blend(x, next * (1.0 / unit + stride * slope.x), [(next * stride * slope.output, out)]);
        Ok(())
    }
}
