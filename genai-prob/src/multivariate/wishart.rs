//! The Wishart distribution.

use super::parameters::parameters;
use super::{Multivariate, Region, check_size, matrix};
use crate::special::{digamma_multivariate, ln_gamma_multivariate};
use crate::{Domain, Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// The scatter matrix Σ x xᵀ of ν normal vectors: what χ² is for one number, and the conjugate of a precision.
///
/// | | |
/// |---|---|
/// | density | \|X\|^((ν−d−1)/2) e^(−½ tr V⁻¹X) / (2^(νd/2) \|V\|^(ν/2) Γ_d(ν/2)), by the lower triangle |
/// | mean | ν V |
/// | covariance of Xᵢⱼ, Xₖₗ | ν (Vᵢₖ Vⱼₗ + Vᵢₗ Vⱼₖ) |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Multivariate, Wishart};
///
/// let scatter = Wishart::new(4.0, &[1.0, 0.5, 0.5, 2.0])?;
/// assert_eq!(scatter.mean(), [4.0, 2.0, 2.0, 8.0]);
/// assert_eq!(scatter.ln_prob(&[1.0, 2.0, 2.0, 1.0]), f64::NEG_INFINITY); // not positive definite
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::Wishart", into = "fields::Wishart")]
pub struct Wishart {
    df: f64,
    scale: Vec<f64>,
    side: usize,
    cholesky: Vec<f64>,
    ln_norm: f64,
}

const NAME: &str = "Wishart";

parameters!(Wishart {
    /// ν, the degrees of freedom.
    df: f64 => f64,
    /// V: `[d, d]`.
    scale: Vec<f64> => &[f64],
});

impl Wishart {
    /// The distribution of these degrees of freedom, above d − 1, and this scale `[d, d]`.
    ///
    /// # Errors
    ///
    /// If the degrees of freedom are too few, or the scale is not symmetric positive definite.
    pub fn new(df: f64, scale: &[f64]) -> Result<Self, Error> {
        let (side, cholesky) = scatter(NAME, df, scale)?;
        let ln_norm = 0.5 * df * (side as f64 * LN_2 + matrix::ln_determinant(&cholesky, side))
            + ln_gamma_multivariate(side, 0.5 * df);
        Ok(Self { df, scale: scale.to_vec(), side, cholesky, ln_norm })
    }
}

impl Multivariate for Wishart {
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
        let trace = matrix::sum_of_squares(&matrix::solve_lower_matrix(&self.cholesky, &l, d, d)); // tr V⁻¹X
        0.5 * ((self.df - d as f64 - 1.0) * matrix::ln_determinant(&l, d) - trace) - self.ln_norm
    }

    fn mean(&self) -> Vec<f64> {
        self.scale.iter().map(|v| self.df * v).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        pairs(self.side, |i, j, k, l| {
            let v = |a: usize, b: usize| self.scale[a * self.side + b];
            self.df * (v(i, k) * v(j, l) + v(i, l) * v(j, k))
        })
    }

    fn entropy(&self) -> Option<f64> {
        let (d, half) = (self.side as f64, 0.5 * self.df);
        let ln_determinant =
            matrix::ln_determinant(&self.cholesky, self.side) + d * LN_2 + digamma_multivariate(self.side, half);
        Some(self.ln_norm - 0.5 * (self.df - d - 1.0) * ln_determinant + half * d) // E ln |X| above
    }

    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        let d = self.side;
        check_size(NAME, "a draw into", out.len(), d * d);
        let l = matrix::product(&self.cholesky, &bartlett(self.df, d, rng), d, d, d);
        out.copy_from_slice(&matrix::square(&l, d));
    }
}

/// The side of a scale matrix and its factor, if it is positive definite and the degrees of freedom are above its side − 1.
pub(super) fn scatter(name: &'static str, df: f64, scale: &[f64]) -> Result<(usize, Vec<f64>), Error> {
    let side = matrix::side(name, "scale", scale)?;
    Domain::Above(side as f64 - 1.0).check(name, "df", df)?;
    Ok((side, matrix::factor(name, "scale", scale, side)?))
}

/// The factor of a value, if it is symmetric and positive definite.
pub(super) fn value_factor(x: &[f64], d: usize) -> Option<Vec<f64>> {
    matrix::is_symmetric(x, d).then(|| matrix::cholesky(x, d).ok()).flatten()
}

/// The lower factor of a Wishart value of unit scale: roots of χ² values on the diagonal, normal values below.
///
/// Source: Bartlett 1933, *On the theory of statistical regression*.
pub(super) fn bartlett<R: RngCore + ?Sized>(df: f64, d: usize, rng: &mut R) -> Vec<f64> {
    let mut a = vec![0.0; d * d];
    for i in 0..d {
        (0..i).for_each(|j| a[i * d + j] = sample::standard_normal(rng));
        let ln_half = sample::ln_standard_gamma(0.5 * (df - i as f64), rng);
        a[i * d + i] = (0.5 * (ln_half + LN_2)).exp().max(1e-150);
    }
    a
}

/// The covariances of all pairs of entries of a d × d matrix.
pub(super) fn pairs(d: usize, covariance: impl Fn(usize, usize, usize, usize) -> f64) -> Vec<f64> {
    let n = d * d;
    (0..n * n).map(|at| (at / n, at % n)).map(|(a, b)| covariance(a / d, a % d, b / d, b % d)).collect()
}
