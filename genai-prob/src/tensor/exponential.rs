//! Exponential distributions.

use super::divergence::beyond;
use super::family::family;
use super::shapes::{joined, uniform};
use super::{Constraint, Distribution};
use crate::continuous::Exponential as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::TAU;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

family! {
    /// Exponential distributions: waiting at a constant rate.
    pub struct Exponential: scalar {
        /// λ, events in a unit of time.
        rate,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        -uniform(key, &joined(&[shape, &self.batch]), self.rate.dtype()).ln() / &self.rate
    }

    fn mean(&self) -> Tensor {
        self.rate.reciprocal().expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        self.rate.square().reciprocal().expand(&self.batch[..])
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((1.0 - self.rate.ln()).expand(&self.batch[..]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(-(-&self.rate * x.clamp(0.0, f64::INFINITY)).exp_m1())
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(-(-p).ln_1p() / &self.rate)
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let ratio = &q.rate / &self.rate;
                &ratio - 1.0 - ratio.ln()
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Gamma>() {
            return Some({
                let ratio = &q.rate / &self.rate;
                -(&q.shape * ratio.ln()) + ratio + q.shape.ln_gamma() + &q.shape * EULER - (1.0 + EULER)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Normal>() {
            return Some({
                let variance = q.sd.square();
                let squares = self.rate.square() * &variance;
                0.5 * (&squares * TAU).ln() - 1.0 - &q.mean / (&self.rate * &variance)
                    + squares.reciprocal()
                    + q.mean.square() / variance * 0.5
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Gumbel>() {
            return Some({
                let scaled = &self.rate * &q.scale;
                let exponential = (&q.location / &q.scale).exp() * &scaled / (&scaled + 1.0);
                q.cross_entropy(&self.mean(), &exponential) - self.entropy()?
            });
        }
        beyond(self, other, self.rate.dtype())
    }
}

impl Exponential {
    /// −E ln f of positive values with this mean.
    pub(super) fn cross_entropy(&self, mean: &Tensor) -> Tensor {
        &self.rate * mean - self.rate.ln()
    }
}
