//! Binomial distributions.

use super::family::family;
use super::shapes::{constant, each};
use super::{Constraint, Distribution, numeric};
use crate::Univariate;
use crate::discrete::Binomial as scalar;
use genai_core::random::Key;
use genai_core::{DType, Tensor};

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

    fn entropy(&self) -> Option<Tensor> {
        Some(numeric::entropy::<Formula>(&[&self.n, &self.p]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf_of_counts::<Formula>(x, &[&self.n, &self.p]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf_of_counts::<Formula>(p, &[&self.n, &self.p]))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                if self.n.lt(&q.n).to_dtype(DType::F64).max().item::<f64>() > 0.0 {
                    return None; // some are of fewer trials, which has no closed form
                }
                let (rest, other) = (1.0 - &self.p, 1.0 - &q.p);
                let one = self.p.xlogy(&(&self.p / &q.p)) + rest.xlogy(&(&rest / other));
                let kl = &self.n * one;
                Tensor::choose(&self.n.le(&q.n), &kl, &constant(&kl, f64::INFINITY))
            });
        }
        None
    }
}
