//! Normal distributions.

use super::divergence::beyond;
use super::family::family;
use super::shapes::{joined, normal};
use super::{Constraint, Distribution};
use crate::continuous::Normal as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

family! {
    /// Normal distributions: `log_prob(x) = −½((x − μ)/σ)² − ln σ − ½ ln 2π`.
    pub struct Normal: scalar {
        /// μ, the means.
        mean,
        /// σ, the standard deviations.
        sd,
    }
    support Constraint::Real;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let full = joined(&[shape, &self.batch]);
        let noise = normal(key, &full, self.mean.dtype());
        &self.mean + &self.sd * noise
    }

    fn mean(&self) -> Tensor {
        self.mean.expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        self.sd.square().expand(&self.batch[..])
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((self.sd.ln() + 0.5 * (1.0 + TAU.ln())).expand(&self.batch[..]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(((&self.mean - x) / &self.sd * FRAC_1_SQRT_2).erfc() * 0.5)
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(&self.mean + &self.sd * p.normal_quantile())
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let ratio = (&self.sd / &q.sd).square();
                let shift = ((&self.mean - &q.mean) / &q.sd).square();
                0.5 * (&ratio + shift - 1.0 - ratio.ln())
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Gumbel>() {
            return Some({
                let ratio = &self.mean / &q.scale;
                let shift = (&self.sd / &q.scale).square() * 0.5;
                let means = &ratio - &q.location / &q.scale;
                let log = (&q.scale / &self.sd).ln();
                means.clone() + (shift - means).exp() + log - 0.5 * (1.0 + TAU.ln())
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Laplace>() {
            return Some({
                let (shift, ratio) = (&self.mean - &q.location, (&self.mean - &q.location) / &self.sd);
                let folded = &self.sd * (2.0 / PI).sqrt() * (ratio.square() * -0.5).exp();
                let distance = folded + shift * (ratio * FRAC_1_SQRT_2).erf();
                distance / &q.scale + (&q.scale * 2.0).ln() - self.entropy()?
            });
        }
        beyond(self, other, self.mean.dtype())
    }
}

impl Normal {
    /// −E ln f of values with this mean and variance.
    pub(super) fn cross_entropy(&self, mean: &Tensor, variance: &Tensor) -> Tensor {
        ((mean - &self.mean).square() + variance) / self.sd.square() * 0.5 + (self.sd.ln() + 0.5 * TAU.ln())
    }
}
