//! Derivatives of ln Γ.

use super::double::Double;
use super::elementary::{cos_pi, sin_pi};
use super::gamma::{STIRLING, STIRLING_TAIL};
use super::zeta::hurwitz_zeta;
use std::f64::consts::PI;

/// ψ(x) = d/dx ln Γ(x). NaN at the poles 0, −1, −2, …; relative error ≤ 2.5·10⁻¹⁶ for x > 0, near the zero 1.4616… too.
///
/// Source: shift to x ≥ 24 and DLMF 5.11.2, in twice the precision where terms cancel; below zero ψ(1 − x) − π cot πx.
///
/// # Examples
///
/// ```
/// let euler = 0.577_215_664_901_532_9;
/// assert_eq!(genai_prob::special::digamma(1.0), -euler);
/// ```
pub fn digamma(x: f64) -> f64 {
    if x <= 0.0 {
        return if x == x.floor() { f64::NAN } else { reflected(x) };
    }
    if x > 24.0 { asymptotic(Double::from(x)).value() } else { shifted(Double::from(x)).value() }
}

/// ψ(1 − x) − π cot πx below zero.
fn reflected(x: f64) -> f64 {
    let cotangent = cos_pi(x) / sin_pi(x);
    digamma_double(Double::sum(1.0, -x)).value() - PI * cotangent
}

pub(crate) fn digamma_double(x: Double) -> Double {
    if x.hi > 24.0 { asymptotic(x) } else { shifted(x) }
}

/// ψ(x) = ψ(x + n) − Σ 1/(x + k), the sum as one fraction.
fn shifted(mut x: Double) -> Double {
    let (mut numerator, mut denominator) = (Double::ZERO, Double::ONE);
    while x.hi < 24.0 {
        numerator = numerator * x + denominator;
        denominator = denominator * x;
        x = x + 1.0;
    }
    asymptotic(x) - numerator / denominator
}

/// ln x − 1/2x − Σ B₂ₖ / (2k x²ᵏ) for x ≥ 24: what the derivative of Stirling's series is.
fn asymptotic(x: Double) -> Double {
    let inverse = Double::ONE / x;
    let w = inverse * inverse;
    let tail = STIRLING_TAIL.iter().zip(5..15u32).rev().fold(0.0, |sum, (c, k)| sum * w.hi + c * f64::from(2 * k - 1));
    let head = STIRLING
        .iter()
        .zip(1..5u32)
        .rev()
        .fold(Double::from(tail), |sum, (&(hi, lo), k)| sum * w + Double { hi, lo } * f64::from(2 * k - 1));
    x.ln() - inverse.scale(0.5) - head * w
}

/// ψ′(x) = Σ 1/(x + k)², the variance of the logarithm of a gamma variate. +∞ at the poles. Relative error ≤ 8·10⁻¹⁶ for x > 0.
pub fn trigamma(x: f64) -> f64 {
    polygamma(1, x)
}

/// ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! Σ (x + k)^−(n+1), the n-th derivative of ψ.
///
/// `n = 0` is [`digamma`]. At a pole ±∞ (+∞ for odd n, NaN for even n). Relative error ≤ (n + 4)·10⁻¹⁶ for x > 0; below
/// zero by reflection, absolute error relative to the largest term.
pub fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    let order = f64::from(n) + 1.0;
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    if x > 1e17 * order {
        return sign * super::gamma(order - 1.0) * x.powf(1.0 - order); // the integral, before x^(−n−1) underflows
    }
    sign * super::gamma(order) * zeta_everywhere(order, x)
}

/// Σ (x + k)^−s over k ≥ 0 for a whole s and any x: below zero as the sum over all whole k less those before.
fn zeta_everywhere(s: f64, x: f64) -> f64 {
    if x > 0.0 {
        return hurwitz_zeta(s, x);
    }
    let sign = if s % 2.0 == 0.0 { 1.0 } else { -1.0 };
    if x == x.floor() {
        return if sign > 0.0 { f64::INFINITY } else { f64::NAN };
    }
    // Distances from the whole numbers below and above, both without rounding where they are small.
    let beyond = x - x.round();
    let (below, above) = if beyond > 0.0 { (beyond, 1.0 - beyond) } else { (1.0 + beyond, -beyond) };
    hurwitz_zeta(s, below) + sign * (hurwitz_zeta(s, above) - hurwitz_zeta(s, 1.0 - x))
}
