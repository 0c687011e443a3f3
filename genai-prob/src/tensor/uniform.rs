//! Uniform distributions between two ends.

use super::family::family;
use super::shapes::{checked, constant, joined, least, uniform};
use super::{Constraint, Distribution};
use crate::continuous::Uniform as scalar;
use crate::{Domain, Error};
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::TAU;

family! {
    /// Uniform distributions between two ends.
    pub struct Uniform: scalar {
        /// The lower ends.
        low,
        /// The upper ends.
        high,
    }
    valid ascending;
    support Constraint::BatchBetween;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        &self.low + (&self.high - &self.low) * uniform(key, &joined(&[shape, &self.batch]), self.low.dtype())
    }

    fn mean(&self) -> Tensor {
        (&self.low + &self.high) * 0.5
    }

    fn variance(&self) -> Tensor {
        (&self.high - &self.low).square() * (1.0 / 12.0)
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((&self.high - &self.low).ln())
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(((x - &self.low) / (&self.high - &self.low)).clamp(0.0, 1.0))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(&self.low + (&self.high - &self.low) * p)
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let ratio = ((&q.high - &q.low) / (&self.high - &self.low)).ln();
                let inside = q.low.le(&self.low).logical_and(&self.high.le(&q.high));
                Tensor::choose(&inside, &ratio, &constant(&ratio, f64::INFINITY))
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Normal>() {
            return Some({
                let (width, sum) = (&self.high - &self.low, &self.high + &self.low - &q.mean * 2.0);
                let squares = (width.square() * (1.0 / 12.0) + sum.square() * 0.25) / q.sd.square() * 0.5;
                (&q.sd * TAU.sqrt() / width).ln() + squares
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Exponential>() {
            return Some({
                let outside = self.low.lt(0.0);
                (q.cross_entropy(&self.mean()) - self.entropy()?).masked_fill(&outside, f64::INFINITY)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Gamma>() {
            return Some({
                let outside = self.low.lt(0.0);
                let p = self.within(&outside);
                let crossed = q.cross_entropy(&p.mean(), &mean_ln(&p.low, &p.high));
                (crossed - self.entropy()?).masked_fill(&outside, f64::INFINITY)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Pareto>() {
            return Some({
                let outside = self.low.lt(&q.minimum);
                let p = self.within(&outside);
                (q.cross_entropy(&mean_ln(&p.low, &p.high)) - self.entropy()?).masked_fill(&outside, f64::INFINITY)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Beta>() {
            return Some({
                let outside = self.low.lt(0.0).logical_or(&self.high.gt(1.0));
                let p = self.within(&outside);
                let rest = mean_ln(&(1.0 - &p.high), &(1.0 - &p.low));
                let crossed = q.cross_entropy(&mean_ln(&p.low, &p.high), &rest);
                (crossed - self.entropy()?).masked_fill(&outside, f64::INFINITY)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::ContinuousBernoulli>() {
            return Some({
                let outside = self.low.lt(0.0).logical_or(&self.high.gt(1.0));
                (q.cross_entropy(&self.mean()) - self.entropy()?).masked_fill(&outside, f64::INFINITY)
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Gumbel>() {
            return Some({
                let width = (&self.high - &self.low) / &q.scale;
                let exponential = ((&q.location - &self.low) / &q.scale).exp() * -(-&width).exp_m1() / width;
                q.cross_entropy(&self.mean(), &exponential) - self.entropy()?
            });
        }
        None
    }
}

impl Uniform {
    /// With [0, 1] in the place of those that lie `outside` of something.
    fn within(&self, outside: &Tensor) -> Self {
        let (low, high) = (self.low.masked_fill(outside, 0.0), self.high.masked_fill(outside, 1.0));
        Self { low, high, ..self.clone() }
    }

    /// KL from distributions on the whole of [0, 1] with these entropies.
    pub(super) fn kl_of_unit(&self, entropy: &Tensor) -> Tensor {
        let outside = self.low.gt(0.0).logical_or(&self.high.lt(1.0));
        ((&self.high - &self.low).ln() - entropy).masked_fill(&outside, f64::INFINITY)
    }
}

/// E ln X between `low`, at least 0, and `high`.
fn mean_ln(low: &Tensor, high: &Tensor) -> Tensor {
    let share = (low / high).clamp(least(low.dtype()), 1.0);
    high.ln() - 1.0 - low * share.ln() / (high - low)
}

/// The widths are positive.
fn ascending(of: &Uniform) -> Result<(), Error> {
    let width = &of.high - &of.low;
    checked("Uniform", &[("high − low", Domain::Positive, &width)]).map(drop)
}
