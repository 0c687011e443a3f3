//! Laplace distributions.

use super::divergence::beyond;
use super::family::family;
use super::shapes::{joined, uniform};
use super::{Constraint, Distribution};
use crate::continuous::Laplace as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::LN_2;

family! {
    /// Laplace distributions: two exponential tails around a location.
    pub struct Laplace: scalar {
        /// The locations, also the means.
        location,
        /// The scales: mean distances from the location.
        scale,
    }
    support Constraint::Real;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let full = joined(&[shape, &self.batch]);
        let u = uniform(key, &full, self.location.dtype());
        let noise = Tensor::choose(&u.lt(0.5), &(&u * 2.0).ln(), &-((1.0 - &u) * 2.0).ln());
        &self.location + &self.scale * noise
    }

    fn mean(&self) -> Tensor {
        self.location.expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        (self.scale.square() * 2.0).expand(&self.batch[..])
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((self.scale.ln() + (1.0 + LN_2)).expand(&self.batch[..]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some({
            let z = (x - &self.location) / &self.scale;
            let tail = (-z.abs()).exp() * 0.5;
            Tensor::choose(&z.lt(0.0), &tail, &(1.0 - &tail))
        })
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some({
            let tail = p.minimum(&(1.0 - p)) * 2.0;
            &self.location + (p - 0.5).sign() * -tail.ln() * &self.scale
        })
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let ratio = &self.scale / &q.scale;
                let shift = (&self.location - &q.location).abs();
                (&ratio * (-(&shift / &self.scale)).exp()) + shift / &q.scale - ratio.ln() - 1.0
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Normal>() {
            return Some(q.cross_entropy(&self.mean(), &self.variance()) - self.entropy()?);
        }
        beyond(self, other, self.location.dtype())
    }
}
