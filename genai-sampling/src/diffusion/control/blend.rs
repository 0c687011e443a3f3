//! Keeping the known part of a sample.

use crate::Error;
use crate::diffusion::{Number, Step};

/// A hook that puts the known part back after every step, at that step's level of noise: x ← m·(α·known + σ·z) + (1 − m)·x.
///
/// With one noise z for all steps this is latent blending; where the last level is clean the known part comes out exactly.
///
/// Source: Lugmayr et al. 2022, [arXiv:2201.09865](https://arxiv.org/abs/2201.09865), eq. 8; Avrahami et al. 2023,
/// [arXiv:2206.02779](https://arxiv.org/abs/2206.02779).
#[derive(Clone, Debug)]
pub struct MaskBlend<F> {
    known: Vec<F>,
    mask: Vec<F>,
    noise: Vec<F>,
}

impl<F: Number> MaskBlend<F> {
    /// The known sample, the mask (1 where it is known), and the noise that is added to it.
    ///
    /// # Errors
    ///
    /// If their lengths differ.
    pub fn new(known: &[F], mask: &[F], noise: &[F]) -> Result<Self, Error> {
        for found in [mask.len(), noise.len()] {
            if found != known.len() {
                return Err(Error::Length { name: "mask and noise", found, expected: known.len() });
            }
        }
        Ok(Self { known: known.to_vec(), mask: mask.to_vec(), noise: noise.to_vec() })
    }

    /// Blends after a step.
    ///
    /// # Errors
    ///
    /// If x has another length.
    pub fn apply(&self, x: &mut [F], step: Step) -> Result<(), Error> {
        if x.len() != self.known.len() {
            return Err(Error::Length { name: "a sample under a mask", found: x.len(), expected: self.known.len() });
        }
        let (alpha, sigma) = (F::from_f64(step.to.alpha), F::from_f64(step.to.sigma));
        let one = F::from_f64(1.0);
        for (((x, known), mask), noise) in x.iter_mut().zip(&self.known).zip(&self.mask).zip(&self.noise) {
            *x = *mask * (alpha * *known + sigma * *noise) + (one - *mask) * *x;
        }
        Ok(())
    }
}
