//! The normal distribution whose covariance is a few directions and a diagonal.

use super::matrix;
use super::normal::means;
use super::parameters::parameters;
use super::{Multivariate, MultivariateNormal, Region, check_size};
use crate::{Domain, Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Many numbers moved by few causes and noise of their own: factor analysis, wide Gaussian posteriors.
///
/// Σ = W·Wᵀ + D with a factor W of r columns and a diagonal D; O(d r²) where the full matrix takes O(d³).
///
/// | | |
/// |---|---|
/// | density | as [`MultivariateNormal`] |
/// | mean, covariance | μ, W·Wᵀ + D |
/// | \|Σ\| | \|D\| · \|I + Wᵀ D⁻¹ W\| |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{LowRankNormal, Multivariate};
///
/// let one_cause = LowRankNormal::new(&[0.0; 3], &[1.0, 2.0, 3.0], &[0.1; 3])?;
/// approx::assert_relative_eq!(one_cause.variance()[2], 9.1);
/// let (x, full) = ([1.0, 2.0, 3.0], one_cause.to_normal()?);
/// approx::assert_relative_eq!(one_cause.ln_prob(&x), full.ln_prob(&x), max_relative = 1e-13);
/// # Ok::<(), genai_prob::Error>(())
/// ```
///
/// Source: Woodbury 1950, *Inverting modified matrices*.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::LowRankNormal", into = "fields::LowRankNormal")]
pub struct LowRankNormal {
    location: Vec<f64>,
    factor: Vec<f64>,
    diagonal: Vec<f64>,
    capacitance: Vec<f64>, // the factor of I + Wᵀ D⁻¹ W: [r, r]
    ln_norm: f64,
}

const NAME: &str = "LowRankNormal";

parameters!(LowRankNormal {
    /// μ, the mean: `[d]`.
    location: Vec<f64> => &[f64],
    /// W, the factor: `[d, r]`.
    factor: Vec<f64> => &[f64],
    /// The diagonal of D: `[d]`.
    diagonal: Vec<f64> => &[f64],
});

impl LowRankNormal {
    /// The normal distribution of this mean `[d]` and covariance factor · factorᵀ + diagonal, the factor `[d, r]`.
    ///
    /// # Errors
    ///
    /// If a mean or an entry of the factor is not finite, the factor is not of d rows, the diagonal not of d positive
    /// numbers.
    pub fn new(mean: &[f64], factor: &[f64], diagonal: &[f64]) -> Result<Self, Error> {
        let d = means(NAME, mean)?;
        if factor.is_empty() || !factor.len().is_multiple_of(d) {
            return Err(Error::parameter(
                NAME,
                "factor",
                format!("{} numbers", factor.len()),
                format!("{d} equal rows"),
            ));
        }
        if diagonal.len() != d {
            let found = format!("{} numbers", diagonal.len());
            return Err(Error::parameter(NAME, "diagonal", found, format!("{d} numbers")));
        }
        factor.iter().try_for_each(|x| Domain::Finite.check(NAME, "factor", *x))?;
        diagonal.iter().try_for_each(|x| Domain::Positive.check(NAME, "diagonal", *x))?;
        let rank = factor.len() / d;
        let mut capacitance = matrix::identity(rank);
        for (row, noise) in factor.chunks_exact(rank).zip(diagonal) {
            for (x, out) in row.iter().zip(capacitance.chunks_exact_mut(rank)) {
                out.iter_mut().zip(row).for_each(|(out, y)| *out += x * y / noise);
            }
        }
        let capacitance = matrix::factor(NAME, "factor", &capacitance, rank)?;
        let ln_determinant = matrix::ln_determinant(&capacitance, rank) + diagonal.iter().map(|x| x.ln()).sum::<f64>();
        let ln_norm = 0.5 * (d as f64 * TAU.ln() + ln_determinant);
        Ok(Self { location: mean.to_vec(), factor: factor.to_vec(), diagonal: diagonal.to_vec(), capacitance, ln_norm })
    }

    /// The same distribution with its full covariance.
    ///
    /// # Errors
    ///
    /// If the covariance is not positive definite in f64: noise too small beside the factor.
    pub fn to_normal(&self) -> Result<MultivariateNormal, Error> {
        MultivariateNormal::new(&self.location, &self.covariance())
    }

    /// r, the columns of the factor.
    pub fn rank(&self) -> usize {
        self.factor.len() / self.location.len()
    }

    /// (x − μ)ᵀ Σ⁻¹ (x − μ), as the least of |e|² / D + |u|² over all e + W u = x − μ: a sum without cancellation.
    #[track_caller]
    pub fn mahalanobis(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.location.len());
        let off: Vec<f64> = x.iter().zip(&self.location).map(|(x, m)| x - m).collect();
        let mut cause = vec![0.0; self.rank()];
        for ((row, off), noise) in self.rows().zip(&off).zip(&self.diagonal) {
            cause.iter_mut().zip(row).for_each(|(u, w)| *u += w * off / noise);
        }
        matrix::solve_lower(&self.capacitance, &mut cause);
        matrix::solve_lower_transposed(&self.capacitance, &mut cause);
        let error = self.rows().zip(&off).map(|(row, off)| off - matrix::dot(row, &cause));
        error.zip(&self.diagonal).map(|(e, noise)| e * e / noise).sum::<f64>() + matrix::sum_of_squares(&cause)
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.factor.chunks_exact(self.rank())
    }
}

impl Multivariate for LowRankNormal {
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
        let (d, rank) = (self.size(), self.rank());
        let mut out = matrix::product(&self.factor, &matrix::transpose(&self.factor, d, rank), d, rank, d);
        self.diagonal.iter().enumerate().for_each(|(i, noise)| out[i * d + i] += noise);
        out
    }

    fn variance(&self) -> Vec<f64> {
        self.rows().zip(&self.diagonal).map(|(row, noise)| matrix::sum_of_squares(row) + noise).collect()
    }

    fn entropy(&self) -> Option<f64> {
        Some(0.5 * self.size() as f64 + self.ln_norm)
    }

    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        check_size(NAME, "a draw into", out.len(), self.location.len());
        let cause: Vec<f64> = (0..self.rank()).map(|_| sample::standard_normal(rng)).collect();
        for (((out, row), noise), mean) in out.iter_mut().zip(self.rows()).zip(&self.diagonal).zip(&self.location) {
            *out = mean + matrix::dot(row, &cause) + noise.sqrt() * sample::standard_normal(rng);
        }
    }
}
