//! Kumaraswamy distributions.

use super::Constraint;
use super::beta::ln_beta;
use super::family::family;
use super::shapes::{joined, least, uniform};
use crate::continuous::Kumaraswamy as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

family! {
    /// Kumaraswamy distributions: like beta ones, with a distribution function in closed form.
    pub struct Kumaraswamy: scalar {
        /// The first shapes.
        a,
        /// The second shapes.
        b,
    }
    support Constraint::Between(0.0, 1.0);

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let u = uniform(key, &joined(&[shape, &self.batch]), self.a.dtype());
        self.icdf(&u).expect("in closed form")
    }

    fn mean(&self) -> Tensor {
        self.moment(1.0)
    }

    fn variance(&self) -> Tensor {
        self.moment(2.0) - self.moment(1.0).square()
    }

    fn entropy(&self) -> Option<Tensor> {
        Some({
            let harmonic = (&self.b + 1.0).digamma() + EULER;
            (1.0 - self.b.reciprocal()) + (1.0 - self.a.reciprocal()) * harmonic - (&self.a * &self.b).ln()
        })
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(-(&self.b * (-(&self.a * x.clamp(least(x.dtype()), 1.0).ln()).exp()).ln_1p()).exp_m1())
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(((-((-p).ln_1p() / &self.b).exp_m1()).ln() / &self.a).exp())
    }
}

impl Kumaraswamy {
    /// E Xⁿ = b·B(1 + n/a, b).
    fn moment(&self, n: f64) -> Tensor {
        &self.b * ln_beta(&(1.0 + n / &self.a), &self.b).exp()
    }
}
