//! The factors of LKJ correlation matrices.

use super::beta::ln_beta;
use super::gamma::ln_standard;
use super::shapes::{checked, joined, normal};
use super::{Constraint, Distribution};
use crate::{Domain, Error};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;
use std::f64::consts::PI;

/// The lower factors L of d × d correlation matrices R = L·Lᵀ with density ∝ |R|^(η − 1):
/// `log_prob(L) = Σ (d − i + 2η − 2) ln Lᵢᵢ − ln c(η)` over i = 2, …, d, by the entries below the diagonal.
///
/// Source: Lewandowski, Kurowicka & Joe 2009, *Generating random correlation matrices based on vines and extended onion
/// method*, §3.2.
#[derive(Clone, Debug)]
pub struct LkjCholesky {
    event: [usize; 2],
    /// η, `[batch..]`: above 1 towards independence, below 1 away from it.
    pub concentration: Tensor,
}

impl LkjCholesky {
    /// Of d × d matrices.
    ///
    /// # Errors
    ///
    /// If the dimension is below 2 or a concentration is not positive.
    pub fn new(dimension: usize, concentration: &Tensor) -> Result<Self, Error> {
        if dimension < 2 {
            return Err(Error::parameter("LkjCholesky", "dimension", dimension, "at least 2"));
        }
        checked("LkjCholesky", &[("concentration", Domain::Positive, concentration)])?;
        Ok(Self { event: [dimension; 2], concentration: concentration.clone() })
    }

    fn d(&self) -> usize {
        self.event[0]
    }

    fn row(&self, f: impl Fn(usize) -> f64) -> Tensor {
        let values: Vec<f64> = (1..self.d()).map(f).collect();
        Tensor::from_vec(values, [self.d() - 1]).to_dtype(self.concentration.dtype())
    }

    /// Of the beta distributions of Σⱼ Lᵢⱼ² below the diagonal, rows 2, …, d: i/2, and η + (d − 1 − i)/2 as
    /// `[batch.., d − 1]`, counted from 0.
    fn shapes(&self) -> (Tensor, Tensor) {
        let share = self.concentration.unsqueeze(-1) + self.row(|i| 0.5 * (self.d() - 1 - i) as f64);
        (self.row(|i| 0.5 * i as f64), share)
    }

    /// ln c = Σ ln π^(i/2) Γ(b) / Γ(b + i/2).
    fn ln_norm(&self) -> Tensor {
        let (half, share) = self.shapes();
        (&half * PI.ln() + share.ln_gamma() - (share + half).ln_gamma()).sum_over(-1, false)
    }

    /// Rows 2, … of `[.., d − 1]` on the diagonal, with 1 or 0 in the first.
    fn on_diagonal(&self, rest: &Tensor, first: f64) -> Tensor {
        Tensor::concat(&[&(rest.narrow(-1, 0, 1).zeros_like() + first), rest], -1).diagonal_matrix()
    }
}

impl Distribution for LkjCholesky {
    fn batch_shape(&self) -> &[usize] {
        self.concentration.shape()
    }

    fn event_shape(&self) -> &[usize] {
        &self.event
    }

    fn support(&self) -> Constraint {
        Constraint::CorrelationCholesky
    }

    #[track_caller]
    fn log_prob(&self, x: &Tensor) -> Tensor {
        let ln = x.diagonal(0).narrow(-1, 1, self.d() - 1).ln();
        let powers = self.concentration.unsqueeze(-1) * 2.0 + self.row(|i| (self.d() - 1 - i) as f64 - 2.0);
        (ln * powers).sum_over(-1, false) - self.ln_norm()
    }

    fn has_rsample(&self) -> bool {
        true
    }

    /// Each row a uniform direction, its length from a beta value.
    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let (d, batch, dtype) = (self.d(), self.batch_shape(), self.concentration.dtype());
        let (half, share) = self.shapes();
        let full = joined(&[shape, batch, &[d - 1]]);
        let ln_below = ln_standard(key.split(0), &full, &half.expand(share.shape()));
        let odds = ln_below - ln_standard(key.split(1), &full, &share); // ln of the squares below by that of the diagonal
        let (radius, diagonal) = ((odds.log_sigmoid() * 0.5).exp(), ((-&odds).log_sigmoid() * 0.5).exp());
        let noise = normal(key.split(2), &joined(&[&full, &[d]]), dtype).lower_triangle(0); // d − 1 rows, i + 1 numbers each
        let below = &noise * (radius / noise.square().sum_over(-1, false).sqrt()).unsqueeze(-1);
        let first = below.narrow(-2, 0, 1).zeros_like();
        Tensor::concat(&[&first, &below], -2) + self.on_diagonal(&diagonal, 1.0)
    }

    fn mean(&self) -> Tensor {
        let (half, share) = self.shapes();
        self.on_diagonal(&(ln_beta(&(&share + 0.5), &half) - ln_beta(&share, &half)).exp(), 1.0)
    }

    fn variance(&self) -> Tensor {
        let (half, share) = self.shapes();
        let mean = (ln_beta(&(&share + 0.5), &half) - ln_beta(&share, &half)).exp();
        let diagonal = self.on_diagonal(&(&share / (&share + &half) - mean.square()), 0.0);
        let each = ((share + half) * 2.0).reciprocal(); // the squares below the diagonal share alike
        let first = each.narrow(-1, 0, 1).zeros_like();
        let rows = Tensor::concat(&[&first, &each], -1).unsqueeze(-1);
        let ones = Tensor::ones_of([self.d(); 2], rows.dtype()).lower_triangle(-1);
        rows * ones + diagonal
    }

    fn entropy(&self) -> Option<Tensor> {
        let (half, share) = self.shapes();
        let ln_squares = share.digamma() - (share + half).digamma();
        let powers = self.concentration.unsqueeze(-1) - 1.0 + self.row(|i| 0.5 * (self.d() - 1 - i) as f64);
        Some(self.ln_norm() - (powers * ln_squares).sum_over(-1, false))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let q = other.as_any().downcast_ref::<Self>()?;
        if q.d() != self.d() {
            return None;
        }
        let (half, share) = self.shapes();
        let ln_squares = (share.digamma() - (share + half).digamma()).sum_over(-1, false); // of the diagonal
        Some(q.ln_norm() - self.ln_norm() + (&self.concentration - &q.concentration) * ln_squares)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
