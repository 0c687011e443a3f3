//! Log-normal distributions.

use super::family::family;
use super::shapes::{joined, least, normal};
use super::{Constraint, Distribution};
use crate::continuous::LogNormal as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

family! {
    /// Log-normal distributions: of eˣ where x is normal.
    pub struct LogNormal: scalar {
        /// μ, the means of the logarithm.
        mu,
        /// σ, the standard deviations of the logarithm.
        sigma,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        (&self.mu + &self.sigma * normal(key, &joined(&[shape, &self.batch]), self.mu.dtype())).exp()
    }

    fn mean(&self) -> Tensor {
        (&self.mu + self.sigma.square() * 0.5).exp()
    }

    fn variance(&self) -> Tensor {
        let square = self.sigma.square();
        square.exp_m1() * (&self.mu * 2.0 + square).exp()
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(&self.mu + self.sigma.ln() + 0.5 * (1.0 + TAU.ln()))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(((&self.mu - x.clamp(least(x.dtype()), f64::INFINITY).ln()) / &self.sigma * FRAC_1_SQRT_2).erfc() * 0.5)
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some((&self.mu + &self.sigma * p.normal_quantile()).exp())
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let ratio = (&self.sigma / &q.sigma).square();
                let shift = ((&self.mu - &q.mu) / &q.sigma).square();
                0.5 * (&ratio + shift - 1.0 - ratio.ln())
            });
        }
        None
    }
}
