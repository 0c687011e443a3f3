//! Half-normal distributions.

use super::family::family;
use super::shapes::{joined, normal};
use super::{Constraint, Distribution};
use crate::continuous::HalfNormal as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

family! {
    /// Half-normal distributions: of |X| where X is normal with mean 0.
    pub struct HalfNormal: scalar {
        /// The standard deviations before folding.
        scale,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        normal(key, &joined(&[shape, &self.batch]), self.scale.dtype()).abs() * &self.scale
    }

    fn mean(&self) -> Tensor {
        &self.scale * (2.0 / PI).sqrt()
    }

    fn variance(&self) -> Tensor {
        self.scale.square() * (1.0 - 2.0 / PI)
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(self.scale.ln() + 0.5 * (1.0 + (PI / 2.0).ln()))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some((x / &self.scale * FRAC_1_SQRT_2).clamp(0.0, f64::INFINITY).erf())
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(&self.scale * p.erf_inv() * SQRT_2)
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let ratio = (&self.scale / &q.scale).square();
                0.5 * (&ratio - 1.0 - ratio.ln())
            });
        }
        None
    }
}
