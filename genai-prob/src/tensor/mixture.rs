//! Mixtures of the members of a batch.

use super::shapes::{broadcast, joined};
use super::{Categorical, Constraint, Distribution};
use crate::Error;
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;

/// A mixture of the last batch axis of a family: `log_prob(x) = ln Σₖ wₖ fₖ(x)`.
///
/// The weights are `[batch.., k]`, the components have batch `[batch.., k]`.
#[derive(Debug)]
pub struct Mixture<D> {
    weights: Categorical,
    components: D,
}

impl<D: Distribution> Mixture<D> {
    /// The mixture of the components by these weights.
    ///
    /// # Errors
    ///
    /// If the weights do not broadcast to the batch of the components, with their number last.
    pub fn new(weights: Categorical, components: D) -> Result<Self, Error> {
        let batch = components.batch_shape();
        let fits = broadcast("Mixture", &[batch, weights.log_probabilities.shape()]).is_ok_and(|all| all == batch);
        if !fits || batch.last() != weights.log_probabilities.shape().last() {
            let (batch, rows) = (components.batch_shape(), weights.log_probabilities.shape());
            let found = format!("components of batch {batch:?}, weights {rows:?}");
            return Err(Error::data("Mixture", found, "a weight for each component"));
        }
        let weights = weights.expanded(batch);
        Ok(Self { weights, components })
    }

    /// Where the components lie on the axes of a draw: before the event.
    fn axis(&self) -> isize {
        -1 - self.components.event_shape().len() as isize
    }

    /// The weights with an axis for each of the event's.
    fn weights(&self) -> Tensor {
        let events = self.components.event_shape().len();
        (0..events).fold(self.weights.probabilities(), |w, _| w.unsqueeze(-1))
    }
}

impl<D: Distribution + 'static> Distribution for Mixture<D> {
    fn batch_shape(&self) -> &[usize] {
        self.weights.batch_shape()
    }

    fn event_shape(&self) -> &[usize] {
        self.components.event_shape()
    }

    fn support(&self) -> Constraint {
        self.components.support()
    }

    #[track_caller]
    fn log_prob(&self, x: &Tensor) -> Tensor {
        let each = self.components.log_prob(&x.unsqueeze(self.axis()));
        (each + &self.weights.log_probabilities).log_sum_exp_over(-1, false)
    }

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        let all = self.components.sample(key.split(0), shape); // [shape.., batch.., k, event..]
        let mut index = self.weights.sample(key.split(1), shape).unsqueeze(-1);
        for _ in self.event_shape() {
            index = index.unsqueeze(-1);
        }
        let picked = joined(&[shape, self.batch_shape(), &[1], self.event_shape()]);
        all.gather(self.axis(), &index.expand(&picked[..]).contiguous()).squeeze(self.axis())
    }

    fn mean(&self) -> Tensor {
        (self.weights() * self.components.mean()).sum_over(self.axis(), false)
    }

    fn variance(&self) -> Tensor {
        let (mean, weights) = (self.components.mean(), self.weights());
        let squares = (weights * (self.components.variance() + mean.square())).sum_over(self.axis(), false);
        squares - self.mean().square()
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        let each = self.components.cdf(&x.unsqueeze(-1))?;
        Some((each * self.weights.probabilities()).sum_over(-1, false))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
