//! Binomial distributions.

use super::family::family;
use super::shapes::{constant, each};
use super::{Constraint, Distribution};
use crate::Univariate;
use crate::discrete::Binomial as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Binomial distributions: successes of n trials.
    pub struct Binomial: scalar {
        /// The numbers of trials.
        n,
        /// The probabilities of a success.
        p,
    }
    support Constraint::Counts;

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        each(key, shape, &self.batch, [&self.n, &self.p], |[n, p], stream| {
            scalar::new(n, p).map_or(f64::NAN, |d| d.sample(stream))
        })
    }

    fn mean(&self) -> Tensor {
        &self.n * &self.p
    }

    fn variance(&self) -> Tensor {
        &self.n * &self.p * (1.0 - &self.p)
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let one = &self.p * (&self.p / &q.p).ln() + (1.0 - &self.p) * ((-&self.p).ln_1p() - (-&q.p).ln_1p());
                let kl = &self.n * one;
                Tensor::choose(&self.n.le(&q.n), &kl, &constant(&kl, f64::INFINITY))
            });
        }
        None
    }
}
