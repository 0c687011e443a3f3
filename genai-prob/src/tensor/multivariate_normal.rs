//! Multivariate normal distributions.

use super::shapes::{broadcast, checked, joined, normal};
use super::{Constraint, Distribution, LowRankMultivariateNormal};
use crate::{Domain, Error};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;
use std::f64::consts::TAU;

/// Normal distributions of vectors: `log_prob(x) = −½|L⁻¹(x − μ)|² − Σ ln Lᵢᵢ − n/2 ln 2π`, covariance L·Lᵀ.
#[derive(Clone, Debug)]
pub struct MultivariateNormal {
    /// μ, `[batch.., n]`.
    pub mean: Tensor,
    /// L, lower triangular, `[batch.., n, n]`.
    pub factor: Tensor,
    batch: Vec<usize>,
}

impl MultivariateNormal {
    /// From means `[.., n]` and covariances `[.., n, n]`.
    ///
    /// # Errors
    ///
    /// If a covariance is not positive definite, or the shapes do not fit.
    pub fn new(mean: &Tensor, covariance: &Tensor) -> Result<Self, Error> {
        let factor =
            covariance.cholesky().map_err(|e| Error::data("MultivariateNormal", e.to_string(), "covariances"))?;
        Self::from_factor(mean, &factor)
    }

    /// From precisions, the inverses of covariances.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_precision(mean: &Tensor, precision: &Tensor) -> Result<Self, Error> {
        let covariance =
            precision.inverse().map_err(|e| Error::data("MultivariateNormal", e.to_string(), "precisions"))?;
        Self::new(mean, &((&covariance + covariance.t()) * 0.5))
    }

    /// From Cholesky factors of the covariances: lower triangular with a positive diagonal.
    ///
    /// # Errors
    ///
    /// If a diagonal is not positive, or the shapes do not fit.
    pub fn from_factor(mean: &Tensor, factor: &Tensor) -> Result<Self, Error> {
        const NAME: &str = "MultivariateNormal";
        let (means, factors) = (mean.shape(), factor.shape());
        let fits =
            factors.len() >= 2 && !means.is_empty() && factors[factors.len() - 2..] == [means[means.len() - 1]; 2];
        if !fits {
            let found = format!("means {means:?}, factors {factors:?}");
            return Err(Error::data(NAME, found, "means [.., n] and matrices [.., n, n]"));
        }
        checked(NAME, &[("mean", Domain::Finite, mean)])?;
        checked(NAME, &[("diagonal of the factor", Domain::Positive, &factor.diagonal(0))])?;
        let batch = broadcast(NAME, &[&means[..means.len() - 1], &factors[..factors.len() - 2]])?;
        Ok(Self { mean: mean.clone(), factor: factor.lower_triangle(0), batch })
    }

    /// L·Lᵀ.
    pub fn covariance(&self) -> Tensor {
        self.factor.matmul(&self.factor.t())
    }

    fn n(&self) -> usize {
        self.mean.extent(-1)
    }

    /// Σ ln Lᵢᵢ.
    fn half_log_determinant(&self) -> Tensor {
        self.factor.diagonal(0).ln().sum_over(-1, false)
    }

    fn full(&self, x: &Tensor) -> Tensor {
        x.expand(&joined(&[&self.batch, &[self.n()]])[..])
    }
}

impl Distribution for MultivariateNormal {
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
        let z = self.factor.solve_lower(&(x - &self.mean).unsqueeze(-1)).squeeze(-1);
        z.square().sum_over(-1, false) * -0.5 - self.half_log_determinant() - 0.5 * self.n() as f64 * TAU.ln()
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let noise = normal(key, &joined(&[shape, &self.batch, &[self.n()]]), self.mean.dtype());
        &self.mean + self.factor.matmul(&noise.unsqueeze(-1)).squeeze(-1)
    }

    fn mean(&self) -> Tensor {
        self.full(&self.mean)
    }

    fn variance(&self) -> Tensor {
        self.full(&self.factor.square().sum_over(-1, false))
    }

    fn entropy(&self) -> Option<Tensor> {
        let entropy = self.half_log_determinant() + 0.5 * self.n() as f64 * (1.0 + TAU.ln());
        Some(entropy.expand(&self.batch[..]))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let full = other.as_any().downcast_ref::<LowRankMultivariateNormal>().and_then(|q| q.to_normal().ok());
        let q = other.as_any().downcast_ref::<Self>().or(full.as_ref())?;
        let spread = q.factor.solve_lower(&self.factor).square().sum_over(-1, false).sum_over(-1, false);
        let shift =
            q.factor.solve_lower(&(&self.mean - &q.mean).unsqueeze(-1)).squeeze(-1).square().sum_over(-1, false);
        let logs = q.half_log_determinant() - self.half_log_determinant();
        Some(logs + (spread + shift - self.n() as f64) * 0.5)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
