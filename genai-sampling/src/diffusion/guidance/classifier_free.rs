//! Classifier-free guidance.

use std::ops::RangeInclusive;

use super::{both, finite, same_meaning};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoiser, Level, Number, Prediction};

/// unconditional + scale·(conditional − unconditional); a negative prompt is another unconditional denoiser.
///
/// Source: Ho & Salimans 2022, [arXiv:2207.12598](https://arxiv.org/abs/2207.12598); rescaling: Lin et al. 2024,
/// [arXiv:2305.08891](https://arxiv.org/abs/2305.08891), eq. 15 and 16; interval: Kynkäänniemi et al. 2024,
/// [arXiv:2404.07724](https://arxiv.org/abs/2404.07724).
#[derive(Clone, Debug)]
pub struct ClassifierFree<F, C, U> {
    conditional: C,
    unconditional: U,
    scale: f64,
    rescale: f64,
    rows: usize,
    interval: RangeInclusive<f64>,
    other: Vec<F>,
}

impl<F: Number, C: Denoiser<F>, U: Denoiser<F>> ClassifierFree<F, C, U> {
    /// Guides one denoiser away from another.
    ///
    /// # Errors
    ///
    /// If they predict different things, or the scale is not finite.
    pub fn new(conditional: C, unconditional: U, scale: f64) -> Result<Self, Error> {
        same_meaning(&conditional, &unconditional)?;
        let interval = 0.0..=f64::INFINITY;
        let scale = finite("guidance scale", scale)?;
        Ok(Self { conditional, unconditional, scale, rescale: 0.0, rows: 1, interval, other: Vec::new() })
    }

    /// Brings each of `rows` rows' standard deviation back to that of the conditional output, by this share.
    #[must_use]
    pub fn rescaled(self, share: f64, rows: usize) -> Self {
        Self { rescale: share, rows, ..self }
    }

    /// Guides only at noise to signal σ/α within an interval; elsewhere the conditional output is taken.
    #[must_use]
    pub fn within(self, interval: RangeInclusive<f64>) -> Self {
        Self { interval, ..self }
    }
}

impl<F: Number, C: Denoiser<F>, U: Denoiser<F>> Denoiser<F> for ClassifierFree<F, C, U> {
    fn prediction(&self) -> Prediction {
        self.conditional.prediction()
    }

    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        if !self.interval.contains(&level.ratio()) {
            return self.conditional.predict(x, level, out);
        }
        both(&mut self.unconditional, &mut self.conditional, (x, level), out, &mut self.other)?;
        blend(out, 1.0 - self.scale, [(self.scale, &self.other)]);
        if self.rescale != 0.0 {
            if self.rows == 0 || !out.len().is_multiple_of(self.rows) {
                return Err(Error::Length { name: "rows", found: out.len(), expected: self.rows });
            }
            let row = (out.len() / self.rows).max(1);
            for (out, conditional) in out.chunks_exact_mut(row).zip(self.other.chunks_exact(row)) {
                let factor = deviation(conditional) / deviation(out).max(f64::MIN_POSITIVE);
                blend(out, self.rescale * factor + 1.0 - self.rescale, []);
            }
        }
        Ok(())
    }
}

/// The unbiased standard deviation; the ratio of two does not depend on which.
fn deviation<F: Number>(x: &[F]) -> f64 {
    let mean = x.iter().map(|x| x.to_f64()).sum::<f64>() / x.len() as f64;
    let squared: f64 = x.iter().map(|x| (x.to_f64() - mean).powi(2)).sum();
    (squared / (x.len() as f64 - 1.0).max(1.0)).sqrt()
}
