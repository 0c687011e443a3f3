//! The Dirichlet distribution.

use super::parameters::parameters;
use super::{FitRows, Multivariate, OFF_UNIT, Region, check_size, checked_rows, matrix};
use crate::special::{digamma, ln_beta, trigamma};
use crate::{Domain, Error, Support, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};

/// Shares of a whole: topics in a text, the unknown probabilities of a die.
///
/// | | |
/// |---|---|
/// | density | Π xₖ^(αₖ−1) / B(α), by the numbers but the last |
/// | mean | αₖ/A, A = Σ αₖ |
/// | covariance | (αₖ A [j = k] − αⱼ αₖ) / (A² (A + 1)) |
/// | maximum likelihood | Newton's method, from the mean of ln x alone |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Dirichlet, Multivariate};
///
/// let even = Dirichlet::new(&[1.0, 1.0, 1.0])?; // all shares alike: a triangle of area ½
/// approx::assert_relative_eq!(even.ln_prob(&[0.2, 0.3, 0.5]), 2f64.ln(), max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::Dirichlet", into = "fields::Dirichlet")]
pub struct Dirichlet {
    alpha: Vec<f64>,
    total: f64,
    ln_norm: f64,
}

const NAME: &str = "Dirichlet";

parameters!(Dirichlet {
    /// α, the concentrations: `[k]`.
    alpha: Vec<f64> => &[f64],
});

impl Dirichlet {
    /// The distribution with these concentrations, two at least.
    ///
    /// # Errors
    ///
    /// If there are fewer than two, or one is not positive.
    pub fn new(alpha: &[f64]) -> Result<Self, Error> {
        let total = concentrations(NAME, alpha)?;
        Ok(Self { alpha: alpha.to_vec(), total, ln_norm: ln_beta_of(alpha) })
    }

    /// The Kullback–Leibler divergence from this distribution to another.
    ///
    /// # Panics
    ///
    /// If the numbers of shares differ.
    #[track_caller]
    pub fn kl(&self, to: &Self) -> f64 {
        check_size(NAME, "kl to a distribution of", to.alpha.len(), self.alpha.len());
        let level = digamma(self.total);
        let pull = self.alpha.iter().zip(&to.alpha).map(|(a, b)| (a - b) * (digamma(*a) - level)).sum::<f64>();
        to.ln_norm - self.ln_norm + pull
    }
}

impl Multivariate for Dirichlet {
    fn shape(&self) -> Vec<usize> {
        vec![self.alpha.len()]
    }

    fn support(&self) -> Region {
        Region::Simplex
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.alpha.len());
        if x.iter().any(|x| x.is_nan() || *x < 0.0) || (x.iter().sum::<f64>() - 1.0).abs() > OFF_UNIT {
            return f64::NEG_INFINITY;
        }
        let term = |(x, a): (&f64, &f64)| if *a == 1.0 { 0.0 } else { (a - 1.0) * x.ln() };
        let terms = || x.iter().zip(&self.alpha).map(term);
        let zero = terms().any(|t| t == f64::NEG_INFINITY); // wins over the poles of shares of 0 with α < 1
        if zero { f64::NEG_INFINITY } else { terms().sum::<f64>() - self.ln_norm }
    }

    fn mean(&self) -> Vec<f64> {
        self.alpha.iter().map(|a| a / self.total).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        let mean = self.mean();
        let mut out: Vec<f64> =
            mean.iter().flat_map(|p| mean.iter().map(move |q| -p * q / (self.total + 1.0))).collect();
        let variance = self.variance();
        variance.iter().enumerate().for_each(|(i, v)| out[i * (variance.len() + 1)] = *v);
        out
    }

    fn variance(&self) -> Vec<f64> {
        self.alpha.iter().map(|a| a / self.total * ((self.total - a) / self.total) / (self.total + 1.0)).collect()
    }

    fn entropy(&self) -> Option<f64> {
        let level = digamma(self.total);
        Some(self.ln_norm - self.alpha.iter().map(|a| (a - 1.0) * (digamma(*a) - level)).sum::<f64>())
    }

    /// Gamma values over their sum, on the scale of logarithms: a concentration of 10⁻⁸ gives no 0/0.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        check_size(NAME, "a draw into", out.len(), self.alpha.len());
        shares(&self.alpha, rng, out);
    }
}

