//! Pareto distributions.

use super::divergence::beyond;
use super::family::family;
use super::shapes::{constant, joined, uniform};
use super::{Constraint, Distribution};
use crate::continuous::Pareto as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Pareto distributions: few have much.
    pub struct Pareto: scalar {
        /// α, the shapes.
        shape,
        /// The least values.
        minimum,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let e = -uniform(key, &joined(&[shape, &self.batch]), self.shape.dtype()).ln();
        &self.minimum * (e / &self.shape).exp()
    }

    fn mean(&self) -> Tensor {
        let mean = &self.minimum * &self.shape / (&self.shape - 1.0);
        Tensor::choose(&self.shape.gt(1.0), &mean, &constant(&mean, f64::INFINITY))
    }

    fn variance(&self) -> Tensor {
        let variance = self.minimum.square() * &self.shape / ((&self.shape - 1.0).square() * (&self.shape - 2.0));
        Tensor::choose(&self.shape.gt(2.0), &variance, &constant(&variance, f64::INFINITY))
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((&self.minimum / &self.shape).ln() + 1.0 + self.shape.reciprocal())
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(-(-&self.shape * (x / &self.minimum).clamp(1.0, f64::INFINITY).ln()).exp_m1())
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(&self.minimum * (-(-p).ln_1p() / &self.shape).exp())
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let (ratio, minima) = (&q.shape / &self.shape, (&self.minimum / &q.minimum).ln());
                let kl = &q.shape * &minima - ratio.ln() + ratio - 1.0;
                Tensor::choose(&minima.lt(0.0), &constant(&kl, f64::INFINITY), &kl)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Normal>() {
            return Some({
                let (p, infinite) = self.with_moments(2.0);
                (q.cross_entropy(&p.mean(), &p.variance()) - p.entropy()?).masked_fill(&infinite, f64::INFINITY)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Exponential>() {
            return Some({
                let (p, infinite) = self.with_moments(1.0);
                (q.cross_entropy(&p.mean()) - p.entropy()?).masked_fill(&infinite, f64::INFINITY)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Gamma>() {
            return Some({
                let (p, infinite) = self.with_moments(1.0);
                let mean_ln = p.minimum.ln() + p.shape.reciprocal();
                (q.cross_entropy(&p.mean(), &mean_ln) - p.entropy()?).masked_fill(&infinite, f64::INFINITY)
            });
        }
        beyond(self, other, self.shape.dtype())
    }
}

impl Pareto {
    /// Distributions with others in the place of those whose moments up to the `n`th are infinite, and which those are.
    fn with_moments(&self, n: f64) -> (Self, Tensor) {
        let infinite = self.shape.le(n);
        (Self { shape: self.shape.masked_fill(&infinite, n + 1.0), ..self.clone() }, infinite)
    }

    /// −E ln f of values above the minimum with this mean logarithm.
    pub(super) fn cross_entropy(&self, mean_ln: &Tensor) -> Tensor {
        (&self.shape + 1.0) * mean_ln - self.shape.ln() - &self.shape * self.minimum.ln()
    }
}
