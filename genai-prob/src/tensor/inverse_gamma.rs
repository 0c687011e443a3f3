//! Inverse gamma distributions.

use super::family::family;
use super::gamma::{one, standard};
use super::shapes::{constant, joined};
use super::{Constraint, numeric};
use crate::continuous::InverseGamma as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Inverse gamma distributions: of 1/X where X is gamma with rate β.
    pub struct InverseGamma: scalar {
        /// α, the shapes.
        shape,
        /// β, the scales.
        scale,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        &self.scale / standard(key, &joined(&[shape, &self.batch]), &self.shape)
    }

    fn mean(&self) -> Tensor {
        let mean = &self.scale / (&self.shape - 1.0);
        Tensor::choose(&self.shape.gt(1.0), &mean, &constant(&mean, f64::INFINITY))
    }

    fn variance(&self) -> Tensor {
        let variance = (&self.scale / (&self.shape - 1.0)).square() / (&self.shape - 2.0);
        Tensor::choose(&self.shape.gt(2.0), &variance, &constant(&variance, f64::INFINITY))
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((&self.shape + self.scale.ln() + self.shape.ln_gamma() - (1.0 + &self.shape) * self.shape.digamma()).expand(&self.batch[..]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf::<Formula>(&[&(x / &self.scale), &self.shape, &one(x)]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf::<Formula>(&[p, &self.shape, &one(p)]) * &self.scale)
    }
}
