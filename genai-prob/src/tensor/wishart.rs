//! Wishart distributions.

use super::gamma::ln_standard;
use super::shapes::{broadcast, checked, joined, normal};
use super::{Constraint, Distribution};
use crate::{Domain, Error};
use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;
use std::f64::consts::{LN_2, PI};

/// Scatter matrices Σ x xᵀ of ν normal vectors with covariance V:
/// `log_prob(X) = ½(ν − d − 1) ln |X| − ½ tr V⁻¹X − ½νd ln 2 − ½ν ln |V| − lnΓ_d(ν/2)`, by the lower triangle.
#[derive(Clone, Debug)]
pub struct Wishart {
    /// ν, the degrees of freedom, `[batch..]`.
    pub df: Tensor,
    /// The Cholesky factor of V, `[batch.., d, d]`.
    pub factor: Tensor,
    batch: Vec<usize>,
}

impl Wishart {
    /// From degrees of freedom above d − 1 and scales V `[.., d, d]`.
    ///
    /// # Errors
    ///
    /// If the degrees of freedom are too few, a scale is not positive definite, or the shapes do not fit.
    pub fn new(df: &Tensor, scale: &Tensor) -> Result<Self, Error> {
        let shape = scale.shape();
        if shape.len() < 2 || shape[shape.len() - 2] != shape[shape.len() - 1] {
            return Err(Error::data("Wishart", format!("scales {shape:?}"), "matrices [.., d, d]"));
        }
        let factor = scale.cholesky().map_err(|e| Error::data("Wishart", e.to_string(), "scales"))?;
        Self::from_factor(df, &factor)
    }

    /// From Cholesky factors of the scales: lower triangular with a positive diagonal.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_factor(df: &Tensor, factor: &Tensor) -> Result<Self, Error> {
        let shape = factor.shape();
        if shape.len() < 2 || shape[shape.len() - 2] != shape[shape.len() - 1] {
            return Err(Error::data("Wishart", format!("factors {shape:?}"), "matrices [.., d, d]"));
        }
        let d = factor.extent(-1) as f64;
        checked("Wishart", &[("df", Domain::Above(d - 1.0), df)])?;
        checked("Wishart", &[("diagonal of the factor", Domain::Positive, &factor.diagonal(0))])?;
        let batch = broadcast("Wishart", &[df.shape(), &shape[..shape.len() - 2]])?;
        Ok(Self { df: df.clone(), factor: factor.lower_triangle(0), batch })
    }

    /// V.
    pub fn scale(&self) -> Tensor {
        self.factor.matmul(&self.factor.t())
    }

    fn d(&self) -> usize {
        self.factor.extent(-1)
    }

    /// (ν − i)/2 for i = 0, …, d − 1: `[batch.., d]`.
    fn halves(&self) -> Tensor {
        let steps = Tensor::arange(self.d()).to_dtype(self.df.dtype());
        (self.df.unsqueeze(-1) - steps) * 0.5
    }

    /// lnΓ_d(ν/2).
    fn ln_gamma(&self) -> Tensor {
        let d = self.d() as f64;
        self.halves().ln_gamma().sum_over(-1, false) + 0.25 * d * (d - 1.0) * PI.ln()
    }

    /// ln |V|.
    fn log_determinant(&self) -> Tensor {
        ln_determinant(&self.factor)
    }

    fn full(&self, x: &Tensor) -> Tensor {
        x.expand(&joined(&[&self.batch, &[self.d(), self.d()]])[..])
    }
}

/// ln |L·Lᵀ|.
fn ln_determinant(factor: &Tensor) -> Tensor {
    factor.diagonal(0).ln().sum_over(-1, false) * 2.0
}

