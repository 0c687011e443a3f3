//! Bernoulli distributions.

use super::shapes::{checked, each};
use super::{Constraint, Distribution};
use crate::{Domain, Error};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;

/// Bernoulli distributions: one coin each, given by its log-odds, so that no probability rounds to 0 or 1.
///
/// `log_prob(x) = x·l − ln(1 + eˡ)`, l = ln p − ln(1 − p).
#[derive(Clone, Debug)]
pub struct Bernoulli {
    /// The log-odds of a 1.
    pub logits: Tensor,
}

impl Bernoulli {
    /// From probabilities between 0 and 1.
    ///
    /// # Errors
    ///
    /// If an element is none.
    pub fn new(p: &Tensor) -> Result<Self, Error> {
        checked("Bernoulli", &[("p", Domain::OpenProbability, p)])?;
        Ok(Self { logits: p.ln() - (-p).ln_1p() })
    }

    /// From log-odds.
    ///
    /// # Errors
    ///
    /// If an element is not finite.
    pub fn from_logits(logits: &Tensor) -> Result<Self, Error> {
        checked("Bernoulli", &[("logits", Domain::Finite, logits)])?;
        Ok(Self { logits: logits.clone() })
    }

    /// The probabilities of a 1.
    pub fn probabilities(&self) -> Tensor {
        self.logits.sigmoid()
    }
}

impl Distribution for Bernoulli {
    fn batch_shape(&self) -> &[usize] {
        self.logits.shape()
    }

    fn support(&self) -> Constraint {
        Constraint::Boolean
    }

    fn log_prob(&self, x: &Tensor) -> Tensor {
        // x·l − ln(1 + eˡ) where neither side's digits cancel.
        -(x * (-&self.logits).softplus() + (1.0 - x) * self.logits.softplus())
    }

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        each(key, shape, self.logits.shape(), [&self.probabilities()], |[p], stream| {
            f64::from(u8::from(crate::sample::uniform(stream) < p))
        })
    }

    fn mean(&self) -> Tensor {
        self.probabilities()
    }

    fn variance(&self) -> Tensor {
        self.probabilities() * (-&self.logits).sigmoid()
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        let below = (-&self.logits).sigmoid(); // P(0)
        let (x, zero) = (x.detach(), x.zeros_like());
        let jumped = Tensor::choose(&x.ge(1.0), &zero.ones_like(), &(below + zero));
        Some(Tensor::choose(&x.ge(0.0), &jumped, &jumped.zeros_like()))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        let below = (-&self.logits).sigmoid().detach();
        Some((p.detach() - below).gt(0.0).to_dtype(p.dtype()))
    }

    fn entropy(&self) -> Option<Tensor> {
        let (heads, tails) = (self.probabilities(), (-&self.logits).sigmoid());
        Some(heads * (-&self.logits).softplus() + tails * self.logits.softplus())
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let p = self.probabilities();
        if let Some(q) = other.as_any().downcast_ref::<super::Poisson>() {
            return Some(&q.rate - p * q.rate.ln() - self.entropy()?); // ln k! = 0
        }
        let q = other.as_any().downcast_ref::<Self>()?;
        let heads = p * ((-&q.logits).softplus() - (-&self.logits).softplus());
        Some(heads + (-&self.logits).sigmoid() * (q.logits.softplus() - self.logits.softplus()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
