//! Gumbel distributions.

use super::divergence::beyond;
use super::family::family;
use super::shapes::{joined, uniform};
use super::{Constraint, Distribution};
use crate::continuous::Gumbel as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::PI;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

family! {
    /// Gumbel distributions: the largest of many values.
    pub struct Gumbel: scalar {
        /// The locations, also the modes.
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
        let noise = -(-uniform(key, &full, self.location.dtype()).ln()).ln();
        &self.location + &self.scale * noise
    }

    fn mean(&self) -> Tensor {
        (&self.location + &self.scale * EULER).expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        (self.scale.square() * (PI * PI / 6.0)).expand(&self.batch[..])
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((self.scale.ln() + (1.0 + EULER)).expand(&self.batch[..]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some((-(-((x - &self.location) / &self.scale)).exp()).exp())
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(&self.location - &self.scale * (-p.ln()).ln())
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let ratio = &self.scale / &q.scale;
                let shift = (&q.location - &self.location) / &q.scale;
                let last = (&shift + (&ratio + 1.0).ln_gamma()).exp();
                -ratio.ln() + EULER * (&ratio - 1.0) - shift + last - 1.0
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Normal>() {
            return Some(q.cross_entropy(&self.mean(), &self.variance()) - self.entropy()?);
        }
        beyond(self, other, self.location.dtype())
    }
}

impl Gumbel {
    /// −E ln f of values with this mean, given E e^((μ − X)/β).
    pub(super) fn cross_entropy(&self, mean: &Tensor, exponential: &Tensor) -> Tensor {
        self.scale.ln() + (mean - &self.location) / &self.scale + exponential
    }
}
