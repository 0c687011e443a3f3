//! Denoising diffusion implicit models.

use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Estimate, Limit, Number, Step};

/// x′ = α′x₀ + √(σ′² − s²)·ε + s·z with s = η times the standard deviation of the reversed chain. Order 1; one model call.
///
/// η = 0 is deterministic, and Euler's method on every path; on steps from data to noise it inverts (DDIM inversion). η = 1
/// is ancestral sampling. A limited clean sample keeps the noise that was predicted with it, as in diffusers,
/// unless `consistent` is set.
///
/// Source: Song et al. 2021, [arXiv:2010.02502](https://arxiv.org/abs/2010.02502), eq. 12 and 16.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ddim {
    /// How much noise is put back, in [0, 1].
    pub eta: f64,
    /// Takes the noise anew from a limited clean sample.
    pub consistent: bool,
}

impl<F: Number> Solver<F> for Ddim {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        if !(0.0..=1.0).contains(&self.eta) {
            return Err(Error::Parameter { name: "eta", value: self.eta, expected: "in [0, 1]" });
        }
        let Step { from, to, .. } = step;
        let fresh = match self.eta {
            0.0 => 0.0,
            eta => eta * to.sigma / from.sigma * to.variance_to(from).sqrt(),
        };
        let kept = (to.sigma.powi(2) - fresh.powi(2)).max(0.0).sqrt();
        let [out, other] = buffers(&mut memory.scratch, x.len());
        if denoise.limit() == Limit::None || self.consistent {
            let Estimate { clean, noise } = denoise.estimate(x, from, out)?;
            let next = clean.blend(to.alpha, noise, kept);
            blend(x, next.x, [(next.output, out)]);
        } else {
            denoise.output(x, from, out)?;
            let noise = denoise.prediction().noise(from);
            other.copy_from_slice(out);
            blend(other, noise.output, [(noise.x, x)]);
            denoise.limit_clean(x, from, out)?;
            x.copy_from_slice(out);
            blend(x, to.alpha, [(kept, other)]);
        }
        if fresh > 0.0 {
            denoise.draw(out);
            blend(x, 1.0, [(fresh, out)]);
        }
        Ok(())
    }
}
