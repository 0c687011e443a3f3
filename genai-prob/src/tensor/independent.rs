//! Batch axes read as axes of the event.

use super::{Constraint, Distribution};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;

/// The last batch axes of a distribution as axes of its event: a row of normal distributions as one distribution of rows,
/// whose `log_prob` is the sum.
#[derive(Debug)]
pub struct Independent<D> {
    base: D,
    axes: usize,
    event: Vec<usize>,
}

impl<D: Distribution> Independent<D> {
    /// With the last `axes` batch axes.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    #[track_caller]
    pub fn new(base: D, axes: usize) -> Self {
        let batch = base.batch_shape();
        assert!(axes <= batch.len(), "Independent: {axes} of the batch axes {batch:?}");
        let event = [&batch[batch.len() - axes..], base.event_shape()].concat();
        Self { base, axes, event }
    }

    fn summed(&self, x: &Tensor) -> Tensor {
        (0..self.axes).fold(x.clone(), |x, _| x.sum_over(-1, false))
    }
}

impl<D: Distribution + 'static> Distribution for Independent<D> {
    fn batch_shape(&self) -> &[usize] {
        let batch = self.base.batch_shape();
        &batch[..batch.len() - self.axes]
    }

    fn event_shape(&self) -> &[usize] {
        &self.event
    }

    fn support(&self) -> Constraint {
        self.base.support()
    }

    #[track_caller]
    fn log_prob(&self, x: &Tensor) -> Tensor {
        self.summed(&self.base.log_prob(x))
    }

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        self.base.sample(key, shape)
    }

    fn has_rsample(&self) -> bool {
        self.base.has_rsample()
    }

    #[track_caller]
    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        self.base.rsample(key, shape)
    }

    fn mean(&self) -> Tensor {
        self.base.mean()
    }

    fn variance(&self) -> Tensor {
        self.base.variance()
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(self.summed(&self.base.entropy()?))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let q = other.as_any().downcast_ref::<Self>()?;
        (q.axes == self.axes).then(|| Some(self.summed(&self.base.kl_to(&q.base)?))).flatten()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
