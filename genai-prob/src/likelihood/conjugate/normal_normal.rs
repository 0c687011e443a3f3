//! A mean, learned from values whose spread is known.

use super::check;
use crate::continuous::Normal;
use crate::{Error, Support, data};
use std::f64::consts::TAU;

/// What is known of the mean of normal values with a known standard deviation: a normal distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalNormal {
    distribution: Normal,
    sd: f64,
}

impl NormalNormal {
    /// Before any value; `sd` is that of one value.
    ///
    /// # Errors
    ///
    /// If it is not a positive number.
    pub fn new(prior: Normal, sd: f64) -> Result<Self, Error> {
        crate::Domain::Positive.check("NormalNormal", "sd", sd)?;
        Ok(Self { distribution: prior, sd })
    }

    /// What is known of the mean.
    pub fn distribution(&self) -> &Normal {
        &self.distribution
    }

    /// The standard deviation of one value.
    pub fn sd(&self) -> f64 {
        self.sd
    }

    /// After values: precisions add up, the mean is that of prior and data weighted by them.
    ///
    /// # Errors
    ///
    /// If one is not finite.
    pub fn update(&self, values: &[f64]) -> Result<Self, Error> {
        check("NormalNormal", values, Support::reals(f64::NEG_INFINITY, f64::INFINITY))?;
        let (before, each) = (self.distribution.sd().powi(-2), self.sd.powi(-2));
        let precision = before + each * values.len() as f64;
        let off = data::sum(values.iter().map(|x| x - self.distribution.mean()));
        let mean = self.distribution.mean() + each / precision * off;
        Ok(Self { distribution: Normal::new(mean, precision.sqrt().recip())?, sd: self.sd })
    }

    /// The distribution of the next value.
    ///
    /// # Errors
    ///
    /// If its standard deviation is beyond f64.
    pub fn predictive(&self) -> Result<Normal, Error> {
        Normal::new(self.distribution.mean(), self.distribution.sd().hypot(self.sd))
    }

    /// ln density of values before any was seen.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn ln_evidence(&self, values: &[f64]) -> Result<f64, Error> {
        let after = self.update(values)?.distribution;
        let (m, s, n) = (self.distribution.mean(), self.distribution.sd(), values.len() as f64);
        let squares = data::sum(values.iter().map(|x| ((x - m) / self.sd).powi(2)));
        let gained = ((after.mean() - m) / after.sd()).powi(2);
        Ok((after.sd() / s).ln() - n * (self.sd.ln() + 0.5 * TAU.ln()) - 0.5 * (squares - gained))
    }
}
