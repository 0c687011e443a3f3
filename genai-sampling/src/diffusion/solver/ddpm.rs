//! Denoising diffusion probabilistic models.

use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// The variance of a reverse step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variance {
    /// That of the posterior: β̃.
    #[default]
    FixedSmall,
    /// That of the forward step: β.
    FixedLarge,
    /// As the model gives it.
    Learned,
    /// Between the logarithms of β̃ and β, as the model says with values from −1 to 1.
    LearnedRange,
}

/// Ancestral sampling: the mean of q(x′ | x, x₀) at the predicted x₀, and noise. Order 1; one model call.
///
/// The step from time 0 is without noise. With [`Variance::FixedSmall`] this is also unCLIP's sampler, whose paper takes the
/// logarithm in between.
///
/// Source: Ho et al. 2020, [arXiv:2006.11239](https://arxiv.org/abs/2006.11239), algorithm 2; learned variances: Nichol &
/// Dhariwal 2021, [arXiv:2102.09672](https://arxiv.org/abs/2102.09672), eq. 15.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ddpm {
    /// The variance of the noise.
    pub variance: Variance,
}

impl<F: Number> Solver<F> for Ddpm {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let Step { from, to, .. } = step;
        let (small, large) = variances(step);
        let [out, learned] = buffers(&mut memory.scratch, x.len());
        match self.variance {
            Variance::FixedSmall | Variance::FixedLarge => denoise.output(x, from, out)?,
            Variance::Learned | Variance::LearnedRange => denoise.output_with_variances(x, from, out, learned)?,
        }
        denoise.limit_clean(x, from, out)?;
        let own = from.alpha / to.alpha * (to.sigma / from.sigma).powi(2);
        let clean = to.alpha * to.variance_to(from) / from.sigma.powi(2);
        blend(x, own, [(clean, out)]);
        if from.time <= 0.0 {
            return Ok(());
        }
        denoise.draw(out);
        match self.variance {
            Variance::FixedSmall => blend(x, 1.0, [(small.sqrt(), out)]),
            Variance::FixedLarge => blend(x, 1.0, [(large.sqrt(), out)]),
            Variance::Learned => add(x, out, learned, |v| v.sqrt()),
            Variance::LearnedRange => {
                let (low, high) = (small.ln(), large.ln());
                add(x, out, learned, |v| (0.5 * (low + 0.5 * (v + 1.0) * (high - low))).exp());
            }
        }
        Ok(())
    }
}

/// The posterior's variance, kept above 0, and the forward step's.
pub(crate) fn variances(step: Step) -> (f64, f64) {
    let large = step.to.variance_to(step.from);
    (((step.to.sigma / step.from.sigma).powi(2) * large).max(1e-20), large)
}

/// x += deviation(v)·noise.
fn add<F: Number>(x: &mut [F], noise: &[F], learned: &[F], deviation: impl Fn(f64) -> f64) {
    for ((x, z), v) in x.iter_mut().zip(noise).zip(learned) {
        *x += F::from_f64(deviation(v.to_f64())) * *z;
    }
}
