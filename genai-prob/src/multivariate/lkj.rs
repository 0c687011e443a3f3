//! The LKJ distribution of correlation matrices.

use super::lkj_cholesky::LkjCholesky;
use super::parameters::parameters;
use super::wishart::{pairs, value_factor};
use super::{Multivariate, OFF_UNIT, Region, check_size, matrix};
use crate::Error;
use rand_core::RngCore;
use serde::{Deserialize, Serialize};

/// Correlation matrices around independence: the prior of correlations whose scales have priors of their own.
///
/// | | |
/// |---|---|
/// | density | \|R\|^(η−1) / c, by the entries below the diagonal; uniform where η = 1 |
/// | c | Π π^((i−1)/2) Γ(η + (d−i)/2) / Γ(η + (d−1)/2) over i = 2, …, d |
/// | mean | the identity matrix |
/// | variance beside the diagonal | 1 / (2η + d − 1); the entries are uncorrelated |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Lkj, Multivariate};
///
/// let uniform = Lkj::new(2, 1.0)?; // one correlation, uniform on (−1, 1)
/// approx::assert_relative_eq!(uniform.ln_prob(&[1.0, 0.3, 0.3, 1.0]), 0.5f64.ln(), max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
///
/// Source: Lewandowski, Kurowicka & Joe 2009, *Generating random correlation matrices based on vines and extended onion
/// method*.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::Lkj", into = "fields::Lkj")]
pub struct Lkj {
    dimension: usize,
    eta: f64,
    factor: LkjCholesky,
}

const NAME: &str = "Lkj";

parameters!(Lkj {
    /// d, the rows of the matrix.
    dimension: usize => usize,
    /// η: above 1 towards independence, below 1 away from it.
    eta: f64 => f64,
});

impl Lkj {
    /// The distribution of d × d correlation matrices with this η.
    ///
    /// # Errors
    ///
    /// If the dimension is below 2 or η is not positive.
    pub fn new(dimension: usize, eta: f64) -> Result<Self, Error> {
        Ok(Self { dimension, eta, factor: LkjCholesky::checked(NAME, dimension, eta)? })
    }
}

impl Multivariate for Lkj {
    fn shape(&self) -> Vec<usize> {
        vec![self.dimension; 2]
    }

    fn support(&self) -> Region {
        Region::Correlation
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        let d = self.dimension;
        check_size(NAME, "a value of", x.len(), d * d);
        if matrix::diagonal(x, d).iter().any(|r| r.is_nan() || (r - 1.0).abs() > OFF_UNIT) {
            return f64::NEG_INFINITY;
        }
        let power = |l: Vec<f64>| (self.eta - 1.0) * matrix::ln_determinant(&l, d) - self.factor.ln_norm();
        value_factor(x, d).map_or(f64::NEG_INFINITY, power)
    }

    fn mean(&self) -> Vec<f64> {
        matrix::identity(self.dimension)
    }

    fn covariance(&self) -> Vec<f64> {
        let variance = 1.0 / (2.0 * self.eta + self.dimension as f64 - 1.0);
        pairs(self.dimension, |i, j, k, l| {
            let same = i != j && ((i, j) == (k, l) || (i, j) == (l, k));
            if same { variance } else { 0.0 }
        })
    }

    fn entropy(&self) -> Option<f64> {
        let ln_determinant: f64 = (1..self.dimension).map(|i| self.factor.mean_ln_square(i)).sum();
        Some(self.factor.ln_norm() - (self.eta - 1.0) * ln_determinant)
    }

    /// The onion method, by the factor.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        let d = self.dimension;
        check_size(NAME, "a draw into", out.len(), d * d);
        let mut l = vec![0.0; d * d];
        self.factor.sample(rng, &mut l);
        out.copy_from_slice(&matrix::square(&l, d));
        (0..d).for_each(|i| out[i * d + i] = 1.0);
    }
}
