//! F distributions.

use super::beta::ln_beta;
use super::family::family;
use super::gamma::standard;
use super::shapes::{constant, joined};
use super::{Constraint, numeric};
use crate::continuous::FisherF as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// F distributions: ratios of mean squares.
    pub struct FisherF: scalar {
        /// Degrees of freedom of the numerator.
        d1,
        /// Degrees of freedom of the denominator.
        d2,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let full = joined(&[shape, &self.batch]);
        let (x, y) = (&self.d1 * 0.5, &self.d2 * 0.5);
        standard(key.split(0), &full, &x) / &x * &y / standard(key.split(1), &full, &y)
    }

    fn mean(&self) -> Tensor {
        Tensor::choose(&self.d2.gt(2.0), &(&self.d2 / (&self.d2 - 2.0)), &constant(&self.d2, f64::INFINITY)).expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        let (a, b) = (&self.d1, &self.d2);
        let variance = b.square() * 2.0 * (a + b - 2.0) / (a * (b - 2.0).square() * (b - 4.0));
        Tensor::choose(&b.gt(4.0), &variance, &constant(&variance, f64::INFINITY))
    }

    fn entropy(&self) -> Option<Tensor> {
        let (a, b) = (&self.d1 * 0.5, &self.d2 * 0.5);
        let slopes = (1.0 - &a) * a.digamma() - (1.0 + &b) * b.digamma() + (&a + &b) * (&a + &b).digamma();
        Some(ln_beta(&a, &b) + slopes + (&self.d2 / &self.d1).ln())
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf::<Formula>(&[x, &self.d1, &self.d2]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf::<Formula>(&[p, &self.d1, &self.d2]))
    }
}
