//! Adaptive projected guidance.

use super::{both, finite, same_meaning};
use crate::Error;
use crate::diffusion::number::{blend, norm};
use crate::diffusion::{Denoiser, Level, Number, Prediction};

/// Classifier-free guidance of clean samples whose difference is bounded, averaged with momentum, and stripped of the part
/// that is parallel to the conditional sample, which is what oversaturates.
///
/// The running average is kept from call to call: [`reset`](Self::reset) it, or make a new one, for a new sample.
///
/// Source: Sadat et al. 2025, [arXiv:2410.02416](https://arxiv.org/abs/2410.02416), algorithm 1.
#[derive(Clone, Debug)]
pub struct Projected<F, C, U> {
    conditional: C,
    unconditional: U,
    scale: f64,
    /// How much of the parallel part is kept: η, 0 in the paper.
    pub parallel: f64,
    /// β of the running average; negative in the paper.
    pub momentum: f64,
    /// The largest norm of a row's difference: r.
    pub radius: f64,
    /// How many rows a sample has.
    pub rows: usize,
    average: Vec<F>,
    other: Vec<F>,
}

impl<F: Number, C: Denoiser<F>, U: Denoiser<F>> Projected<F, C, U> {
    /// Guidance with the paper's η = 0, without momentum or bound.
    ///
    /// # Errors
    ///
    /// If the denoisers predict different things, or the scale is not finite.
    pub fn new(conditional: C, unconditional: U, scale: f64) -> Result<Self, Error> {
        same_meaning(&conditional, &unconditional)?;
        let scale = finite("guidance scale", scale)?;
        let (parallel, momentum, radius) = (0.0, 0.0, f64::INFINITY);
        let (average, other) = (Vec::new(), Vec::new());
        Ok(Self { conditional, unconditional, scale, parallel, momentum, radius, rows: 1, average, other })
    }

    /// Forgets the running average.
    pub fn reset(&mut self) {
        self.average.clear();
    }
}

impl<F: Number, C: Denoiser<F>, U: Denoiser<F>> Denoiser<F> for Projected<F, C, U> {
    fn prediction(&self) -> Prediction {
        Prediction::Clean
    }

    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        if self.rows == 0 || !x.len().is_multiple_of(self.rows) {
            return Err(Error::Length { name: "rows", found: x.len(), expected: self.rows });
        }
        both(&mut self.conditional, &mut self.unconditional, (x, level), out, &mut self.other)?;
        let clean = self.conditional.prediction().clean(level);
        blend(out, clean.output, [(clean.x, x)]);
        blend(&mut self.other, clean.output, [(clean.x, x)]);
        self.average.resize(x.len(), F::default());
        blend(&mut self.average, self.momentum, [(1.0, out), (-1.0, &self.other)]);
        let row = (x.len() / self.rows).max(1);
        for (out, average) in out.chunks_exact_mut(row).zip(self.average.chunks_exact(row)) {
            let bound = (self.radius / norm(average)).min(1.0);
            let along: f64 = out.iter().zip(average).map(|(a, b)| a.to_f64() * b.to_f64()).sum();
            let parallel = along / norm(out).powi(2).max(f64::MIN_POSITIVE);
            let push = (self.scale - 1.0) * bound;
            blend(out, 1.0 + push * (self.parallel - 1.0) * parallel, [(push, average)]);
        }
        Ok(())
    }
}
