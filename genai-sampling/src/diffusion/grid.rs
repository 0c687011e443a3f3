//! Where between data and noise a solver stops: grids of noise-to-signal ratios, of σ, and of training steps.
//!
//! All run from noise to data.

use genai_prob::Univariate;
use genai_prob::continuous::Beta;

use crate::Error;

/// `count` numbers from `start` to `end`, both included.
pub fn linear(count: usize, start: f64, end: f64) -> Vec<f64> {
    let last = count.saturating_sub(1).max(1);
    let step = (end - start) / last as f64;
    (0..count).map(|i| if i == last { end } else { start + i as f64 * step }).collect()
}

/// Linear in time: from 1 to `least`.
pub fn uniform(count: usize, least: f64) -> Vec<f64> {
    linear(count, 1.0, least)
}

/// Squares of a line from √start to √end: denser near the data (DDIM's quadratic spacing).
pub fn quadratic(count: usize, start: f64, end: f64) -> Vec<f64> {
    linear(count, start.sqrt(), end.sqrt()).into_iter().map(|root| root * root).collect()
}

/// (largest^(1/ρ) … least^(1/ρ))^ρ: steps shrink towards the data.
///
/// Source: Karras et al. 2022, [arXiv:2206.00364](https://arxiv.org/abs/2206.00364), eq. 5.
pub fn karras(count: usize, least: f64, largest: f64, rho: f64) -> Vec<f64> {
    let root = |sigma: f64| sigma.powf(1.0 / rho);
    linear(count, root(largest), root(least)).into_iter().map(|x| x.powf(rho)).collect()
}

/// Linear in ln σ: uniform in log-SNR.
pub fn exponential(count: usize, least: f64, largest: f64) -> Vec<f64> {
    linear(count, largest.ln(), least.ln()).into_iter().map(f64::exp).collect()
}

/// ln σ = ln least + u^ρ·ln(largest/least) with u from 1 to 0: [`exponential`] for ρ = 1.
pub fn poly_exponential(count: usize, least: f64, largest: f64, rho: f64) -> Vec<f64> {
    linear(count, 1.0, 0.0).into_iter().map(|u| least * (u.powf(rho) * (largest / least).ln()).exp()).collect()
}

/// Uniform in log-SNR between two ratios, as DPM-Solver's: σ/α = exp(−λ).
pub fn log_snr(count: usize, least: f64, most: f64) -> Vec<f64> {
    linear(count, least, most).into_iter().map(|lambda| (-lambda).exp()).collect()
}

/// Quantiles of a beta distribution between least and largest: dense at both ends for α = β = .6.
///
/// Source: Lee et al. 2024, [arXiv:2407.12173](https://arxiv.org/abs/2407.12173).
///
/// # Errors
///
/// If a shape is not positive.
pub fn beta(count: usize, least: f64, largest: f64, shapes: [f64; 2]) -> Result<Vec<f64>, Error> {
    let expected = "above 0";
    let beta = Beta::new(shapes[0], shapes[1]).map_err(|_| Error::Parameter {
        name: "a shape of the beta distribution",
        value: shapes[0].min(shapes[1]),
        expected,
    })?;
    Ok(linear(count, 1.0, 0.0).into_iter().map(|p| least + beta.quantile(p) * (largest - least)).collect())
}

/// How inference steps are spread over training steps.
///
/// Source: Lin et al. 2024, [arXiv:2305.08891](https://arxiv.org/abs/2305.08891), table 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// From the last training step to step 0, both included.
    Linspace,
    /// Multiples of training steps / inference steps, from 0.
    Leading,
    /// The last training step, and down from there.
    Trailing,
}

impl Spacing {
    /// `count` training steps out of `training`, from noise to data, moved by `offset` where the spacing is leading.
    ///
    /// Not rounded for [`Linspace`](Self::Linspace): samplers that interpolate use them so.
    ///
    /// ```
    /// use genai_sampling::diffusion::grid::Spacing;
    ///
    /// assert_eq!(Spacing::Leading.times(4, 1000, 1), [751.0, 501.0, 251.0, 1.0]);
    /// assert_eq!(Spacing::Trailing.times(4, 1000, 0), [999.0, 749.0, 499.0, 249.0]);
    /// ```
    pub fn times(self, count: usize, training: usize, offset: usize) -> Vec<f64> {
        match self {
            Self::Linspace => falling(count, (training as f64 - 1.0).max(0.0)),
            Self::Leading => {
                let ratio = training / count.max(1);
                (0..count).rev().map(|i| (i * ratio + offset) as f64).collect()
            }
            Self::Trailing => trailing(training as f64, training as f64 / count as f64),
        }
    }
}

/// `count` numbers from `start` to 0, counted from 0: where one lies halfway between two steps, this decides how it rounds.
pub(super) fn falling(count: usize, start: f64) -> Vec<f64> {
    let mut all = linear(count, 0.0, start);
    all.reverse();
    all
}

/// last, last − stride, … above 0, rounded and less 1; the stride is the first one, as rounded, which decides at a half.
pub(super) fn trailing(last: f64, stride: f64) -> Vec<f64> {
    let count = (last / stride).ceil() as usize;
    let first = last - (last - stride);
    (0..count).map(|i| (last - i as f64 * first).round_ties_even() - 1.0).collect()
}
