//! χ² distributions.

use super::family::family;
use super::gamma::standard;
use super::shapes::joined;
use super::{Constraint, numeric};
use crate::continuous::ChiSquared as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// χ² distributions: sums of squares of standard normal values.
    pub struct ChiSquared: scalar {
        /// The degrees of freedom.
        df,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        2.0 * standard(key, &joined(&[shape, &self.batch]), &(&self.df * 0.5))
    }

    fn mean(&self) -> Tensor {
        self.df.clone()
    }

    fn variance(&self) -> Tensor {
        &self.df * 2.0
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf::<Formula>(&[x, &self.df]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf::<Formula>(&[p, &self.df]))
    }

    fn entropy(&self) -> Option<Tensor> {
        Some({
            let half = &self.df * 0.5;
            &half + half.ln_gamma() + (1.0 - &half) * half.digamma() + std::f64::consts::LN_2
        })
    }
}
