//! Guidance by a classifier's gradient.

use super::finite;
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoiser, Level, Number, Prediction};

/// The score plus scale·∇ₓ ln p(y | x): x₀ moves by scale·σ²/α times the gradient.
///
/// The closure `(x, level, out)` writes the gradient.
///
/// Source: Dhariwal & Nichol 2021, [arXiv:2105.05233](https://arxiv.org/abs/2105.05233), algorithm 2.
#[derive(Clone, Debug)]
pub struct Classifier<F, D, G> {
    model: D,
    gradient: G,
    scale: f64,
    pull: Vec<F>,
}

impl<F: Number, D: Denoiser<F>, G: FnMut(&[F], Level, &mut [F]) -> Result<(), Error>> Classifier<F, D, G> {
    /// Guides a denoiser by a gradient.
    ///
    /// # Errors
    ///
    /// If the scale is not finite.
    pub fn new(model: D, gradient: G, scale: f64) -> Result<Self, Error> {
        Ok(Self { model, gradient, scale: finite("guidance scale", scale)?, pull: Vec::new() })
    }
}

impl<F: Number, D: Denoiser<F>, G: FnMut(&[F], Level, &mut [F]) -> Result<(), Error>> Denoiser<F>
    for Classifier<F, D, G>
{
    fn prediction(&self) -> Prediction {
        Prediction::Clean
    }

    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        self.model.predict(x, level, out)?;
        let clean = self.model.prediction().clean(level);
        self.pull.resize(x.len(), F::default());
        (self.gradient)(x, level, &mut self.pull)?;
        let pull = self.scale * level.sigma.powi(2) / level.alpha;
        blend(out, clean.output, [(clean.x, x), (pull, &self.pull)]);
        Ok(())
    }
}
