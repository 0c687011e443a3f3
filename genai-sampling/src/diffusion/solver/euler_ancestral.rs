//! Euler's method with fresh noise.

use super::{Ddim, Memory, Solver};
use crate::Error;
use crate::diffusion::{Denoise, Number, Step};

/// Euler down to σ_down, then noise up to the next level: [`Ddim`] with η = 1. Order 1; one model call.
///
/// σ_up² = σ′²(σ² − σ′²)/σ² and σ_down² = σ′² − σ_up² where α stays.
///
/// Source: Ho et al. 2020, [arXiv:2006.11239](https://arxiv.org/abs/2006.11239), in the coordinates of Karras et al. 2022.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EulerAncestral;

impl<F: Number> Solver<F> for EulerAncestral {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        Ddim { eta: 1.0, consistent: true }.step(denoise, x, step, memory)
    }
}
