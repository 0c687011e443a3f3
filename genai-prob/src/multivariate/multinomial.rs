//! The multinomial distribution.

use super::one_hot::{counts_covariance, normalised};
use super::parameters::parameters;
use super::{FitRows, Multivariate, Region, check_size, checked_rows};
use crate::domain::MOST;
use crate::special::formula::{deviance, stirling_error};
use crate::special::ln_gamma;
use crate::{Domain, Error, Support, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// How often each of k things comes in n independent trials: words in a text, faces of a die.
///
/// | | |
/// |---|---|
/// | mass | n! / Π xₖ! · Π pₖ^xₖ, Σ xₖ = n |
/// | mean | n pₖ |
/// | covariance | n (pⱼ [j = k] − pⱼ pₖ) |
/// | maximum likelihood | p̂ₖ = Σ xₖ / Σ n |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Multivariate, Multinomial};
///
/// let dice = Multinomial::new(3.0, &[0.5, 0.25, 0.25])?;
/// approx::assert_relative_eq!(dice.ln_prob(&[1.0, 1.0, 1.0]), (6.0f64 / 32.0).ln(), max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::Multinomial", into = "fields::Multinomial")]
pub struct Multinomial {
    n: f64,
    probabilities: Vec<f64>,
}

const NAME: &str = "Multinomial";

parameters!(Multinomial {
    /// n, the trials.
    n: f64 => f64,
    /// p: `[k]`.
    probabilities: Vec<f64> => &[f64],
});

impl Multinomial {
    /// The distribution of n trials with these probabilities.
    ///
    /// # Errors
    ///
    /// If n is not a whole number from 0 to 2⁵³, there are no probabilities, one is negative, or their sum differs from 1
    /// by more than 10⁻⁹ (what is less is scaled away).
    pub fn new(n: f64, probabilities: &[f64]) -> Result<Self, Error> {
        Domain::Count.check(NAME, "n", n)?;
        Ok(Self { n, probabilities: normalised(NAME, probabilities)? })
    }
}

impl Multivariate for Multinomial {
    fn shape(&self) -> Vec<usize> {
        vec![self.probabilities.len()]
    }

    fn support(&self) -> Region {
        let most = |p: &f64| if *p > 0.0 { self.n } else { 0.0 };
        Region::Counts { total: self.n, most: self.probabilities.iter().map(most).collect() }
    }

    /// As Poisson masses of the counts over the one of n, by Loader's saddle point: no difference of large factorials.
    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.probabilities.len());
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        let places = x.iter().zip(&self.probabilities);
        places.map(|(x, p)| ln_poisson(*x, self.n * p)).sum::<f64>() - ln_poisson(self.n, self.n)
    }

    fn mean(&self) -> Vec<f64> {
        self.probabilities.iter().map(|p| self.n * p).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        counts_covariance(&self.probabilities, self.n)
    }

    /// −ln n! − n Σ p ln p + Σ E ln xₖ!, each count binomial: O(n k), so it is given up to n = 10⁶.
    fn entropy(&self) -> Option<f64> {
        if self.n > 1e6 {
            return None;
        }
        let place = |p: &f64| {
            let of = |x: f64| ln_binomial_mass(x, self.n, *p).exp() * ln_gamma(x + 1.0);
            -self.n * p * p.ln() + crate::data::sum((2..=self.n as u64).map(|x| of(x as f64)))
        };
        Some(self.probabilities.iter().filter(|p| **p > 0.0).map(place).sum::<f64>() - ln_gamma(self.n + 1.0))
    }

    /// One count after the other, binomial of what is left.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        check_size(NAME, "a draw into", out.len(), self.probabilities.len());
        counts(self.n, &self.probabilities, rng, out);
    }
}

impl FitRows for Multinomial {
    /// All rows must be of one sum, n.
    fn fit_rows_weighted(rows: &[f64], dimension: usize, weights: &[f64]) -> Result<Self, Error> {
        let what = "Multinomial::fit_rows";
        let total = checked_rows(what, rows, dimension, weights, Support::whole(0.0, MOST))?;
        let n = rows[..dimension].iter().sum::<f64>();
        if let Some(i) = rows.chunks_exact(dimension).position(|row| row.iter().sum::<f64>() != n) {
            let found = format!(
                "row {i} of sum {} and row 0 of sum {n}",
                rows[i * dimension..][..dimension].iter().sum::<f64>()
            );
            return Err(Error::data(what, found, "rows of one sum"));
        }
        if n == 0.0 {
            return Err(Error::data(what, "rows of zeros", "at least one trial"));
        }
        let mut shares = vec![0.0; dimension];
        for (row, w) in rows.chunks_exact(dimension).zip(weights) {
            shares.iter_mut().zip(row).for_each(|(p, x)| *p += w / total * (x / n));
        }
        Self::new(n, &shares)
    }
}

/// ln of the Poisson mass m^x e^(−m) / x!.
fn ln_poisson(x: f64, m: f64) -> f64 {
    if x == 0.0 {
        return -m;
    }
    -(deviance(x, m) + stirling_error(x)) - 0.5 * (TAU * x).ln()
}

/// ln of the binomial mass.
pub(super) fn ln_binomial_mass(x: f64, n: f64, p: f64) -> f64 {
    if p == 0.0 || p == 1.0 {
        return if x == n * p { 0.0 } else { f64::NEG_INFINITY };
    }
    ln_poisson(x, n * p) + ln_poisson(n - x, n * (1.0 - p)) - ln_poisson(n, n)
}

/// A draw of counts.
pub(super) fn counts<R: RngCore + ?Sized>(n: f64, probabilities: &[f64], rng: &mut R, out: &mut [f64]) {
    let (mut left, mut share) = (n, 1.0f64);
    let last = probabilities.iter().rposition(|p| *p > 0.0).unwrap_or(0);
    for (i, (x, p)) in out.iter_mut().zip(probabilities).enumerate() {
        *x = if i == last { left } else { sample::binomial(left, (p / share).clamp(0.0, 1.0), rng) };
        (left, share) = (left - *x, (share - p).max(0.0));
    }
}
