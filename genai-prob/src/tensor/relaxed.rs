//! Continuous relaxations of discrete distributions, whose draws are differentiable.
//!
//! Sources: Maddison et al. 2017, [arXiv:1611.00712](https://arxiv.org/abs/1611.00712); Jang et al. 2017,
//! [arXiv:1611.01144](https://arxiv.org/abs/1611.01144).

use super::shapes::{checked, inside, joined, least, uniform};
use super::{Constraint, Distribution};
use crate::{Domain, Error};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;

/// A Bernoulli distribution whose draws lie between 0 and 1: σ((logits + logistic noise) / temperature).
#[derive(Clone, Debug)]
pub struct RelaxedBernoulli {
    temperature: f64,
    /// The log-odds of a 1.
    pub logits: Tensor,
}

impl RelaxedBernoulli {
    /// From log-odds; the lower the temperature, the closer the draws to 0 and 1.
    ///
    /// # Errors
    ///
    /// If the temperature is not positive, or a logit not finite.
    pub fn new(temperature: f64, logits: &Tensor) -> Result<Self, Error> {
        Domain::Positive.check("RelaxedBernoulli", "temperature", temperature)?;
        checked("RelaxedBernoulli", &[("logits", Domain::Finite, logits)])?;
        Ok(Self { temperature, logits: logits.clone() })
    }
}

impl Distribution for RelaxedBernoulli {
    fn batch_shape(&self) -> &[usize] {
        self.logits.shape()
    }

    fn support(&self) -> Constraint {
        Constraint::Between(0.0, 1.0)
    }

    /// ln t + l − t·λ(x) − 2 softplus(l − t·λ(x)) − ln x − ln(1 − x), λ(x) = ln x − ln(1 − x).
    fn log_prob(&self, x: &Tensor) -> Tensor {
        let (ln, ln_rest) = (x.ln(), (-x).ln_1p());
        let difference = &self.logits - (&ln - &ln_rest) * self.temperature;
        &difference + self.temperature.ln() - difference.softplus() * 2.0 - ln - ln_rest
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let u = uniform(key, &joined(&[shape, self.logits.shape()]), self.logits.dtype());
        inside(&((&self.logits + u.ln() - (-&u).ln_1p()) * self.temperature.recip()).sigmoid())
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        let x = x.clamp(0.0, 1.0);
        Some(((x.ln() - (-&x).ln_1p()) * self.temperature - &self.logits).sigmoid())
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(((&self.logits + p.ln() - (-p).ln_1p()) * self.temperature.recip()).sigmoid())
    }

    /// NaN: there is no closed form.
    fn mean(&self) -> Tensor {
        &self.logits * f64::NAN
    }

    /// NaN: there is no closed form.
    fn variance(&self) -> Tensor {
        &self.logits * f64::NAN
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A one-hot distribution whose draws lie on the simplex: softmax((logits + Gumbel noise) / temperature).
#[derive(Clone, Debug)]
pub struct RelaxedOneHot {
    temperature: f64,
    /// Normalised log-probabilities, `[batch.., n]`.
    pub log_probabilities: Tensor,
}

impl RelaxedOneHot {
    /// From unnormalised log-probabilities on the last axis.
    ///
    /// # Errors
    ///
    /// If the temperature is not positive, or a logit not finite.
    pub fn new(temperature: f64, logits: &Tensor) -> Result<Self, Error> {
        Domain::Positive.check("RelaxedOneHot", "temperature", temperature)?;
        checked("RelaxedOneHot", &[("logits", Domain::Finite, logits)])?;
        Ok(Self { temperature, log_probabilities: logits.log_softmax(-1) })
    }
}

impl Distribution for RelaxedOneHot {
    fn batch_shape(&self) -> &[usize] {
        let shape = self.log_probabilities.shape();
        &shape[..shape.len() - 1]
    }

    fn event_shape(&self) -> &[usize] {
        let shape = self.log_probabilities.shape();
        &shape[shape.len() - 1..]
    }

    fn support(&self) -> Constraint {
        Constraint::Simplex
    }

    /// ln Γ(n) + (n − 1) ln t + Σ (lᵢ − (t + 1) ln xᵢ) − n ln Σ e^(lᵢ − t ln xᵢ).
    fn log_prob(&self, x: &Tensor) -> Tensor {
        let n = self.log_probabilities.extent(-1) as f64;
        let ln = x.ln();
        let score = &self.log_probabilities - &ln * self.temperature;
        let norm = crate::special::ln_gamma(n) + (n - 1.0) * self.temperature.ln();
        (&score - ln).sum_over(-1, false) - score.log_sum_exp_over(-1, false) * n + norm
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let u = uniform(key, &joined(&[shape, self.log_probabilities.shape()]), self.log_probabilities.dtype());
        let x = ((&self.log_probabilities - (-u.ln()).ln()) * self.temperature.recip()).softmax(-1);
        x.clamp(least(x.dtype()), 1.0)
    }

    /// NaN: there is no closed form.
    fn mean(&self) -> Tensor {
        &self.log_probabilities * f64::NAN
    }

    /// NaN: there is no closed form.
    fn variance(&self) -> Tensor {
        &self.log_probabilities * f64::NAN
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
