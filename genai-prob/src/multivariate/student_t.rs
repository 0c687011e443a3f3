//! The multivariate Student t distribution.

use super::normal::means;
use super::parameters::parameters;
use super::{Multivariate, Region, check_size, matrix};
use crate::special::{digamma, ln_beta, ln_gamma};
use crate::{Domain, Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A multivariate normal whose spread is itself uncertain: outliers of all numbers at once.
///
/// | | |
/// |---|---|
/// | density | Γ((ν+d)/2) / (Γ(ν/2) √((νπ)ᵈ \|S\|)) · (1 + (x − μ)ᵀ S⁻¹ (x − μ)/ν)^(−(ν+d)/2) |
/// | mean | μ, where ν > 1 |
/// | covariance | ν/(ν − 2) S, where ν > 2; infinite variances up to there |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Multivariate, MultivariateStudentT};
///
/// let cauchy = MultivariateStudentT::new(1.0, &[0.0], &[1.0])?;
/// approx::assert_relative_eq!(cauchy.ln_prob(&[1.0]), -(2.0 * std::f64::consts::PI).ln(), max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::MultivariateStudentT", into = "fields::MultivariateStudentT")]
pub struct MultivariateStudentT {
    df: f64,
    location: Vec<f64>,
    scale: Vec<f64>,
    cholesky: Vec<f64>,
    ln_norm: f64,
}

const NAME: &str = "MultivariateStudentT";

parameters!(MultivariateStudentT {
    /// ν, the degrees of freedom.
    df: f64 => f64,
    /// μ: `[d]`.
    location: Vec<f64> => &[f64],
    /// S, the shape matrix: `[d, d]`.
    scale: Vec<f64> => &[f64],
});

impl MultivariateStudentT {
    /// The distribution of these degrees of freedom, location `[d]` and shape matrix `[d, d]`.
    ///
    /// # Errors
    ///
    /// If the degrees of freedom are not positive, a location is not finite, or the matrix is not symmetric positive
    /// definite.
    pub fn new(df: f64, location: &[f64], scale: &[f64]) -> Result<Self, Error> {
        Domain::Positive.check(NAME, "df", df)?;
        let d = means(NAME, location)?;
        let cholesky = matrix::factor(NAME, "scale", scale, d)?;
        let half = 0.5 * d as f64;
        // Γ(ν/2) / Γ((ν+d)/2) = B(ν/2, d/2) / Γ(d/2): no difference of large logarithms
        let ln_norm = half * (df.ln() + PI.ln()) + 0.5 * matrix::ln_determinant(&cholesky, d) + ln_beta(0.5 * df, half)
            - ln_gamma(half);
        Ok(Self { df, location: location.to_vec(), scale: scale.to_vec(), cholesky, ln_norm })
    }

    /// ν/(ν − 2), what the covariance is in units of the shape matrix; infinite up to ν = 2.
    fn spread(&self) -> f64 {
        if self.df > 2.0 { self.df / (self.df - 2.0) } else { f64::INFINITY }
    }
}

impl Multivariate for MultivariateStudentT {
    fn shape(&self) -> Vec<usize> {
        vec![self.location.len()]
    }

    fn support(&self) -> Region {
        Region::Reals
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.location.len());
        let mut z: Vec<f64> = x.iter().zip(&self.location).map(|(x, m)| x - m).collect();
        matrix::solve_lower(&self.cholesky, &mut z);
        let square = matrix::sum_of_squares(&z) / self.df;
        let ln = if square.is_finite() {
            square.ln_1p()
        } else {
            let most = z.iter().fold(0.0f64, |most, z| most.max(z.abs()));
            2.0 * most.ln() + z.iter().map(|z| (z / most).powi(2)).sum::<f64>().ln() - self.df.ln()
        };
        -0.5 * (self.df + x.len() as f64) * ln - self.ln_norm
    }

    fn mean(&self) -> Vec<f64> {
        self.location.iter().map(|m| if self.df > 1.0 { *m } else { f64::NAN }).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        let spread = self.spread();
        self.scale.iter().map(|s| if *s == 0.0 { 0.0 } else { s * spread }).collect()
    }

    fn entropy(&self) -> Option<f64> {
        let (d, a) = (self.size() as f64, 0.5 * self.df);
        Some(self.ln_norm + (a + 0.5 * d) * (digamma(a + 0.5 * d) - digamma(a)))
    }

    /// A normal vector over the root of an independent χ²/ν.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        let d = self.location.len();
        check_size(NAME, "a draw into", out.len(), d);
        let stretch = (-0.5 * (sample::ln_standard_gamma(0.5 * self.df, rng) - (0.5 * self.df).ln())).exp();
        out.iter_mut().for_each(|z| *z = sample::standard_normal(rng));
        for i in (0..d).rev() {
            let z = matrix::dot(&self.cholesky[i * d..=i * d + i], &out[..=i]);
            out[i] = (self.location[i] + stretch * z).clamp(-f64::MAX, f64::MAX);
        }
    }
}