/// The factors of the matrices that have one, and which those are: `[.., d, d]` and `[..]`.
fn factors(x: &Tensor) -> (Tensor, Tensor) {
    let outer = &x.shape()[..x.rank() - 2];
    let mut good = vec![true; outer.iter().product()];
    loop {
        let mask = Tensor::from_vec(good.clone(), outer);
        let whole = mask.unsqueeze(-1).unsqueeze(-1).expand(x.shape());
        let unit = Tensor::eye(x.extent(-1)).to_dtype(x.dtype()).expand(x.shape());
        match Tensor::choose(&whole, x, &unit).cholesky() {
            Ok(factor) => return (factor, mask),
            Err(genai_core::Error::NotPositiveDefinite { matrix }) if good[matrix] => good[matrix] = false,
            Err(error) => panic!("Wishart::log_prob: {error}"),
        }
    }
}

impl Distribution for Wishart {
    fn batch_shape(&self) -> &[usize] {
        &self.batch
    }

    fn event_shape(&self) -> &[usize] {
        &self.factor.shape()[self.factor.rank() - 2..]
    }

    fn support(&self) -> Constraint {
        Constraint::PositiveDefinite
    }

    /// −∞ where a value is not positive definite.
    #[track_caller]
    fn log_prob(&self, x: &Tensor) -> Tensor {
        let (factor, good) = factors(x);
        let d = self.d() as f64;
        let trace = self.factor.solve_lower(&factor).square().sum_over(-1, false).sum_over(-1, false);
        let powers = (&self.df - (d + 1.0)) * ln_determinant(&factor) - trace;
        let norm = &self.df * (self.log_determinant() + d * LN_2) * 0.5 + self.ln_gamma();
        let ln = powers * 0.5 - norm;
        Tensor::choose(&good.expand(ln.shape()), &ln, &(ln.zeros_like() + f64::NEG_INFINITY))
    }

    fn has_rsample(&self) -> bool {
        true
    }

    /// Roots of χ² values on the diagonal of a factor, normal values below.
    ///
    /// Source: Bartlett 1933, *On the theory of statistical regression*.
    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let (d, dtype) = (self.d(), self.df.dtype());
        let full = joined(&[shape, &self.batch, &[d]]);
        let halves = self.halves().expand(&joined(&[&self.batch, &[d]])[..]);
        let diagonal = ((ln_standard(key.split(0), &full, &halves) + LN_2) * 0.5).exp();
        let below = normal(key.split(1), &joined(&[&full, &[d]]), dtype).lower_triangle(-1);
        let factor = self.factor.matmul(&(below + diagonal.diagonal_matrix()));
        factor.matmul(&factor.t())
    }

    fn mean(&self) -> Tensor {
        self.full(&(self.df.unsqueeze(-1).unsqueeze(-1) * self.scale()))
    }

    /// ν (Vᵢⱼ² + Vᵢᵢ Vⱼⱼ).
    fn variance(&self) -> Tensor {
        let (scale, diagonal) = (self.scale(), self.factor.square().sum_over(-1, false));
        let products = diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2);
        self.full(&(self.df.unsqueeze(-1).unsqueeze(-1) * (scale.square() + products)))
    }

    fn entropy(&self) -> Option<Tensor> {
        let d = self.d() as f64;
        let expected = self.halves().digamma().sum_over(-1, false) + d * LN_2 + self.log_determinant(); // E ln |X|
        let norm = &self.df * (self.log_determinant() + d * LN_2) * 0.5 + self.ln_gamma();
        let entropy = norm - (&self.df - (d + 1.0)) * expected * 0.5 + &self.df * (0.5 * d);
        Some(entropy.expand(&self.batch[..]))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        let q = other.as_any().downcast_ref::<Self>()?;
        if q.d() != self.d() {
            return None;
        }
        let trace = q.factor.solve_lower(&self.factor).square().sum_over(-1, false).sum_over(-1, false);
        let scales = &q.df * (q.log_determinant() - self.log_determinant()) + &self.df * (trace - self.d() as f64);
        let slopes = (&self.df - &q.df) * self.halves().digamma().sum_over(-1, false);
        Some((scales + slopes) * 0.5 + q.ln_gamma() - self.ln_gamma())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
