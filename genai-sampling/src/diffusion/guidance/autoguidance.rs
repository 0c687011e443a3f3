//! A model guided by a worse version of itself.

use super::{ClassifierFree, finite};
use crate::Error;
use crate::diffusion::{Denoiser, Level, Number, Prediction};

/// weak + scale·(strong − weak), where the weak denoiser is smaller or less trained, with the same conditions.
///
/// Source: Karras et al. 2024, [arXiv:2406.02507](https://arxiv.org/abs/2406.02507), eq. 3.
#[derive(Clone, Debug)]
pub struct AutoGuidance<F, S, W>(ClassifierFree<F, S, W>);

impl<F: Number, S: Denoiser<F>, W: Denoiser<F>> AutoGuidance<F, S, W> {
    /// Guides a strong denoiser away from a weak one.
    ///
    /// # Errors
    ///
    /// If they predict different things, or the scale is not finite.
    pub fn new(strong: S, weak: W, scale: f64) -> Result<Self, Error> {
        ClassifierFree::new(strong, weak, finite("guidance scale", scale)?).map(Self)
    }
}

impl<F: Number, S: Denoiser<F>, W: Denoiser<F>> Denoiser<F> for AutoGuidance<F, S, W> {
    fn prediction(&self) -> Prediction {
        self.0.prediction()
    }

    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        self.0.predict(x, level, out)
    }
}
