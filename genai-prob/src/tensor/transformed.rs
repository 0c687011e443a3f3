//! Distributions of transformed values.

use super::{Constraint, Distribution};
use crate::bijector::Bijector;
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;

/// The distribution of y = b(x): `log_prob(y) = log_prob(b⁻¹(y)) − ln |det ∂b/∂x|`.
#[derive(Debug)]
pub struct Transformed<D> {
    base: D,
    bijector: Box<dyn Bijector>,
    event: Vec<usize>,
}

impl<D: Distribution> Transformed<D> {
    /// The image of a distribution; its event must have the bijector's axes (see [`Independent`](super::Independent)).
    ///
    /// # Panics
    ///
    /// If the event has fewer axes than the bijector mixes.
    #[track_caller]
    pub fn new(base: D, bijector: Box<dyn Bijector>) -> Self {
        let (axes, event) = (bijector.axes().0, base.event_shape());
        assert!(axes <= event.len(), "Transformed: {bijector:?} mixes {axes} axes of an event {event:?}");
        let event = bijector.forward_shape(event);
        Self { base, bijector, event }
    }

    fn unknown(&self) -> Tensor {
        let shape = [self.base.batch_shape(), &self.event].concat();
        Tensor::full_of(shape, f64::NAN, self.base.mean().dtype())
    }

    /// Whether the bijector grows or falls, where the event is one number.
    fn direction(&self) -> Option<bool> {
        self.bijector.is_increasing().filter(|_| self.event.is_empty())
    }

    /// Numbers beyond an end of the range as that end: nothing lies there.
    fn within_range(&self, y: &Tensor) -> Tensor {
        match self.bijector.range() {
            Constraint::Positive => y.clamp(0.0, f64::INFINITY),
            Constraint::Above(low) => y.clamp(low, f64::INFINITY),
            Constraint::Between(low, high) => y.clamp(low, high),
            _ => y.clone(),
        }
    }

    /// Sums over the axes of the event that the bijector treats element by element.
    fn summed(&self, log_determinant: Tensor) -> Tensor {
        let extra = self.base.event_shape().len() - self.bijector.axes().0;
        (0..extra).fold(log_determinant, |x, _| x.sum_over(-1, false))
    }
}

impl<D: Distribution + 'static> Distribution for Transformed<D> {
    fn batch_shape(&self) -> &[usize] {
        self.base.batch_shape()
    }

    fn event_shape(&self) -> &[usize] {
        &self.event
    }

    fn support(&self) -> Constraint {
        self.bijector.range()
    }

    #[track_caller]
    fn log_prob(&self, y: &Tensor) -> Tensor {
        let x = self.bijector.inverse(y);
        self.base.log_prob(&x) - self.summed(self.bijector.log_determinant(&x, y))
    }

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        self.bijector.forward(&self.base.sample(key, shape))
    }

    fn has_rsample(&self) -> bool {
        self.base.has_rsample()
    }

    #[track_caller]
    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        self.bijector.forward(&self.base.rsample(key, shape))
    }

    /// NaN: there is no general form.
    fn mean(&self) -> Tensor {
        self.unknown()
    }

    /// NaN: there is no general form.
    fn variance(&self) -> Tensor {
        self.unknown()
    }

    fn cdf(&self, y: &Tensor) -> Option<Tensor> {
        let increasing = self.direction()?;
        let below = self.base.cdf(&self.bijector.inverse(&self.within_range(y)))?;
        Some(if increasing { below } else { 1.0 - below })
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        let x = if self.direction()? { self.base.icdf(p) } else { self.base.icdf(&(1.0 - p)) };
        Some(self.bijector.forward(&x?))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let q = other.as_any().downcast_ref::<Self>()?;
        let same = format!("{:?}", self.bijector) == format!("{:?}", q.bijector); // a bijection moves no divergence
        same.then(|| self.base.kl_to(&q.base)).flatten()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
