//! Half-Cauchy distributions.

use super::Constraint;
use super::family::family;
use super::shapes::{arctangent, constant, joined, tangent, uniform};
use crate::continuous::HalfCauchy as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::PI;

family! {
    /// Half-Cauchy distributions: of |X| where X is Cauchy around 0.
    pub struct HalfCauchy: scalar {
        /// The scales, also the medians.
        scale,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        tangent(&(uniform(key, &joined(&[shape, &self.batch]), self.scale.dtype()) * (PI / 2.0))) * &self.scale
    }

    fn mean(&self) -> Tensor {
        constant(&self.scale, f64::INFINITY)
    }

    fn variance(&self) -> Tensor {
        constant(&self.scale, f64::INFINITY)
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(self.scale.ln() + (2.0 * PI).ln())
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(arctangent(&(x / &self.scale).clamp(0.0, f64::INFINITY)) * (2.0 / PI))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(tangent(&(p * (PI / 2.0))) * &self.scale)
    }
}
