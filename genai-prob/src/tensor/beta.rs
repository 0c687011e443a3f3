//! Beta distributions.

use super::divergence::beyond;
use super::family::family;
use super::gamma::ln_standard;
use super::shapes::{inside, joined};
use super::{Constraint, Distribution, numeric};
use crate::continuous::Beta as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Beta distributions: probabilities of probabilities.
    pub struct Beta: scalar {
        /// The first shapes.
        a,
        /// The second shapes.
        b,
    }
    support Constraint::Between(0.0, 1.0);

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let full = joined(&[shape, &self.batch]);
        let (x, y) = (ln_standard(key.split(0), &full, &self.a), ln_standard(key.split(1), &full, &self.b));
        inside(&(x - y).sigmoid())
    }

    fn mean(&self) -> Tensor {
        (&self.a / (&self.a + &self.b)).expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        let total = &self.a + &self.b;
        &self.a * &self.b / (total.square() * (total + 1.0))
    }

    fn entropy(&self) -> Option<Tensor> {
        Some({
            let total = &self.a + &self.b;
            ln_beta(&self.a, &self.b) - (&self.a - 1.0) * self.a.digamma() - (&self.b - 1.0) * self.b.digamma()
                + (&total - 2.0) * total.digamma()
        })
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf::<Formula>(&[x, &self.a, &self.b]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf::<Formula>(&[p, &self.a, &self.b]))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let total = &self.a + &self.b;
                ln_beta(&q.a, &q.b) - ln_beta(&self.a, &self.b)
                    + (&self.a - &q.a) * self.a.digamma()
                    + (&self.b - &q.b) * self.b.digamma()
                    + (&q.a - &self.a + &q.b - &self.b) * total.digamma()
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Normal>() {
            return Some(q.cross_entropy(&self.mean(), &self.variance()) - self.entropy()?);
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Exponential>() {
            return Some(q.cross_entropy(&self.mean()) - self.entropy()?);
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Gamma>() {
            return Some({
                let mean_ln = self.a.digamma() - (&self.a + &self.b).digamma();
                q.cross_entropy(&self.mean(), &mean_ln) - self.entropy()?
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::ContinuousBernoulli>() {
            return Some(q.cross_entropy(&self.mean()) - self.entropy()?);
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Uniform>() {
            return Some(q.kl_of_unit(&self.entropy()?));
        }
        beyond(self, other, self.a.dtype())
    }
}

impl Beta {
    /// −E ln f of values in [0, 1] with these means of ln X and ln(1 − X).
    pub(super) fn cross_entropy(&self, mean_ln: &Tensor, mean_ln_rest: &Tensor) -> Tensor {
        ln_beta(&self.a, &self.b) - (&self.a - 1.0) * mean_ln - (&self.b - 1.0) * mean_ln_rest
    }
}

/// ln B(a, b).
pub(super) fn ln_beta(a: &Tensor, b: &Tensor) -> Tensor {
    a.ln_gamma() + b.ln_gamma() - (a + b).ln_gamma()
}
