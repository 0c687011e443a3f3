//! Weibull distributions.

use super::Constraint;
use super::family::family;
use super::shapes::{joined, least, uniform};
use crate::continuous::Weibull as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

family! {
    /// Weibull distributions: lifetimes whose risk grows or falls as a power.
    pub struct Weibull: scalar {
        /// k, the shapes.
        shape,
        /// λ, the scales.
        scale,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let e = -uniform(key, &joined(&[shape, &self.batch]), self.shape.dtype()).ln();
        &self.scale * (e.ln() / &self.shape).exp()
    }

    fn mean(&self) -> Tensor {
        &self.scale * (1.0 + self.shape.reciprocal()).ln_gamma().exp()
    }

    fn variance(&self) -> Tensor {
        let second = (1.0 + 2.0 / &self.shape).ln_gamma().exp();
        let first = (1.0 + self.shape.reciprocal()).ln_gamma().exp();
        self.scale.square() * (second - first.square())
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(EULER * (1.0 - self.shape.reciprocal()) + (&self.scale / &self.shape).ln() + 1.0)
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(-(-(&self.shape * (x.clamp(least(x.dtype()), f64::INFINITY) / &self.scale).ln()).exp()).exp_m1())
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(&self.scale * ((-(-p).ln_1p()).ln() / &self.shape).exp())
    }
}
