//! Dirichlet distributions.

use super::gamma::ln_standard;
use super::shapes::{checked, joined, least};
use super::{Constraint, Distribution};
use crate::{Domain, Error};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;

/// Probabilities of probabilities of n outcomes, on the last axis:
/// `log_prob(x) = Σ (αᵢ − 1) ln xᵢ + lnΓ(Σ αᵢ) − Σ lnΓ(αᵢ)`.
#[derive(Clone, Debug)]
pub struct Dirichlet {
    /// α, `[batch.., n]`.
    pub concentration: Tensor,
}

impl Dirichlet {
    /// The distributions with these concentrations, `[batch.., n]`.
    ///
    /// # Errors
    ///
    /// If one is not positive, or there is no axis.
    pub fn new(concentration: &Tensor) -> Result<Self, Error> {
        checked("Dirichlet", &[("concentration", Domain::Positive, concentration)])?;
        if concentration.rank() == 0 {
            return Err(Error::data("Dirichlet", "a single number", "concentrations along an axis"));
        }
        Ok(Self { concentration: concentration.clone() })
    }

    fn total(&self) -> Tensor {
        self.concentration.sum_over(-1, true)
    }

    /// Σ lnΓ(αᵢ) − lnΓ(Σ αᵢ).
    fn ln_norm(&self) -> Tensor {
        (self.concentration.ln_gamma().sum_over(-1, true) - self.total().ln_gamma()).squeeze(-1)
    }
}

impl Distribution for Dirichlet {
    fn batch_shape(&self) -> &[usize] {
        let shape = self.concentration.shape();
        &shape[..shape.len() - 1]
    }

    fn event_shape(&self) -> &[usize] {
        let shape = self.concentration.shape();
        &shape[shape.len() - 1..]
    }

    fn support(&self) -> Constraint {
        Constraint::Simplex
    }

    fn log_prob(&self, x: &Tensor) -> Tensor {
        (&self.concentration - 1.0).xlogy(x).sum_over(-1, false) - self.ln_norm()
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let ln = ln_standard(key, &joined(&[shape, self.concentration.shape()]), &self.concentration);
        let x = ln.softmax(-1);
        x.clamp(least(x.dtype()), 1.0)
    }

    fn mean(&self) -> Tensor {
        &self.concentration / self.total()
    }

    fn variance(&self) -> Tensor {
        let mean = self.mean();
        &mean * (1.0 - &mean) / (self.total() + 1.0)
    }

    fn entropy(&self) -> Option<Tensor> {
        let a = &self.concentration;
        let (n, total) = (a.extent(-1) as f64, self.total());
        let terms = ((a - 1.0) * a.digamma()).sum_over(-1, true);
        Some(self.ln_norm() + ((&total - n) * total.digamma() - terms).squeeze(-1))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let q = other.as_any().downcast_ref::<Self>()?;
        let slopes = self.concentration.digamma() - self.total().digamma();
        Some(q.ln_norm() - self.ln_norm() + ((&self.concentration - &q.concentration) * slopes).sum_over(-1, false))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
