//! Diffusion posterior sampling.

use super::Measurement;
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoiser, Level, Number, Prediction, Pullback};

/// A denoiser that is drawn to samples whose measurement is y: its score gains the gradient of ln p(y | x̂₀(x)) for a
/// measurement y = A·x₀ + normal noise.
///
/// The variance of y given x is taken as that of the noise, and of what x does not say of x₀ yet: σ²/(σ² + α²) of each
/// element (ΠGDM's r²). So x₀ moves by σ²/α·Jᵀ·Aᵀ(y − A·x̂₀)/(noise² + r²), J = ∂x̂₀/∂x.
///
/// Source: Chung et al. 2023, [arXiv:2209.14687](https://arxiv.org/abs/2209.14687), eq. 16; the variance: Song et al. 2023,
/// *Pseudoinverse-guided diffusion models for inverse problems*.
#[derive(Clone, Debug)]
pub struct Posterior<F, D, M> {
    model: D,
    measurement: M,
    y: Vec<F>,
    noise: f64,
    weight: f64,
    off: Vec<F>,
    pull: Vec<F>,
    back: Vec<F>,
}

impl<F: Number, D: Pullback<F>, M: Measurement<F>> Posterior<F, D, M> {
    /// Conditions a denoiser on y, measured with noise of a standard deviation.
    ///
    /// # Errors
    ///
    /// If the noise is negative or not finite, or y holds what is not finite.
    pub fn new(model: D, measurement: M, y: &[F], noise: f64) -> Result<Self, Error> {
        if !(noise >= 0.0 && noise.is_finite()) {
            return Err(Error::Parameter { name: "measurement noise", value: noise, expected: "0 or above" });
        }
        if !y.iter().all(|y| y.is_finite()) {
            return Err(Error::NotFinite { what: "the measurement", time: 0.0 });
        }
        let (off, pull, back) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { model, measurement, y: y.to_vec(), noise, weight: 1.0, off, pull, back })
    }

    /// Multiplies the gradient: the paper's ζ.
    #[must_use]
    pub fn weighted(self, weight: f64) -> Self {
        Self { weight, ..self }
    }
}

impl<F: Number, D: Pullback<F>, M: Measurement<F>> Denoiser<F> for Posterior<F, D, M> {
    fn prediction(&self) -> Prediction {
        Prediction::Clean
    }

    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        let length = self.measurement.length(x.len())?;
        if length != self.y.len() {
            return Err(Error::Length { name: "the measurement", found: self.y.len(), expected: length });
        }
        self.model.predict(x, level, out)?;
        let clean = self.model.prediction().clean(level);
        blend(out, clean.output, [(clean.x, x)]);
        self.off.resize(length, F::default());
        self.pull.resize(x.len(), F::default());
        self.back.resize(x.len(), F::default());
        self.measurement.apply(out, &mut self.off);
        blend(&mut self.off, -1.0, [(1.0, &self.y)]);
        self.measurement.transpose(&self.off, &mut self.pull);
        self.model.pull_back(x, level, &self.pull, &mut self.back)?;
        let unsaid = (level.sigma / level.scale()).powi(2);
        let variance = (self.noise.powi(2) + unsaid).max(f64::MIN_POSITIVE);
        blend(out, 1.0, [(self.weight * level.sigma.powi(2) / (level.alpha * variance), &self.back)]);
        Ok(())
    }
}
