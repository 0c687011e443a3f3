//! The multivariate normal distribution.

use super::matrix::{self, dot};
use super::parameters::parameters;
use super::{FitRows, Multivariate, Region, check_size, checked_rows};
use crate::{Domain, Error, Support, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Numbers that vary together: heights of relatives, returns of shares, the latent space of an autoencoder.
///
/// | | |
/// |---|---|
/// | density | exp(−½ (x − μ)ᵀ Σ⁻¹ (x − μ)) / √((2π)ᵈ \|Σ\|) |
/// | mean, covariance | μ, Σ |
/// | entropy | ½ ln((2πe)ᵈ \|Σ\|) |
/// | maximum likelihood | the mean and the (uncorrected) covariance of the data |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Multivariate, MultivariateNormal};
///
/// let both = MultivariateNormal::new(&[0.0, 1.0], &[1.0, 0.8, 0.8, 1.0])?;
/// let second = both.conditional(&[0], &[2.0])?; // of the second number, where the first is 2
/// approx::assert_relative_eq!(second.mean()[0], 2.6, max_relative = 1e-15);
/// approx::assert_relative_eq!(second.covariance()[0], 0.36, max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::MultivariateNormal", into = "fields::MultivariateNormal")]
pub struct MultivariateNormal {
    location: Vec<f64>,
    scale: Vec<f64>,
    cholesky: Vec<f64>,
    ln_norm: f64,
}

const NAME: &str = "MultivariateNormal";

parameters!(MultivariateNormal {
    /// μ, the mean: `[d]`.
    location: Vec<f64> => &[f64],
    /// Σ, the covariance: `[d, d]`.
    scale: Vec<f64> => &[f64],
});

impl MultivariateNormal {
    /// The normal distribution of this mean `[d]` and covariance `[d, d]`.
    ///
    /// # Errors
    ///
    /// If a mean is not finite, or the covariance is not d × d, not symmetric (to 10⁻¹² of its diagonal) or not positive
    /// definite; the message names the place.
    pub fn new(mean: &[f64], covariance: &[f64]) -> Result<Self, Error> {
        let cholesky = matrix::factor(NAME, "covariance", covariance, means(NAME, mean)?)?;
        Ok(Self::build(mean, covariance.to_vec(), cholesky))
    }

    /// From the precision Σ⁻¹, without squaring its condition.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), of the precision.
    pub fn from_precision(mean: &[f64], precision: &[f64]) -> Result<Self, Error> {
        let d = means(NAME, mean)?;
        let cholesky = matrix::inverse_factor(NAME, "precision", precision, d)?;
        Ok(Self::build(mean, matrix::square(&cholesky, d), cholesky))
    }

    /// From the lower factor L of Σ = L·Lᵀ.
    ///
    /// # Errors
    ///
    /// If the factor is not d × d, not lower triangular, or its diagonal not positive.
    pub fn from_cholesky(mean: &[f64], cholesky: &[f64]) -> Result<Self, Error> {
        let d = means(NAME, mean)?;
        if !matrix::is_factor(cholesky, d) {
            let expected = format!("a lower triangular {d} x {d} matrix with a positive diagonal");
            return Err(Error::parameter(NAME, "cholesky", format!("{cholesky:?}"), expected));
        }
        Ok(Self::build(mean, matrix::square(cholesky, d), cholesky.to_vec()))
    }

    fn build(mean: &[f64], scale: Vec<f64>, cholesky: Vec<f64>) -> Self {
        let d = mean.len();
        let ln_norm = 0.5 * (d as f64 * TAU.ln() + matrix::ln_determinant(&cholesky, d));
        Self { location: mean.to_vec(), scale, cholesky, ln_norm }
    }

    /// L, the lower factor of Σ = L·Lᵀ: `[d, d]`.
    pub fn cholesky(&self) -> &[f64] {
        &self.cholesky
    }

    /// Σ⁻¹: `[d, d]`.
    pub fn precision(&self) -> Vec<f64> {
        matrix::inverse(&self.cholesky, self.size())
    }

    /// (x − μ)ᵀ Σ⁻¹ (x − μ), the squared distance in units of the spread.
    #[track_caller]
    pub fn mahalanobis(&self, x: &[f64]) -> f64 {
        matrix::sum_of_squares(&self.whitened(x))
    }

    /// L⁻¹ (x − μ).
    #[track_caller]
    fn whitened(&self, x: &[f64]) -> Vec<f64> {
        check_size(NAME, "a value of", x.len(), self.location.len());
        let mut z: Vec<f64> = x.iter().zip(&self.location).map(|(x, m)| x - m).collect();
        matrix::solve_lower(&self.cholesky, &mut z);
        z
    }

    /// The distribution of some of the numbers, whatever the others are.
    ///
    /// # Errors
    ///
    /// If an index is named twice or is not below d, or none is named.
    pub fn marginal(&self, indices: &[usize]) -> Result<Self, Error> {
        let d = self.size();
        rest(indices, d)?;
        let mean: Vec<f64> = indices.iter().map(|i| self.location[*i]).collect();
        Self::new(&mean, &matrix::select(&self.scale, d, indices, indices))
    }

    /// The distribution of the other numbers where those at `indices` have these values.
    ///
    /// Mean μ₁ + Σ₁₂ Σ₂₂⁻¹ (x₂ − μ₂), covariance Σ₁₁ − Σ₁₂ Σ₂₂⁻¹ Σ₂₁; the latter as the inverse of the precision's block,
    /// which stays positive definite.
    ///
    /// # Errors
    ///
    /// If an index is named twice or is not below d, none or all are named, or a value is not finite or missing.
    pub fn conditional(&self, indices: &[usize], values: &[f64]) -> Result<Self, Error> {
        let d = self.size();
        let others = rest(indices, d)?;
        if values.len() != indices.len() || values.iter().any(|x| !x.is_finite()) || others.is_empty() {
            let found = format!("{values:?} for the numbers {indices:?} of {d}");
            return Err(Error::data(
                "MultivariateNormal::conditional",
                found,
                "a finite value for each, and others left",
            ));
        }
        let given = self.marginal(indices)?;
        let mut pull = given.whitened(values);
        matrix::solve_lower_transposed(&given.cholesky, &mut pull); // Σ₂₂⁻¹ (x₂ − μ₂)
        let cross = matrix::select(&self.scale, d, &others, indices); // Σ₁₂
        let shift = cross.chunks_exact(indices.len()).map(|row| dot(row, &pull));
        let mean: Vec<f64> = others.iter().zip(shift).map(|(i, shift)| self.location[*i] + shift).collect();
        Self::from_precision(&mean, &symmetric(&matrix::select(&self.precision(), d, &others, &others), others.len()))
    }

    /// The Kullback–Leibler divergence from this distribution to another, E ln(p/q) under this one.
    ///
    /// ½ (tr Σ_q⁻¹ Σ_p + (μ_q − μ_p)ᵀ Σ_q⁻¹ (μ_q − μ_p) − d + ln \|Σ_q\|/\|Σ_p\|)
    ///
    /// # Panics
    ///
    /// If the dimensions differ.
    #[track_caller]
    pub fn kl(&self, to: &Self) -> f64 {
        let d = self.size();
        let ratio = matrix::solve_lower_matrix(&to.cholesky, &self.cholesky, d, d); // L_q⁻¹ L_p
        let spread = matrix::sum_of_squares(&ratio) - d as f64;
        0.5 * (spread + to.mahalanobis(&self.location)) + to.ln_norm - self.ln_norm
    }
}

impl Multivariate for MultivariateNormal {
    fn shape(&self) -> Vec<usize> {
        vec![self.location.len()]
    }

    fn support(&self) -> Region {
        Region::Reals
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        -0.5 * self.mahalanobis(x) - self.ln_norm
    }

    fn mean(&self) -> Vec<f64> {
        self.location.clone()
    }

    fn covariance(&self) -> Vec<f64> {
        self.scale.clone()
    }

    fn entropy(&self) -> Option<f64> {
        Some(0.5 * self.size() as f64 + self.ln_norm)
    }

    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        let d = self.location.len();
        check_size(NAME, "a draw into", out.len(), d);
        out.iter_mut().for_each(|z| *z = sample::standard_normal(rng));
        for i in (0..d).rev() {
            out[i] = self.location[i] + dot(&self.cholesky[i * d..=i * d + i], &out[..=i]);
        }
    }
}

