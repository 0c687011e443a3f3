//! Mean and variance, learned together.

use super::check;
use crate::continuous::{InverseGamma, StudentT};
use crate::{Domain, Error, Support, data, special};
use std::f64::consts::TAU;

/// What is known of mean and variance of normal values: σ² ~ InverseGamma(shape, scale), and μ ~ Normal(mean, σ²/count)
/// given σ².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalInverseGamma {
    mean: f64,
    count: f64,
    shape: f64,
    scale: f64,
}

impl NormalInverseGamma {
    /// Before any value: `mean` is worth `count` values, `scale / shape` as a variance is worth 2 `shape` values.
    ///
    /// # Errors
    ///
    /// If the mean is not finite or one of the others not a positive number.
    pub fn new(mean: f64, count: f64, shape: f64, scale: f64) -> Result<Self, Error> {
        Domain::Finite.check("NormalInverseGamma", "mean", mean)?;
        Domain::Positive.check("NormalInverseGamma", "count", count)?;
        Domain::Positive.check("NormalInverseGamma", "shape", shape)?;
        Domain::Positive.check("NormalInverseGamma", "scale", scale)?;
        Ok(Self { mean, count, shape, scale })
    }

    /// Mean, count, shape and scale.
    pub fn parameters(&self) -> [f64; 4] {
        [self.mean, self.count, self.shape, self.scale]
    }

    /// After values.
    ///
    /// # Errors
    ///
    /// If one is not finite.
    pub fn update(&self, values: &[f64]) -> Result<Self, Error> {
        check("NormalInverseGamma", values, Support::reals(f64::NEG_INFINITY, f64::INFINITY))?;
        if values.is_empty() {
            return Ok(*self);
        }
        let n = values.len() as f64;
        let (mean, variance) = data::mean_and_variance(values, &vec![1.0; values.len()], n);
        let (count, off) = (self.count + n, mean - self.mean);
        let scale = self.scale + 0.5 * n * (variance + self.count / count * off * off);
        Self::new(self.mean + n / count * off, count, self.shape + 0.5 * n, scale)
    }

    /// What is known of the mean, whatever the variance.
    ///
    /// # Errors
    ///
    /// If its scale is beyond f64.
    pub fn mean(&self) -> Result<StudentT, Error> {
        StudentT::new(2.0 * self.shape, self.mean, (self.scale / self.shape / self.count).sqrt())
    }

    /// What is known of the variance.
    ///
    /// # Errors
    ///
    /// Never: the parameters are allowed.
    pub fn variance(&self) -> Result<InverseGamma, Error> {
        InverseGamma::new(self.shape, self.scale)
    }

    /// The distribution of the next value.
    ///
    /// # Errors
    ///
    /// If its scale is beyond f64.
    pub fn predictive(&self) -> Result<StudentT, Error> {
        let scale = self.scale / self.shape * (1.0 + 1.0 / self.count);
        StudentT::new(2.0 * self.shape, self.mean, scale.sqrt())
    }

    /// ln density of values before any was seen.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn ln_evidence(&self, values: &[f64]) -> Result<f64, Error> {
        let after = self.update(values)?;
        let area = |d: &Self| special::ln_gamma(d.shape) - d.shape * d.scale.ln() - 0.5 * d.count.ln();
        Ok(area(&after) - area(self) - 0.5 * values.len() as f64 * TAU.ln())
    }
}
