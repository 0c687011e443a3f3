//! Geometric distributions.

use super::family::family;
use super::shapes::each;
use super::{Constraint, Distribution};
use crate::Univariate;
use crate::discrete::Geometric as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Geometric distributions: failures before the first success.
    pub struct Geometric: scalar {
        /// The probabilities of a success.
        p,
    }
    support Constraint::Counts;

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        each(key, shape, &self.batch, [&self.p], |[p], stream| {
            scalar::new(p).map_or(f64::NAN, |d| d.sample(stream))
        })
    }

    fn mean(&self) -> Tensor {
        (1.0 - &self.p) / &self.p
    }

    fn variance(&self) -> Tensor {
        (1.0 - &self.p) / self.p.square()
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(-self.p.ln() - (1.0 - &self.p) / &self.p * (-&self.p).ln_1p())
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some((&self.p / &q.p).ln() + (1.0 - &self.p) / &self.p * ((-&self.p).ln_1p() - (-&q.p).ln_1p()));
        }
        None
    }
}
