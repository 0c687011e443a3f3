//! Multivariate normal distributions whose covariance is a few directions and a diagonal.

use super::shapes::{broadcast, checked, joined, normal};
use super::{Constraint, Distribution, MultivariateNormal};
use crate::{Domain, Error};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;
use std::f64::consts::TAU;

/// Normal distributions of vectors with covariance W·Wᵀ + D: many numbers moved by few causes and noise of their own.
///
/// A value costs O(n r²) where [`MultivariateNormal`] takes O(n²) and its factor O(n³): |Σ| = |D|·|I + Wᵀ D⁻¹ W|.
#[derive(Clone, Debug)]
pub struct LowRankMultivariateNormal {
    /// μ, `[batch.., n]`.
    pub mean: Tensor,
    /// W, `[batch.., n, r]`.
    pub factor: Tensor,
    /// The diagonal of D, `[batch.., n]`.
    pub diagonal: Tensor,
    capacitance: Tensor, // the factor of I + Wᵀ D⁻¹ W, [batch.., r, r]
    batch: Vec<usize>,
}

impl LowRankMultivariateNormal {
    /// From means `[.., n]`, factors `[.., n, r]` and diagonals `[.., n]`.
    ///
    /// # Errors
    ///
    /// If a mean or factor is not finite, a diagonal not positive, or the shapes do not fit.
    pub fn new(mean: &Tensor, factor: &Tensor, diagonal: &Tensor) -> Result<Self, Error> {
        const NAME: &str = "LowRankMultivariateNormal";
        let (means, factors, noises) = (mean.shape(), factor.shape(), diagonal.shape());
        let fits =
            factors.len() >= 2 && [means.last(), noises.last()].iter().all(|n| *n == Some(&factors[factors.len() - 2]));
        if !fits {
            let found = format!("means {means:?}, factors {factors:?}, diagonals {noises:?}");
            return Err(Error::data(NAME, found, "means [.., n], factors [.., n, r] and diagonals [.., n]"));
        }
        checked(NAME, &[("mean", Domain::Finite, mean)])?;
        checked(NAME, &[("factor", Domain::Finite, factor)])?;
        checked(NAME, &[("diagonal", Domain::Positive, diagonal)])?;
        let outer = [&means[..means.len() - 1], &factors[..factors.len() - 2], &noises[..noises.len() - 1]];
        let batch = broadcast(NAME, &outer)?;
        let inner = factor.t().matmul(&(factor / diagonal.unsqueeze(-1)));
        let capacitance = (inner + Tensor::eye(factor.extent(-1)).to_dtype(factor.dtype()))
            .cholesky()
            .map_err(|e| Error::data(NAME, e.to_string(), "a diagonal that is not too small beside the factor"))?;
        Ok(Self { mean: mean.clone(), factor: factor.clone(), diagonal: diagonal.clone(), capacitance, batch })
    }

    /// W·Wᵀ + D, `[batch.., n, n]`.
    pub fn covariance(&self) -> Tensor {
        self.factor.matmul(&self.factor.t()) + self.diagonal.diagonal_matrix()
    }

    /// The same distributions with their full covariances.
    ///
    /// # Errors
    ///
    /// If a covariance is not positive definite when rounded: noise too small beside the factor.
    pub fn to_normal(&self) -> Result<MultivariateNormal, Error> {
        MultivariateNormal::new(&self.mean, &self.covariance())
    }

    fn n(&self) -> usize {
        self.mean.extent(-1)
    }

    fn full(&self, x: &Tensor) -> Tensor {
        x.expand(&joined(&[&self.batch, &[self.n()]])[..])
    }

    fn log_determinant(&self) -> Tensor {
        self.capacitance.diagonal(0).ln().sum_over(-1, false) * 2.0 + self.diagonal.ln().sum_over(-1, false)
    }

    /// (x − μ)ᵀ Σ⁻¹ (x − μ), as the least |e|²/D + |u|² of all e + W u = x − μ: a sum without cancellation.
    fn mahalanobis(&self, x: &Tensor) -> Tensor {
        let off = (x - &self.mean).unsqueeze(-1); // [.., n, 1]
        let noise = self.diagonal.unsqueeze(-1);
        let weighted = self.factor.t().matmul(&(&off / &noise));
        let causes = self.capacitance.t().solve_upper(&self.capacitance.solve_lower(&weighted)); // [.., r, 1]
        let errors = &off - self.factor.matmul(&causes);
        let sum = |x: Tensor| x.squeeze(-1).sum_over(-1, false);
        sum(errors.square() / noise) + sum(causes.square())
    }
}

impl Distribution for LowRankMultivariateNormal {
    fn batch_shape(&self) -> &[usize] {
        &self.batch
    }

    fn event_shape(&self) -> &[usize] {
        &self.mean.shape()[self.mean.rank() - 1..]
    }

    fn support(&self) -> Constraint {
        Constraint::Real
    }

    #[track_caller]
    fn log_prob(&self, x: &Tensor) -> Tensor {
        (self.mahalanobis(x) + self.log_determinant() + self.n() as f64 * TAU.ln()) * -0.5
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let noise = |i, n| normal(key.split(i), &joined(&[shape, &self.batch, &[n]]), self.mean.dtype());
        let causes = noise(0, self.factor.extent(-1)).unsqueeze(-1);
        &self.mean + self.factor.matmul(&causes).squeeze(-1) + self.diagonal.sqrt() * noise(1, self.n())
    }

    fn mean(&self) -> Tensor {
        self.full(&self.mean)
    }

    fn variance(&self) -> Tensor {
        self.full(&(self.factor.square().sum_over(-1, false) + &self.diagonal))
    }

    fn entropy(&self) -> Option<Tensor> {
        let entropy = (self.log_determinant() + self.n() as f64 * (1.0 + TAU.ln())) * 0.5;
        Some(entropy.expand(&self.batch[..]))
    }

    /// By the full covariances, in O(n³).
    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let own = self.to_normal().ok()?;
        match other.as_any().downcast_ref::<Self>() {
            Some(q) => own.kl_to(&q.to_normal().ok()?),
            None => own.kl_to(other.as_any().downcast_ref::<MultivariateNormal>()?),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
