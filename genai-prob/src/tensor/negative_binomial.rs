//! Negative binomial distributions.

use super::Constraint;
use super::family::family;
use super::shapes::each;
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
}
