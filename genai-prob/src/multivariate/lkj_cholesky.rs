//! The factors of LKJ correlation matrices.

use super::parameters::parameters;
use super::wishart::pairs;
use super::{Multivariate, Region, check_size};
use crate::special::{digamma, ln_beta, ln_gamma};
use crate::{Domain, Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// The lower factor L of a correlation matrix R = L·Lᵀ from [`Lkj`](super::Lkj): what samplers and models work with.
///
/// Row i is a point of the upper half sphere in i dimensions, independent of the other rows; the squared length of what
/// stands below the diagonal is Beta((i − 1)/2, η + (d − i)/2), its direction uniform.
///
/// | | |
/// |---|---|
/// | density | Π Lᵢᵢ^(d − i + 2η − 2) / c over i = 2, …, d, by the entries below the diagonal; c as in [`Lkj`](super::Lkj) |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{LkjCholesky, Multivariate};
///
/// let factor = LkjCholesky::new(2, 1.0)?;
/// approx::assert_relative_eq!(factor.ln_prob(&[1.0, 0.0, 0.6, 0.8]), 0.5f64.ln(), max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
///
/// Source: Lewandowski, Kurowicka & Joe 2009, *Generating random correlation matrices based on vines and extended onion
/// method*, §3.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::LkjCholesky", into = "fields::LkjCholesky")]
pub struct LkjCholesky {
    dimension: usize,
    eta: f64,
    ln_norm: f64,
}

const NAME: &str = "LkjCholesky";

parameters!(LkjCholesky {
    /// d, the rows of the matrix.
    dimension: usize => usize,
    /// η: above 1 towards independence, below 1 away from it.
    eta: f64 => f64,
});

impl LkjCholesky {
    /// The distribution of the factors of d × d correlation matrices with this η.
    ///
    /// # Errors
    ///
    /// If the dimension is below 2 or η is not positive.
    pub fn new(dimension: usize, eta: f64) -> Result<Self, Error> {
        Self::checked(NAME, dimension, eta)
    }

    pub(super) fn checked(name: &'static str, dimension: usize, eta: f64) -> Result<Self, Error> {
        if dimension < 2 {
            return Err(Error::parameter(name, "dimension", dimension, "at least 2"));
        }
        Domain::Positive.check(name, "eta", eta)?;
        let mut of = Self { dimension, eta, ln_norm: 0.0 };
        // π^(i/2) Γ(b) / Γ(b + i/2) = π^(i/2) B(b, i/2) / Γ(i/2), i entries below the diagonal
        of.ln_norm = (1..dimension)
            .map(|i| 0.5 * i as f64)
            .zip(1..)
            .map(|(half, i)| half * PI.ln() + ln_beta(of.share(i), half) - ln_gamma(half))
            .sum();
        Ok(of)
    }

    /// ln c.
    pub(super) fn ln_norm(&self) -> f64 {
        self.ln_norm
    }

    /// The second parameter of row i's beta distribution, rows counted from 0.
    fn share(&self, i: usize) -> f64 {
        self.eta + 0.5 * (self.dimension - 1 - i) as f64
    }

    /// E ln Lᵢᵢ².
    pub(super) fn mean_ln_square(&self, i: usize) -> f64 {
        digamma(self.share(i)) - digamma(self.share(i) + 0.5 * i as f64)
    }

    /// E Lᵢᵢ.
    fn mean_diagonal(&self, i: usize) -> f64 {
        let (b, half) = (self.share(i), 0.5 * i as f64);
        if i == 0 { 1.0 } else { (ln_beta(b + 0.5, half) - ln_beta(b, half)).exp() }
    }
}

impl Multivariate for LkjCholesky {
    fn shape(&self) -> Vec<usize> {
        vec![self.dimension; 2]
    }

    fn support(&self) -> Region {
        Region::CorrelationCholesky
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        let d = self.dimension;
        check_size(NAME, "a value of", x.len(), d * d);
        if !Region::CorrelationCholesky.contains(x) {
            return f64::NEG_INFINITY;
        }
        let power = |i: usize| (d - 1 - i) as f64 + 2.0 * (self.eta - 1.0);
        (1..d).map(|i| power(i) * x[i * d + i].ln()).sum::<f64>() - self.ln_norm
    }

    fn mean(&self) -> Vec<f64> {
        let d = self.dimension;
        (0..d * d).map(|at| if at / d == at % d { self.mean_diagonal(at / d) } else { 0.0 }).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        pairs(self.dimension, |i, j, k, l| {
            let (half, b) = (0.5 * i as f64, self.share(i));
            if (i, j) != (k, l) || j > i || i == 0 {
                0.0
            } else if j < i {
                0.5 / (half + b) // E |w|² / i
            } else {
                b / (half + b) - self.mean_diagonal(i).powi(2)
            }
        })
    }

    fn entropy(&self) -> Option<f64> {
        let d = self.dimension;
        let power = |i: usize| 0.5 * (d - 1 - i) as f64 + self.eta - 1.0;
        Some(self.ln_norm - (1..d).map(|i| power(i) * self.mean_ln_square(i)).sum::<f64>())
    }

    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        let d = self.dimension;
        check_size(NAME, "a draw into", out.len(), d * d);
        out.fill(0.0);
        out[0] = 1.0;
        for (i, row) in out.chunks_exact_mut(d).enumerate().skip(1) {
            let ln_below = sample::ln_standard_gamma(0.5 * i as f64, rng);
            let ln_diagonal = sample::ln_standard_gamma(self.share(i), rng);
            let most = ln_below.max(ln_diagonal);
            let ln_sum = most + ((ln_below - most).exp() + (ln_diagonal - most).exp()).ln();
            unit(&mut row[..i], rng);
            let radius = (0.5 * (ln_below - ln_sum)).exp();
            row[..i].iter_mut().for_each(|x| *x *= radius);
            row[i] = (0.5 * (ln_diagonal - ln_sum)).exp().max(1e-150);
        }
    }
}

/// A uniform direction.
pub(super) fn unit<R: RngCore + ?Sized>(out: &mut [f64], rng: &mut R) {
    loop {
        out.iter_mut().for_each(|z| *z = sample::standard_normal(rng));
        let length = super::matrix::sum_of_squares(out).sqrt();
        if length > 1e-100 {
            return out.iter_mut().for_each(|z| *z /= length);
        }
    }
}
