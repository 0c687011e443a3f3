//! Networks as denoisers.

use std::fmt;

use super::{Level, Number, Prediction};
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
/// The closure that comes out goes into [`Model::new`]; an output of another length is an [`Error::Length`].
pub fn returning<F: Number>(
    mut network: impl FnMut(&[F], f64) -> Result<Vec<F>, Error>,
) -> impl FnMut(&[F], f64, &mut [F]) -> Result<(), Error> {
    move |x, time, out| {
        let got = network(x, time)?;
        if got.len() != out.len() {
            return Err(Error::Length { name: "the denoiser's output", found: got.len(), expected: out.len() });
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
