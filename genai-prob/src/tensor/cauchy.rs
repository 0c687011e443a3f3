//! Cauchy distributions.

use super::family::family;
use super::shapes::{arctangent, joined, tangent, uniform};
use super::{Constraint, Distribution};
use crate::continuous::Cauchy as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::PI;

family! {
    /// Cauchy distributions: tails so heavy that no mean exists.
    pub struct Cauchy: scalar {
        /// The locations: medians, for there is no mean.
        location,
        /// The scales: half the distance between the quartiles.
        scale,
    }
    support Constraint::Real;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let full = joined(&[shape, &self.batch]);
        let noise = tangent(&((uniform(key, &full, self.location.dtype()) - 0.5) * PI));
        &self.location + &self.scale * noise
    }

    fn mean(&self) -> Tensor {
        (&self.location * f64::NAN).expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        (&self.scale * f64::INFINITY).expand(&self.batch[..])
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((self.scale.ln() + (4.0 * PI).ln()).expand(&self.batch[..]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(arctangent(&((x - &self.location) / &self.scale)) * (1.0 / PI) + 0.5)
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        // The cotangent of the nearer end, so that small probabilities keep their digits.
        let low = p.lt(0.5);
        let angle = Tensor::choose(&low, p, &(1.0 - p)) * PI;
        let far = angle.cos() / angle.sin();
        Some(&self.location + &self.scale * Tensor::choose(&low, &-&far, &far))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let scales = (&self.scale + &q.scale).square();
                let shift = (&self.location - &q.location).square();
                ((scales + shift) / (&self.scale * &q.scale * 4.0)).ln()
            });
        }
        None
    }
}
