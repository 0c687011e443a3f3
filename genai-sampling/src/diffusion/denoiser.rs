//! Networks as denoisers, and what a solver sees of them.

use std::fmt;

use genai_core::random::Key;

use super::number::{all_finite, blend};
use super::{Affine, Level, Limit, Number, Path, Prediction};
use crate::Error;

/// Anything that predicts something of a noisy sample: a network, or a denoiser made of others.
pub trait Denoiser<F: Number> {
    /// What the output means.
    fn prediction(&self) -> Prediction {
        Prediction::Clean
    }

    /// Outputs per element: 2 for a network that learns variances too, whose rows hold predictions, then as many variances.
    fn width(&self) -> usize {
        1
    }

    /// Writes the output for x at a level.
    ///
    /// # Errors
    ///
    /// Whatever went wrong in the model.
    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error>;
}

/// A denoiser whose clean sample can be differentiated: what control by a likelihood and divergences need.
pub trait Pullback<F: Number>: Denoiser<F> {
    /// Writes Jᵀv, where J is the derivative of the clean sample with respect to x.
    ///
    /// # Errors
    ///
    /// Whatever went wrong in the model.
    fn pull_back(&mut self, x: &[F], level: Level, v: &[F], out: &mut [F]) -> Result<(), Error>;
}

/// How a sample is scaled before a network sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scale {
    /// Not at all.
    #[default]
    None,
    /// By 1/√(α² + σ²), to what a variance-preserving network was trained on.
    Unit,
    /// By 1/√(σ² + data²), the c_in of Karras et al.
    Edm(f64),
}

impl Scale {
    /// The factor at a level.
    pub fn factor(self, level: Level) -> f64 {
        match self {
            Self::None => 1.0,
            Self::Unit => 1.0 / level.scale(),
            Self::Edm(data) => 1.0 / level.sigma.hypot(data * level.alpha),
        }
    }
}

/// A closure as a denoiser: `network(x, time, out)` writes its output for a sample that was scaled.
///
/// ```
/// use genai_sampling::diffusion::{Denoiser, Level, Model, Prediction};
///
/// let mut model = Model::new(Prediction::Noise, |x: &[f32], _time, out: &mut [f32]| Ok(out.copy_from_slice(x)));
/// let mut out = [0.0; 2];
/// model.predict(&[1.0, 2.0], Level { alpha: 0.6, sigma: 0.8, time: 500.0 }, &mut out)?;
/// assert_eq!(out, [1.0, 2.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
pub struct Model<F, N> {
    prediction: Prediction,
    scale: Scale,
    width: usize,
    network: N,
    scaled: Vec<F>,
}

impl<F: Number, N: FnMut(&[F], f64, &mut [F]) -> Result<(), Error>> Model<F, N> {
    /// A network, and what it predicts.
    pub fn new(prediction: Prediction, network: N) -> Self {
        Self { prediction, scale: Scale::None, width: 1, network, scaled: Vec::new() }
    }

    /// Scales what the network sees.
    #[must_use]
    pub fn scaled(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }

    /// A network whose rows hold predictions and then as many variances.
    #[must_use]
    pub fn with_variances(self) -> Self {
        Self { width: 2, ..self }
    }
}

/// A network that returns its output becomes one that writes it.
///
/// The closure that comes out goes into [`Model::new`]; an output of another length is an [`Error::Shape`].
pub fn returning<F: Number>(
    mut network: impl FnMut(&[F], f64) -> Result<Vec<F>, Error>,
) -> impl FnMut(&[F], f64, &mut [F]) -> Result<(), Error> {
    move |x, time, out| {
        let got = network(x, time)?;
        if got.len() != out.len() {
            return Err(Error::Shape { what: "the denoiser's output", found: got.len(), expected: out.len() });
        }
        out.copy_from_slice(&got);
        Ok(())
    }
}

impl<F, N> fmt::Debug for Model<F, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("prediction", &self.prediction).field("scale", &self.scale).finish()
    }
}

impl<F: Number, N: FnMut(&[F], f64, &mut [F]) -> Result<(), Error>> Denoiser<F> for Model<F, N> {
    fn prediction(&self) -> Prediction {
        self.prediction
    }

    fn width(&self) -> usize {
        self.width
    }

    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        if self.scale == Scale::None {
            return (self.network)(x, level.time, out);
        }
        let factor = F::from_f64(self.scale.factor(level));
        self.scaled.clear();
        self.scaled.extend(x.iter().map(|x| *x * factor));
        (self.network)(&self.scaled, level.time, out)
    }
}

/// What a solver works with: the denoiser, its path, limits on clean samples and a source of noise.
pub struct Denoise<'a, F> {
    model: &'a mut dyn Denoiser<F>,
    path: &'a dyn Path,
    noise: Box<dyn FnMut(&mut [F]) + 'a>,
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

    /// The model's own output.
    ///
    /// # Errors
    ///
    /// The model's, and [`Error::NotFinite`] if an output is NaN or infinite.
    pub fn output(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        self.calls += 1;
        self.model.predict(x, level, out)?;
        if all_finite(out) { Ok(()) } else { Err(Error::NotFinite { what: "the denoiser's output", time: level.time }) }
    }

    /// Clean sample and noise as functions of x and of `out`, which holds the model's output, or the limited clean sample.
    ///
    /// # Errors
    ///
    /// As [`output`](Self::output).
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
    /// As [`output`](Self::output).
    pub fn clean(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        let clean = self.estimate(x, level, out)?.clean;
        write(clean, x, out);
        Ok(())
    }

    /// The noise, of the limited clean sample.
    ///
    /// # Errors
    ///
    /// As [`output`](Self::output).
    pub fn noise(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        let noise = self.estimate(x, level, out)?.noise;
        write(noise, x, out);
        Ok(())
    }

    /// Turns the model's output into the limited clean sample that it stands for.
    pub(crate) fn limit_clean(&self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        write(self.prediction().clean(level), x, out);
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
        if self.model.width() != 2 || self.rows == 0 || x.len() % self.rows != 0 {
            return Err(Error::Shape {
                what: "the denoiser's outputs per element",
                found: self.model.width(),
                expected: 2,
            });
        }
        let mut both = vec![F::default(); 2 * x.len()];
        self.output(x, level, &mut both)?;
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

/// Standard normal noise: draw i comes from `key.split(i)`, the same for any number of threads.
pub fn normal<F: Number>(key: Key) -> impl FnMut(&mut [F]) {
    let (mut draws, mut single) = (0, Vec::new());
    move |out: &mut [F]| {
        single.resize(out.len(), 0f64);
        key.split(draws).normal_f64(&mut single);
        draws += 1;
        out.iter_mut().zip(&single).for_each(|(out, x)| *out = F::from_f64(*x));
    }
}
