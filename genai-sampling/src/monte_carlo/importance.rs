//! Importance sampling: draws of one distribution weighted to be those of another.

use super::run::check_between;
use crate::Error;
use genai_core::random::{Key, Stream};
use rayon::prelude::*;

/// Points with weights, as importance sampling, annealing and sequential Monte Carlo leave them.
#[derive(Clone, Debug)]
pub struct Weighted<T> {
    /// The points.
    pub points: Vec<T>,
    /// ln of their weights, as they came: their mean weight estimates the ratio of normalising constants.
    pub log_weights: Vec<f64>,
}

/// Importance sampling: `draws` points of q, each with weight f(x) / q(x).
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::monte_carlo::importance;
///
/// // a normal by uniform draws on (−8, 8); its normalising constant is √(2π)
/// let sample = importance(|rng| 16.0 * rng.uniform() - 8.0, |x| -0.5 * x * x, |_| -16f64.ln(), 100_000, Key::new(1))?;
/// assert!((sample.log_mean_weight() - 0.5 * std::f64::consts::TAU.ln()).abs() < 0.02);
/// assert!((sample.mean(|x| x * x) - 1.0).abs() < 0.03);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If there are no draws, a weight is NaN or infinite, or all are 0.
pub fn importance<T: Send>(
    propose: impl Fn(&mut Stream) -> T + Sync,
    log_target: impl Fn(&T) -> f64 + Sync,
    log_proposal: impl Fn(&T) -> f64 + Sync,
    draws: usize,
    key: Key,
) -> Result<Weighted<T>, Error> {
    let one = |i: usize| {
        let x = propose(&mut key.split(i as u64).stream());
        let log_weight = log_target(&x) - log_proposal(&x);
        (x, log_weight)
    };
    let (points, log_weights): (Vec<T>, Vec<f64>) = (0..draws).into_par_iter().map(one).unzip();
    Weighted::new(points, log_weights)
}

impl<T> Weighted<T> {
    /// Points with ln of their weights.
    ///
    /// # Errors
    ///
    /// If there are none, or not as many weights, a weight is NaN or infinite, or all are 0.
    pub fn new(points: Vec<T>, log_weights: Vec<f64>) -> Result<Self, Error> {
        super::run::check_length("log_weights", log_weights.len(), points.len())?;
        if points.is_empty() {
            return Err(Error::Parameter { name: "draws", value: 0.0, expected: "at least 1" });
        }
        if let Some(&value) = log_weights.iter().find(|w| w.is_nan() || **w == f64::INFINITY) {
            return Err(Error::Parameter { name: "log-weight", value, expected: "a number below ∞" });
        }
        if log_weights.iter().all(|w| *w == f64::NEG_INFINITY) {
            return Err(Error::Parameter { name: "weights", value: 0.0, expected: "above 0 for some draw" });
        }
        Ok(Self { points, log_weights })
    }

    /// The weights, scaled to the sum 1.
    pub fn weights(&self) -> Vec<f64> {
        normalised(&self.log_weights)
    }

    /// ln of the mean weight: of the normalising constant of the target over that of the proposal.
    pub fn log_mean_weight(&self) -> f64 {
        log_sum_exp(&self.log_weights) - (self.log_weights.len() as f64).ln()
    }

    /// Standard error of [`Weighted::log_mean_weight`], by the delta method.
    pub fn log_mean_weight_error(&self) -> f64 {
        let n = self.log_weights.len() as f64;
        (((n / self.ess()) - 1.0) / (n - 1.0)).max(0.0).sqrt()
    }

    /// Effective sample size (Kish): (Σ w)² / Σ w².
    pub fn ess(&self) -> f64 {
        1.0 / self.weights().iter().map(|w| w * w).sum::<f64>()
    }

    /// The self-normalised mean of f.
    pub fn mean(&self, f: impl Fn(&T) -> f64) -> f64 {
        self.points.iter().zip(self.weights()).filter(|(_, w)| *w > 0.0).map(|(x, w)| w * f(x)).sum()
    }

    /// `n` points in proportion to their weights, each as often as its share, rounded up or down (systematic resampling).
    pub fn resample(&self, n: usize, rng: &mut Stream) -> Vec<&T> {
        systematic(&self.weights(), n, rng).into_iter().map(|i| &self.points[i]).collect()
    }
}

/// Indices drawn with one uniform number: `n` teeth of a comb on the stacked weights, which sum to 1.
///
/// Source: Kitagawa 1996, *Monte Carlo filter and smoother for non-Gaussian nonlinear state space models*.
pub(super) fn systematic(weights: &[f64], n: usize, rng: &mut Stream) -> Vec<usize> {
    let (offset, mut i, mut below) = (rng.uniform(), 0, weights[0]);
    let tooth = |k: usize| (k as f64 + offset) / n as f64;
    let last = weights.iter().rposition(|w| *w > 0.0).unwrap_or(0);
    let mut chosen = Vec::with_capacity(n);
    for k in 0..n {
        while below <= tooth(k) && i < last {
            i += 1;
            below += weights[i];
        }
        chosen.push(i);
    }
    chosen
}

pub(super) fn normalised(log_weights: &[f64]) -> Vec<f64> {
    let sum = log_sum_exp(log_weights);
    log_weights.iter().map(|w| (w - sum).exp()).collect()
}

/// ln Σ e^x.
pub(crate) fn log_sum_exp(x: &[f64]) -> f64 {
    let most = x.iter().fold(f64::NEG_INFINITY, |most, x| most.max(*x));
    if most.is_finite() { most + x.iter().map(|x| (x - most).exp()).sum::<f64>().ln() } else { most }
}

/// Whether a share of the effective sample size can be asked for.
pub(super) fn check_share(share: f64) -> Result<(), Error> {
    check_between("threshold", share, (0.0, 1.0), "between 0 and 1")
}
