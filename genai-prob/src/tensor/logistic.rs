//! Logistic distributions.

use super::Constraint;
use super::family::family;
use super::shapes::{joined, uniform};
use crate::continuous::Logistic as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::PI;

family! {
    /// Logistic distributions: their distribution function is a sigmoid.
    pub struct Logistic: scalar {
        /// The locations, also the means.
        location,
        /// The scales.
        scale,
    }
    support Constraint::Real;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let full = joined(&[shape, &self.batch]);
        let u = uniform(key, &full, self.location.dtype());
        let noise = u.ln() - (1.0 - u).ln();
        &self.location + &self.scale * noise
    }

    fn mean(&self) -> Tensor {
        self.location.expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        (self.scale.square() * (PI * PI / 3.0)).expand(&self.batch[..])
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((self.scale.ln() + 2.0).expand(&self.batch[..]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(((x - &self.location) / &self.scale).sigmoid())
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(&self.location + &self.scale * (p.ln() - (1.0 - p).ln()))
    }
}
