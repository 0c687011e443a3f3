//! Negative binomial distributions.

use super::family::family;
use super::shapes::each;
use super::{Constraint, numeric};
use crate::Univariate;
use crate::discrete::NegativeBinomial as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Negative binomial distributions: successes before r failures.
    pub struct NegativeBinomial: scalar {
        /// Failures that end the counting.
        r,
        /// The probabilities of a success.
        p,
    }
    support Constraint::Counts;

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        each(key, shape, &self.batch, [&self.r, &self.p], |[r, p], stream| {
            scalar::new(r, p).map_or(f64::NAN, |d| d.sample(stream))
        })
    }

    fn mean(&self) -> Tensor {
        &self.r * &self.p / (1.0 - &self.p)
    }

    fn variance(&self) -> Tensor {
        &self.r * &self.p / (1.0 - &self.p).square()
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(numeric::entropy::<Formula>(&[&self.r, &self.p]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf_of_counts::<Formula>(x, &[&self.r, &self.p]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf_of_counts::<Formula>(p, &[&self.r, &self.p]))
    }
}