impl FitRows for MultivariateNormal {
    fn fit_rows_weighted(rows: &[f64], dimension: usize, weights: &[f64]) -> Result<Self, Error> {
        let everywhere = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = checked_rows("MultivariateNormal::fit_rows", rows, dimension, weights, everywhere)?;
        let mut mean = vec![0.0; dimension];
        for (row, w) in rows.chunks_exact(dimension).zip(weights) {
            mean.iter_mut().zip(row).for_each(|(m, x)| *m += w / total * x);
        }
        let mut covariance = vec![0.0; dimension * dimension];
        for (row, w) in rows.chunks_exact(dimension).zip(weights) {
            let off: Vec<f64> = row.iter().zip(&mean).map(|(x, m)| x - m).collect();
            for (x, out) in off.iter().zip(covariance.chunks_exact_mut(dimension)) {
                out.iter_mut().zip(&off).for_each(|(out, y)| *out += w / total * (x * y));
            }
        }
        Self::new(&mean, &covariance)
    }
}

/// The number of means, all finite.
pub(super) fn means(name: &'static str, mean: &[f64]) -> Result<usize, Error> {
    if mean.is_empty() {
        return Err(Error::parameter(name, "mean", "empty", "at least one number"));
    }
    mean.iter().try_for_each(|m| Domain::Finite.check(name, "mean", *m))?;
    Ok(mean.len())
}

/// The indices that are not named.
fn rest(indices: &[usize], d: usize) -> Result<Vec<usize>, Error> {
    let twice = (1..indices.len()).any(|i| indices[..i].contains(&indices[i]));
    if indices.is_empty() || twice || indices.iter().any(|i| *i >= d) {
        let found = format!("the indices {indices:?} of {d} numbers");
        return Err(Error::data("MultivariateNormal", found, "different indices below the dimension, at least one"));
    }
    Ok((0..d).filter(|i| !indices.contains(i)).collect())
}

/// The mean of the matrix and its transpose.
fn symmetric(a: &[f64], d: usize) -> Vec<f64> {
    let across = matrix::transpose(a, d, d);
    a.iter().zip(across).map(|(a, b)| 0.5 * (a + b)).collect()
}
