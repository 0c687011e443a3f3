//! Sampling from latent consistency models.

use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// f = c_skip·x + c_out·x₀ of a scaled time, then noise up to the next level; none on the last step, which returns f. One
/// model call a step.
///
/// c_skip = ¼/((s·t)² + ¼) and c_out = s·t/√((s·t)² + ¼).
///
/// Source: Luo et al. 2023, [arXiv:2310.04378](https://arxiv.org/abs/2310.04378).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lcm {
    /// By what times are multiplied: s.
    pub scale: f64,
}

impl Default for Lcm {
    fn default() -> Self {
        Self { scale: 10.0 }
    }
}

impl<F: Number> Solver<F> for Lcm {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let [out] = buffers(&mut memory.scratch, x.len());
        denoise.clean(x, step.from, out)?;
        let time = step.from.time * self.scale;
        let (skip, kept) = (0.25 / (time * time + 0.25), time / time.hypot(0.5));
        let last = step.left() == 0;
        let alpha = if last { 1.0 } else { step.to.alpha };
        blend(x, alpha * skip, [(alpha * kept, out)]);
        if !last {
            denoise.draw(out);
            blend(x, 1.0, [(step.to.sigma, out)]);
        }
        Ok(())
    }
}
