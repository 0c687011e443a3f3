//! Multinomial distributions.

use super::shapes::each_event;
use super::{Categorical, Constraint, Distribution};
use crate::{Domain, Error, sample};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;

/// How often each of n outcomes on the last axis is seen in a number of trials:
/// `log_prob(x) = ln N! + Σ xᵢ ln pᵢ − Σ ln xᵢ!`.
#[derive(Clone, Debug)]
pub struct Multinomial {
    trials: u64,
    outcomes: Categorical,
}

impl Multinomial {
    /// From weights `[batch.., n]` as in [`Categorical::new`].
    ///
    /// # Errors
    ///
    /// As there; or if there are more than 2⁵³ trials.
    pub fn new(trials: u64, weights: &Tensor) -> Result<Self, Error> {
        Domain::Count.check("Multinomial", "trials", trials as f64)?;
        Ok(Self { trials, outcomes: Categorical::new(weights)? })
    }

    /// From unnormalised log-probabilities as in [`Categorical::from_logits`].
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_logits(trials: u64, logits: &Tensor) -> Result<Self, Error> {
        Domain::Count.check("Multinomial", "trials", trials as f64)?;
        Ok(Self { trials, outcomes: Categorical::from_logits(logits)? })
    }

    /// The probabilities, `[batch.., n]`.
    pub fn probabilities(&self) -> Tensor {
        self.outcomes.probabilities()
    }

    fn n(&self) -> f64 {
        self.trials as f64
    }
}

impl Distribution for Multinomial {
    fn batch_shape(&self) -> &[usize] {
        self.outcomes.batch_shape()
    }

    fn event_shape(&self) -> &[usize] {
        let shape = self.outcomes.log_probabilities.shape();
        &shape[shape.len() - 1..]
    }

    fn support(&self) -> Constraint {
        Constraint::Counts
    }

    /// −∞ where the counts do not sum to the trials.
    #[track_caller]
    fn log_prob(&self, x: &Tensor) -> Tensor {
        let terms = x * &self.outcomes.log_probabilities - (x + 1.0).ln_gamma();
        let terms = Tensor::choose(&x.eq(0.0).expand(terms.shape()), &terms.zeros_like(), &terms).sum_over(-1, false);
        let ln = terms + crate::special::ln_gamma(self.n() + 1.0);
        let fits = x.sum_over(-1, false).eq(self.n()).expand(ln.shape());
        Tensor::choose(&fits, &ln, &(ln.zeros_like() + f64::NEG_INFINITY))
    }

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        let p = self.probabilities();
        let n = p.extent(-1);
        each_event(key, shape, &p, n, |p, stream, out| {
            let (mut left, mut rest) = (self.n(), p.iter().sum::<f64>());
            let last = p.iter().rposition(|p| *p > 0.0).unwrap_or(0);
            for (i, (x, p)) in out.iter_mut().zip(p).enumerate() {
                let share = (p / rest).clamp(0.0, 1.0);
                *x = if i == last { left } else { sample::binomial(left, share, stream) };
                (left, rest) = (left - *x, (rest - p).max(f64::MIN_POSITIVE));
            }
        })
    }

    fn mean(&self) -> Tensor {
        self.probabilities() * self.n()
    }

    fn variance(&self) -> Tensor {
        let p = self.probabilities();
        &p * (1.0 - &p) * self.n()
    }

    /// N·H − ln N! + Σ E ln Xᵢ!, with Xᵢ binomial: O(n N).
    fn entropy(&self) -> Option<Tensor> {
        let n = self.n();
        let counts = Tensor::arange(self.trials as usize + 1).to_dtype(self.outcomes.log_probabilities.dtype());
        let p = self.probabilities().unsqueeze(-1); // [batch.., n, 1]
        let factorials = (&counts + 1.0).ln_gamma();
        let chosen = &factorials.flip(-1) + &factorials;
        let ln_mass = counts.xlogy(&p) + (n - &counts).xlogy(&(1.0 - &p)) - chosen + crate::special::ln_gamma(n + 1.0);
        let expected = (ln_mass.exp() * &factorials).sum_over(-1, false).sum_over(-1, false);
        Some(self.outcomes.entropy()? * n + expected - crate::special::ln_gamma(n + 1.0))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let q = other.as_any().downcast_ref::<Self>()?;
        (self.trials == q.trials).then(|| Some(self.outcomes.kl_to(&q.outcomes)? * self.n())).flatten()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
