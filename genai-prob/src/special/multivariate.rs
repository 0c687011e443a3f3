//! The gamma function of positive definite matrices.

use super::{digamma, ln_gamma};
use std::f64::consts::PI;

/// ln Γ_d(a) = d(d − 1)/4 · ln π + Σ ln Γ(a − i/2) over i = 0, …, d − 1, for a > (d − 1)/2; `ln_gamma` where d = 1.
///
/// Γ_d(a) is the integral of |X|^(a − (d+1)/2) e^(−tr X) over the positive definite d × d matrices: the normaliser of the
/// Wishart distributions.
///
/// # Examples
///
/// ```
/// use genai_prob::special::{ln_gamma, ln_gamma_multivariate};
///
/// let two = 0.5 * std::f64::consts::PI.ln() + ln_gamma(3.0) + ln_gamma(2.5);
/// approx::assert_relative_eq!(ln_gamma_multivariate(2, 3.0), two, max_relative = 1e-15);
/// ```
pub fn ln_gamma_multivariate(d: usize, a: f64) -> f64 {
    let d = d as f64;
    halves(d, a).map(ln_gamma).sum::<f64>() + 0.25 * d * (d - 1.0) * PI.ln()
}

/// The derivative of ln Γ_d: ψ_d(a) = Σ ψ(a − i/2) over i = 0, …, d − 1.
pub fn digamma_multivariate(d: usize, a: f64) -> f64 {
    halves(d as f64, a).map(digamma).sum()
}

/// a, a − ½, …, a − (d − 1)/2.
fn halves(d: f64, a: f64) -> impl Iterator<Item = f64> {
    (0..d as usize).map(move |i| a - 0.5 * i as f64)
}
