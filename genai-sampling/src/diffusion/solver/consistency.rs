//! Sampling from consistency models.

use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// Straight to the clean sample, and back to the next level with fresh noise: x′ = α′·f(x) + noise·√(σ′² − floor²)·z.
/// One model call a step.
///
/// Source: Song et al. 2023, [arXiv:2303.01469](https://arxiv.org/abs/2303.01469), algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consistency {
    /// The noise that clean samples keep: the model's smallest σ.
    pub floor: f64,
    /// The factor of the fresh noise, 1 in the paper.
    pub noise: f64,
}

impl Default for Consistency {
    fn default() -> Self {
        Self { floor: 0.002, noise: 1.0 }
    }
}

impl<F: Number> Solver<F> for Consistency {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let [out] = buffers(&mut memory.scratch, x.len());
        denoise.clean(x, step.from, out)?;
        x.copy_from_slice(out);
        let fresh = (step.to.sigma.powi(2) - self.floor.powi(2)).max(0.0).sqrt();
        if step.count > 1 {
            denoise.draw(out);
            blend(x, step.to.alpha, [(self.noise * fresh, out)]);
        }
        Ok(())
    }
}
