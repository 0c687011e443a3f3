//! The improved pseudo linear multistep method.

use super::memory::buffers;
use super::pndm::combine;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::{Denoise, Number, Step};

/// Adams–Bashforth sums of the predicted noises, of growing order at the start. Order 4; one model call a step.
///
/// Where nothing of the signal is left (α = 0), α is taken as 1e-8.
///
/// Source: Liu et al. 2022, [arXiv:2202.09778](https://arxiv.org/abs/2202.09778), in Crowson's v-diffusion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ipndm;

impl<F: Number> Solver<F> for Ipndm {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let Step { from, to, .. } = step;
        let out = memory.remember(from, 4, x.len());
        denoise.noise(x, from, out)?;
        let [noise] = buffers(&mut memory.scratch, x.len());
        combine(noise, memory.past.iter().map(|past| &past.values[..]));
        let (own, sigma) = (F::from_f64(to.alpha / from.alpha.max(1e-8)), F::from_f64(from.sigma));
        let next = F::from_f64(to.sigma);
        // not multiplied out: x − σε is exactly 0 where there is nothing but noise
        x.iter_mut().zip(noise.iter()).for_each(|(x, noise)| *x = own * (*x - sigma * *noise) + next * *noise);
        Ok(())
    }
}
