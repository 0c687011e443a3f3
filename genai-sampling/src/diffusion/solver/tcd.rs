//! Trajectory consistency distillation.

use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// A deterministic step past the next level, to time s = ⌊(1 − γ)t′⌋, then noise back up to it; none on the last step. One
/// model call a step.
///
/// Source: Zheng et al. 2024, [arXiv:2402.19159](https://arxiv.org/abs/2402.19159), algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tcd {
    /// How far past, in [0, 1]: 0 is deterministic. The paper's γ, `eta` in diffusers.
    pub gamma: f64,
}

impl Default for Tcd {
    fn default() -> Self {
        Self { gamma: 0.3 }
    }
}

impl<F: Number> Solver<F> for Tcd {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        if !(0.0..=1.0).contains(&self.gamma) {
            return Err(Error::Parameter { name: "gamma", value: self.gamma, expected: "in [0, 1]" });
        }
        let [out] = buffers(&mut memory.scratch, x.len());
        let estimate = denoise.estimate(x, step.from, out)?;
        let past = denoise.path().level(((1.0 - self.gamma) * step.to.time).floor());
        let next = estimate.clean.blend(past.alpha, estimate.noise, past.sigma);
        blend(x, next.x, [(next.output, out)]);
        if self.gamma > 0.0 && step.left() > 0 {
            denoise.draw(out);
            blend(x, step.to.alpha / past.alpha, [(past.variance_to(step.to).sqrt(), out)]);
        }
        Ok(())
    }
}
