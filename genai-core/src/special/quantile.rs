//! Inverses of the error function and of the normal distribution function.
//!
//! A start of three digits (Winitzki, A handy approximation for the error function and its inverse, 2008) and two of Halley's
//! steps, which triple the digits; on a logarithmic scale in the tails, where nothing under- or overflows.

use super::{erf, erfcx};
use std::f64::consts::{FRAC_2_SQRT_PI, PI, SQRT_2};

/// The x whose erf is `y`; ±∞ at ±1, NaN beyond.
#[must_use]
pub fn erf_inv(y: f64) -> f64 {
    let a = y.abs();
    if a <= 0.5 { centre(y) } else { tail(1.0 - a).copysign(y) }
}

/// The x with P(X ≤ x) = `p` for a standard normal X, down to the smallest p; ∓∞ at 0 and 1, NaN beyond.
///
/// ```
/// # use genai_core::special::normal_quantile;
/// assert!((normal_quantile(1e-300) + 37.047_096_299_361_2).abs() < 1e-13);
/// ```
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    SQRT_2 * if p < 0.25 { -tail(2.0 * p) } else { erf_inv(2.0 * p - 1.0) }
}

/// A solution of erf x = y to three digits, from ln(1 − y²).
fn start(ln: f64) -> f64 {
    const A: f64 = 0.147;
    let b = 2.0 / (PI * A) + 0.5 * ln;
    let root = (b * b - ln / A).sqrt();
    // √(root − b) without cancellation.
    (if b > 0.0 { -ln / A / (root + b) } else { root - b }).sqrt()
}

/// erf⁻¹ for |y| ≤ ½.
fn centre(y: f64) -> f64 {
    let mut x = start((-y * y).ln_1p()).copysign(y);
    for _ in 0..2 {
        let step = (erf(x) - y) / (FRAC_2_SQRT_PI * (-x * x).exp());
        x -= step / (1.0 + x * step);
    }
    x
}

/// erfc⁻¹ for q ≤ ½: a zero of ln erfc x − ln q.
fn tail(q: f64) -> f64 {
    if q <= 0.0 || q.is_nan() {
        return if q == 0.0 { f64::INFINITY } else { f64::NAN };
    }
    let ln = q.ln();
    let mut x = start(ln + (2.0 - q).ln());
    for _ in 0..2 {
        let scaled = erfcx(x);
        let off = scaled.ln() - x * x - ln;
        let slope = -FRAC_2_SQRT_PI / scaled;
        let bend = -slope * (2.0 * x + slope);
        x -= 2.0 * off * slope / (2.0 * slope * slope - off * bend);
    }
    x
}
