//! Categorical distributions: one of n, as an index or as a one-hot row.

use super::shapes::{broadcast, checked, joined};
use super::{Constraint, Distribution};
use crate::distribution::fill_with;
use crate::fill::Alias;
use crate::{Domain, Error};
use genai_core::random::Key;
use genai_core::{DType, Tensor};
use std::any::Any;

/// One of n on the last axis, as an index; `log_prob(k) = log_softmax(logits)[k]`.
#[derive(Clone, Debug)]
pub struct Categorical {
    /// Normalised log-probabilities, `[batch.., n]`.
    pub log_probabilities: Tensor,
}

impl Categorical {
    /// From weights of at least 0, of which no row is all 0: a weight's share of its row's sum is its probability.
    ///
    /// # Errors
    ///
    /// If a weight is negative or a row's sum is not positive.
    pub fn new(weights: &Tensor) -> Result<Self, Error> {
        checked("Categorical", &[("weights", Domain::NonNegative, weights)])?;
        let total = weights.sum_over(-1, true);
        checked("Categorical", &[("sum of weights", Domain::Positive, &total)])?;
        let (share, one) = (weights / total, Tensor::full_of((), 1.0, weights.dtype()));
        let never = share.eq(0.0);
        // ln 0 apart: its infinite slope would be multiplied by the 0 of what does not depend on it.
        let log_probabilities = Tensor::choose(&never, &one, &share).ln().masked_fill(&never, f64::NEG_INFINITY);
        Ok(Self { log_probabilities })
    }

    /// From unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// If an element is not finite.
    pub fn from_logits(logits: &Tensor) -> Result<Self, Error> {
        checked("Categorical", &[("logits", Domain::Finite, logits)])?;
        Ok(Self { log_probabilities: logits.log_softmax(-1) })
    }

    /// The probabilities, `[batch.., n]`.
    pub fn probabilities(&self) -> Tensor {
        self.log_probabilities.exp()
    }

    /// With the probabilities repeated to this shape.
    pub(super) fn expanded(self, shape: &[usize]) -> Self {
        Self { log_probabilities: self.log_probabilities.expand(shape) }
    }

    fn classes(&self) -> usize {
        self.log_probabilities.extent(-1)
    }

    /// Indices, `[shape.., batch..]`.
    fn indices(&self, key: Key, shape: &[usize]) -> Vec<f64> {
        let weights = self.probabilities().detach().to_dtype(DType::F64).to_vec::<f64>();
        let tables: Vec<Alias> = weights.chunks(self.classes()).map(|row| Alias::new(row, 0.0)).collect();
        let draws: usize = shape.iter().product();
        let mut by_row = vec![0.0; draws * tables.len()];
        for (i, (table, out)) in tables.iter().zip(by_row.chunks_mut(draws.max(1))).enumerate() {
            fill_with(key.split(i as u64), out, |stream| table.draw(stream));
        }
        (0..by_row.len()).map(|i| by_row[i % tables.len() * draws + i / tables.len()]).collect()
    }

    fn expected(&self, value: impl Fn(&Tensor) -> Tensor) -> Tensor {
        let index = Tensor::arange(self.classes()).to_dtype(self.log_probabilities.dtype());
        (self.probabilities() * value(&index)).sum_over(-1, false)
    }
}

impl Distribution for Categorical {
    fn batch_shape(&self) -> &[usize] {
        let shape = self.log_probabilities.shape();
        &shape[..shape.len() - 1]
    }

    fn support(&self) -> Constraint {
        Constraint::Index(self.classes())
    }

    #[track_caller]
    fn log_prob(&self, x: &Tensor) -> Tensor {
        let shape =
            broadcast("Categorical", &[x.shape(), self.batch_shape()]).unwrap_or_else(|e| panic!("log_prob: {e}"));
        let index = x.to_dtype(DType::I64).expand(&shape[..]).unsqueeze(-1);
        let rows = joined(&[&shape, &[self.classes()]]);
        self.log_probabilities.expand(&rows[..]).gather(-1, &index).squeeze(-1)
    }

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        let index: Vec<i64> = self.indices(key, shape).iter().map(|x| *x as i64).collect();
        Tensor::from_vec(index, joined(&[shape, self.batch_shape()]))
    }

    fn mean(&self) -> Tensor {
        self.expected(Tensor::clone)
    }

    fn variance(&self) -> Tensor {
        self.expected(Tensor::square) - self.mean().square()
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(-self.probabilities().xlogy(&self.probabilities()).sum_over(-1, false))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let q = other.as_any().downcast_ref::<Self>()?;
        let p = self.probabilities();
        let terms = &p * (&self.log_probabilities - &q.log_probabilities);
        Some(Tensor::choose(&p.eq(0.0), &terms.zeros_like(), &terms).sum_over(-1, false))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One of n on the last axis, as a row with a single 1.
#[derive(Clone, Debug)]
pub struct OneHotCategorical {
    index: Categorical,
}

impl OneHotCategorical {
    /// As [`Categorical::new`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn new(weights: &Tensor) -> Result<Self, Error> {
        Ok(Self { index: Categorical::new(weights)? })
    }

    /// As [`Categorical::from_logits`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_logits(logits: &Tensor) -> Result<Self, Error> {
        Ok(Self { index: Categorical::from_logits(logits)? })
    }

    /// The probabilities, `[batch.., n]`.
    pub fn probabilities(&self) -> Tensor {
        self.index.probabilities()
    }
}

impl Distribution for OneHotCategorical {
    fn batch_shape(&self) -> &[usize] {
        self.index.batch_shape()
    }

    fn event_shape(&self) -> &[usize] {
        let shape = self.index.log_probabilities.shape();
        &shape[shape.len() - 1..]
    }

    fn support(&self) -> Constraint {
        Constraint::OneHot
    }

    fn log_prob(&self, x: &Tensor) -> Tensor {
        let terms = Tensor::choose(&x.eq(0.0), &x.zeros_like(), &(x * &self.index.log_probabilities));
        terms.sum_over(-1, false)
    }

    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        let (n, index) = (self.index.classes(), self.index.indices(key, shape));
        let mut rows = vec![0.0; index.len() * n];
        index.iter().enumerate().for_each(|(row, i)| rows[row * n + *i as usize] = 1.0);
        let shape = joined(&[shape, self.batch_shape(), &[n]]);
        Tensor::from_vec(rows, shape).to_dtype(self.index.log_probabilities.dtype())
    }

    fn mean(&self) -> Tensor {
        self.probabilities()
    }

    fn variance(&self) -> Tensor {
        self.probabilities() * (1.0 - self.probabilities())
    }

    fn entropy(&self) -> Option<Tensor> {
        self.index.entropy()
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        self.index.kl_to(&other.as_any().downcast_ref::<Self>()?.index)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