impl FitRows for Dirichlet {
    /// Source: Minka 2000, *Estimating a Dirichlet distribution*, §1: Newton's step in O(k), halved while it fails.
    fn fit_rows_weighted(rows: &[f64], dimension: usize, weights: &[f64]) -> Result<Self, Error> {
        let what = "Dirichlet::fit_rows";
        let total = checked_rows(what, rows, dimension, weights, Support::reals(f64::MIN_POSITIVE, 1.0))?;
        if let Some(row) = rows.chunks_exact(dimension).position(|row| !Region::Simplex.contains(row)) {
            return Err(Error::data(what, format!("row {row} of another sum"), "rows of sum 1"));
        }
        let mut ln_mean = vec![0.0; dimension];
        for (row, w) in rows.chunks_exact(dimension).zip(weights) {
            ln_mean.iter_mut().zip(row).for_each(|(m, x)| *m += w / total * x.ln());
        }
        let fit = |alpha: &[f64]| matrix::dot(alpha, &ln_mean) - ln_beta_of(alpha);
        let mut alpha = vec![1.0; dimension];
        for _ in 0..STEPS {
            let step = newton_step(&alpha, &ln_mean);
            let next = |share: f64| alpha.iter().zip(&step).map(|(a, s)| a - share * s).collect::<Vec<f64>>();
            let tried = (0..60).map(|halvings| next(0.5f64.powi(halvings)));
            let better = |b: &Vec<f64>| b.iter().all(|b| *b > 0.0 && b.is_finite()) && fit(b) >= fit(&alpha);
            let Some(better) = tried.into_iter().find(better) else { return Self::new(&alpha) };
            let moved = alpha.iter().zip(&better).map(|(a, b)| ((a - b) / b).abs()).fold(0.0, f64::max);
            alpha = better;
            if alpha.iter().any(|a| *a > 1e12) {
                return Err(Error::data(what, "rows that are all alike", "rows that differ"));
            }
            if moved < 1e-14 {
                return Self::new(&alpha);
            }
        }
        Err(Error::NotConverged { what, iterations: STEPS })
    }
}

/// Newton's steps that a fit may take.
const STEPS: usize = 1000;

/// H⁻¹ g of the mean log-likelihood, whose Hessian is a diagonal and a constant.
fn newton_step(alpha: &[f64], ln_mean: &[f64]) -> Vec<f64> {
    let total = alpha.iter().sum::<f64>();
    let level = digamma(total);
    let gradient: Vec<f64> = alpha.iter().zip(ln_mean).map(|(a, m)| level - digamma(*a) + m).collect();
    let diagonal: Vec<f64> = alpha.iter().map(|a| -trigamma(*a)).collect();
    let ratio = gradient.iter().zip(&diagonal).map(|(g, q)| g / q).sum::<f64>();
    let common = ratio / (trigamma(total).recip() + diagonal.iter().map(|q| q.recip()).sum::<f64>());
    gradient.iter().zip(&diagonal).map(|(g, q)| (g - common) / q).collect()
}

/// Checks concentrations; gives their sum.
pub(super) fn concentrations(name: &'static str, alpha: &[f64]) -> Result<f64, Error> {
    if alpha.len() < 2 {
        return Err(Error::parameter(name, "alpha", format!("{} numbers", alpha.len()), "two numbers at least"));
    }
    alpha.iter().try_for_each(|a| Domain::Positive.check(name, "alpha", *a))?;
    Ok(alpha.iter().sum())
}

/// ln B(α) = Σ ln Γ(αₖ) − ln Γ(Σ αₖ), as a chain of two at a time without differences of large logarithms.
fn ln_beta_of(alpha: &[f64]) -> f64 {
    let mut before = alpha[0];
    let mut sum = 0.0;
    for a in &alpha[1..] {
        sum += ln_beta(before, *a);
        before += a;
    }
    sum
}

/// A draw of shares.
pub(super) fn shares<R: RngCore + ?Sized>(alpha: &[f64], rng: &mut R, out: &mut [f64]) {
    out.iter_mut().zip(alpha).for_each(|(x, a)| *x = sample::ln_standard_gamma(*a, rng));
    let most = out.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    out.iter_mut().for_each(|x| *x = (*x - most).exp());
    let sum = out.iter().sum::<f64>();
    out.iter_mut().for_each(|x| *x /= sum);
}
