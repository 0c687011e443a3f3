//! What a solver sees of a denoiser.

use std::fmt;

use genai_core::random::Key;

use super::number::{all_finite, blend};
use super::{Affine, Denoiser, Level, Limit, Number, Path, Prediction, normal};
use crate::Error;

/// A closure that writes noise.
type Source<'a, F> = Box<dyn FnMut(&mut [F]) + 'a>;

/// Beyond any limit, and finite in f32.
const FAR: f64 = 1e18;

/// What a solver works with: the denoiser, its path, limits on clean samples and a source of noise.
pub struct Denoise<'a, F> {
    model: &'a mut dyn Denoiser<F>,
    path: &'a dyn Path,
    noise: Source<'a, F>,
    limit: Limit,
    rows: usize,
    calls: usize,
    held: Option<Vec<F>>,
}

/// Clean sample and noise, both as functions of the sample and of what lies in the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The clean sample.
    pub clean: Affine,
    /// The noise.
    pub noise: Affine,
}

impl<F> fmt::Debug for Denoise<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denoise").field("path", &self.path).field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl<'a, F: Number> Denoise<'a, F> {
    /// A denoiser on a path: no limits, one row, noise from key 0.
    pub fn new(model: &'a mut dyn Denoiser<F>, path: &'a dyn Path) -> Self {
        Self { model, path, noise: Box::new(normal(Key::new(0))), limit: Limit::None, rows: 1, calls: 0, held: None }
    }

    /// Where stochastic solvers take their standard normal noise from: see [`normal`].
    #[must_use]
    pub fn with_noise(self, noise: impl FnMut(&mut [F]) + 'a) -> Self {
        Self { noise: Box::new(noise), ..self }
    }

    /// Limits predicted clean samples.
    #[must_use]
    pub fn with_limit(self, limit: Limit) -> Self {
        Self { limit, ..self }
    }

    /// In how many rows of equal length a sample lies: a batch.
    #[must_use]
    pub fn with_rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// The path.
    pub fn path(&self) -> &dyn Path {
        self.path
    }

    /// How many rows a sample has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How clean samples are limited.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// What the model predicts.
    pub fn prediction(&self) -> Prediction {
        self.model.prediction()
    }

    /// How often the model was called.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// Draws standard normal noise.
    pub fn draw(&mut self, out: &mut [F]) {
        match &self.held {
            Some(held) => out.copy_from_slice(held),
            None => (self.noise)(out),
        }
    }

    /// Every draw gives the same noise until it is released.
    pub(crate) fn hold(&mut self, noise: Option<Vec<F>>) -> Option<Vec<F>> {
        std::mem::replace(&mut self.held, noise)
    }

    /// The model's own output; what it says of variances is left out.
    ///
    /// It is not checked, which would cost a pass: what is not finite reaches the sample, which
    /// [`sample`](super::solver::sample) checks.
    ///
    /// # Errors
    ///
    /// The model's.
    pub fn output(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        if self.model.width() == 1 {
            self.calls += 1;
            return self.model.predict(x, level, out);
        }
        let mut variances = vec![F::default(); x.len()];
        self.output_with_variances(x, level, out, &mut variances)
    }

    /// Clean sample and noise as functions of x and of `out`, which holds the model's output, or the limited clean sample.
    ///
    /// # Errors
    ///
    /// The model's, and [`Error::NotFinite`] if a sample that is to be limited is not.
    pub fn estimate(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<Estimate, Error> {
        self.output(x, level, out)?;
        let prediction = self.prediction();
        let clean = prediction.clean(level);
        if self.limit == Limit::None {
            return Ok(Estimate { clean, noise: prediction.noise(level) });
        }
        self.limit_clean(x, level, out)?;
        Ok(Estimate { clean: Affine::OUTPUT, noise: Prediction::Clean.noise(level) })
    }

    /// The clean sample, limited.
    ///
    /// # Errors
    ///
    /// As [`estimate`](Self::estimate).
    pub fn clean(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        let clean = self.estimate(x, level, out)?.clean;
        write(clean, x, out);
        Ok(())
    }

    /// The noise, of the limited clean sample.
    ///
    /// # Errors
    ///
    /// As [`estimate`](Self::estimate).
    pub fn noise(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        let noise = self.estimate(x, level, out)?.noise;
        write(noise, x, out);
        Ok(())
    }

    /// Turns the model's output into the limited clean sample that it stands for.
    pub(crate) fn limit_clean(&self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        let mut clean = self.prediction().clean(level);
        if self.limit == Limit::None {
            write(clean, x, out);
            return Ok(());
        }
        if level.alpha == 0.0 && self.prediction() == Prediction::Noise {
            clean = Affine { x: FAR, output: -FAR * level.sigma }; // no signal is left: the limit says how large it is
        }
        write(clean, x, out);
        if !all_finite(out) {
            return Err(Error::NotFinite { what: "a predicted clean sample", time: level.time });
        }
        self.limit.apply(out, self.rows)
    }

    /// Predictions into `out` and variances into `variances`, of a model that gives both.
    pub(crate) fn output_with_variances(
        &mut self,
        x: &[F],
        level: Level,
        out: &mut [F],
        variances: &mut [F],
    ) -> Result<(), Error> {
        if self.model.width() != 2 || self.rows == 0 || !x.len().is_multiple_of(self.rows) {
            return Err(Error::Length {
                name: "the denoiser's outputs per element",
                found: self.model.width(),
                expected: 2,
            });
        }
        let mut both = vec![F::default(); 2 * x.len()];
        self.calls += 1;
        self.model.predict(x, level, &mut both)?;
        let row = (x.len() / self.rows).max(1);
        for ((from, out), variances) in
            both.chunks_exact(2 * row).zip(out.chunks_exact_mut(row)).zip(variances.chunks_exact_mut(row))
        {
            out.copy_from_slice(&from[..row]);
            variances.copy_from_slice(&from[row..]);
        }
        Ok(())
    }
}

/// out ← affine(x, out), unless it is that already.
fn write<F: Number>(affine: Affine, x: &[F], out: &mut [F]) {
    if affine != Affine::OUTPUT {
        blend(out, affine.output, [(affine.x, x)]);
    }
}
