//! Poisson distributions.

use super::family::family;
use super::shapes::each;
use super::{Constraint, Distribution, numeric};
use crate::Univariate;
use crate::discrete::Poisson as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Poisson distributions: `log_prob(k) = k ln λ − λ − ln k!`.
    pub struct Poisson: scalar {
        /// λ, the mean counts.
        rate,
    }
    support Constraint::Counts;

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        each(key, shape, &self.batch, [&self.rate], |[rate], stream| {
            scalar::new(rate).map_or(f64::NAN, |d| d.sample(stream))
        })
    }

    fn mean(&self) -> Tensor {
        self.rate.clone()
    }

    fn variance(&self) -> Tensor {
        self.rate.clone()
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(numeric::entropy::<Formula>(&[&self.rate]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf_of_counts::<Formula>(x, &[&self.rate]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf_of_counts::<Formula>(p, &[&self.rate]))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some(self.rate.xlogy(&(&self.rate / &q.rate)) - (&self.rate - &q.rate));
        }
        if other.as_any().is::<super::Bernoulli>() || other.as_any().is::<super::Binomial>() {
            let at_zero = -other.log_prob(&self.rate.zeros_like());
            return Some(at_zero.masked_fill(&self.rate.gt(0.0), f64::INFINITY)); // counts beyond the trials
        }
        None
    }
}
