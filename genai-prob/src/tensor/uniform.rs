//! Uniform distributions between two ends.

use super::family::family;
use super::shapes::{checked, constant, joined, uniform};
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
        None
    }
}

/// The widths are positive.
fn ascending(of: &Uniform) -> Result<(), Error> {
    let width = &of.high - &of.low;
    checked("Uniform", &[("high − low", Domain::Positive, &width)]).map(drop)
}
