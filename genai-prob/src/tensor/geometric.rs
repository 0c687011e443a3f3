//! Geometric distributions.

use super::family::family;
use super::shapes::each;
use super::{Constraint, Distribution, numeric};
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
        let rest = 1.0 - &self.p;
        Some(-self.p.ln() - rest.xlogy(&rest) / &self.p)
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf_of_counts::<Formula>(x, &[&self.p]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf_of_counts::<Formula>(p, &[&self.p]))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            let (rest, other) = (1.0 - &self.p, 1.0 - &q.p);
            return Some((&self.p / &q.p).ln() + rest.xlogy(&(&rest / other)) / &self.p);
        }
        None
    }
}
