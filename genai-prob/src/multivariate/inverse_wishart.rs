//! The inverse Wishart distribution.

use super::parameters::parameters;
use super::wishart::{bartlett, pairs, scatter, value_factor};
use super::{Multivariate, Region, check_size, matrix};
use crate::Error;
use crate::special::{digamma_multivariate, ln_gamma_multivariate};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// The inverse of a Wishart matrix: the conjugate prior of a covariance.
///
/// | | |
/// |---|---|
/// | density | \|Ψ\|^(ν/2) \|X\|^(−(ν+d+1)/2) e^(−½ tr ΨX⁻¹) / (2^(νd/2) Γ_d(ν/2)), by the lower triangle |
/// | mean | Ψ / (ν − d − 1), where ν > d + 1 |
/// | covariance of Xᵢⱼ, Xₖₗ | (2 Ψᵢⱼ Ψₖₗ / (ν−d−1) + Ψᵢₖ Ψⱼₗ + Ψᵢₗ Ψⱼₖ) / ((ν−d) (ν−d−1) (ν−d−3)), where ν > d + 3 |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{InverseWishart, Multivariate};
///
/// let prior = InverseWishart::new(5.0, &[2.0, 0.0, 0.0, 4.0])?;
/// assert_eq!(prior.mean(), [1.0, 0.0, 0.0, 2.0]);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::InverseWishart", into = "fields::InverseWishart")]
pub struct InverseWishart {
    df: f64,
    scale: Vec<f64>,
    side: usize,
    cholesky: Vec<f64>,
    ln_norm: f64,
}

const NAME: &str = "InverseWishart";

parameters!(InverseWishart {
    /// ν, the degrees of freedom.
    df: f64 => f64,
    /// Ψ: `[d, d]`.
    scale: Vec<f64> => &[f64],
});

impl InverseWishart {
    /// The distribution of these degrees of freedom, above d − 1, and this scale `[d, d]`.
    ///
    /// # Errors
    ///
    /// If the degrees of freedom are too few, or the scale is not symmetric positive definite.
    pub fn new(df: f64, scale: &[f64]) -> Result<Self, Error> {
        let (side, cholesky) = scatter(NAME, df, scale)?;
        let ln_norm = 0.5 * df * (side as f64 * LN_2 - matrix::ln_determinant(&cholesky, side))
            + ln_gamma_multivariate(side, 0.5 * df);
        Ok(Self { df, scale: scale.to_vec(), side, cholesky, ln_norm })
    }

    /// ν − d.
    fn excess(&self) -> f64 {
        self.df - self.side as f64
    }
}

impl Multivariate for InverseWishart {
    fn shape(&self) -> Vec<usize> {
        vec![self.side; 2]
    }

    fn support(&self) -> Region {
        Region::PositiveDefinite
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        let d = self.side;
        check_size(NAME, "a value of", x.len(), d * d);
        let Some(l) = value_factor(x, d) else { return f64::NEG_INFINITY };
        let trace = matrix::sum_of_squares(&matrix::solve_lower_matrix(&l, &self.cholesky, d, d)); // tr ΨX⁻¹
        -0.5 * ((self.df + d as f64 + 1.0) * matrix::ln_determinant(&l, d) + trace) - self.ln_norm
    }

    /// Up to ν = d + 1 it does not exist: infinite on the diagonal, NaN beside it.
    fn mean(&self) -> Vec<f64> {
        let excess = self.excess() - 1.0;
        let missing = |i: usize| if i.is_multiple_of(self.side + 1) { f64::INFINITY } else { f64::NAN };
        let entry = |(i, s): (usize, &f64)| if excess > 0.0 { s / excess } else { missing(i) };
        self.scale.iter().enumerate().map(entry).collect()
    }

    /// Up to ν = d + 3 it does not exist: infinite on the diagonal, NaN beside it.
    fn covariance(&self) -> Vec<f64> {
        let m = self.excess();
        pairs(self.side, |i, j, k, l| {
            let s = |a: usize, b: usize| self.scale[a * self.side + b];
            if m > 3.0 {
                let spread = s(i, k) * s(j, l) + s(i, l) * s(j, k);
                (2.0 * s(i, j) * s(k, l) / (m - 1.0) + spread) / (m * (m - 1.0) * (m - 3.0))
            } else if (i, j) == (k, l) {
                f64::INFINITY
            } else {
                f64::NAN
            }
        })
    }

    fn entropy(&self) -> Option<f64> {
        let (d, half) = (self.side as f64, 0.5 * self.df);
        let ln_determinant =
            matrix::ln_determinant(&self.cholesky, self.side) - d * LN_2 - digamma_multivariate(self.side, half);
        Some(self.ln_norm + 0.5 * (self.df + d + 1.0) * ln_determinant + half * d) // E ln |X| above
    }

    /// Ψ = L·Lᵀ and A Bartlett's factor: (A⁻¹ Lᵀ)ᵀ (A⁻¹ Lᵀ), with no inverse of a matrix.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        let d = self.side;
        check_size(NAME, "a draw into", out.len(), d * d);
        let a = bartlett(self.df, d, rng);
        let y = matrix::solve_lower_matrix(&a, &matrix::transpose(&self.cholesky, d, d), d, d);
        out.copy_from_slice(&matrix::product(&matrix::transpose(&y, d, d), &y, d, d, d));
    }
}
