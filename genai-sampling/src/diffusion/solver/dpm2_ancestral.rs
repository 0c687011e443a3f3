//! The midpoint method with fresh noise.

use super::dpm2::midpoint;
use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Level, Number, Step};

/// [`Dpm2`](super::Dpm2) down to σ_down, then noise up to the next level. Order 2 without its noise; two model calls a step,
/// one on a step to σ = 0.
///
/// Source: as [`Dpm2`](super::Dpm2) and [`EulerAncestral`](super::EulerAncestral).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dpm2Ancestral;

impl<F: Number> Solver<F> for Dpm2Ancestral {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let Step { from, to, .. } = step;
        let up = to.sigma / from.sigma * to.variance_to(from).sqrt();
        let down = (to.sigma.powi(2) - up.powi(2)).max(0.0).sqrt();
        let lower = Level { sigma: down, ..to };
        midpoint(denoise, x, Step { to: lower, ..step }, lower, memory)?;
        if up > 0.0 {
            let [noise] = buffers(&mut memory.scratch, x.len());
            denoise.draw(noise);
            blend(x, 1.0, [(up, noise)]);
        }
        Ok(())
    }
}
