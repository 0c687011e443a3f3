//! The error function and its kin.

use super::double::Double;
use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// 2/√π ∫₀ˣ e^(−t²) dt, the probability that a normal error of variance ½ lies within ±x. Within 1 ulp (libm).
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// 1 − erf(x), with its own digits where that is small. Within 3 ulp (from 0.5 on by [`erfcx`]), down to 10⁻³⁰⁸ at x = 26.5.
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// The scaled complement e^(x²) erfc(x), about 1/(x√π) for large x; +∞ below −26.7. Relative error ≤ 5·10⁻¹⁶.
///
/// Source: the definition with x² in twice the precision; from 12 on the asymptotic series DLMF 7.12.1.
pub fn erfcx(x: f64) -> f64 {
    if x < 12.0 {
        return if x < -27.0 { f64::INFINITY } else { Double::product(x, x).exp() * libm::erfc(x) };
    }
    let w = 0.5 / (x * x); // terms −w (2k − 1)
    let series = (1..=12).rev().fold(1.0, |sum, k| 1.0 - w * f64::from(2 * k - 1) * sum);
    series / (x * PI.sqrt())
}

/// The x at which erf(x) = y, for −1 ≤ y ≤ 1 (±∞ at the ends, NaN beyond). Relative error ≤ 5·10⁻¹⁶.
///
/// Source: two steps of Halley's iteration.
pub fn erf_inv(y: f64) -> f64 {
    let a = y.abs();
    if a >= 0.5 {
        return erfc_inv(1.0 - a).copysign(y);
    }
    let s = PI * y * y / 4.0;
    let mut x = y / FRAC_2_SQRT_PI * (1.0 + s * (1.0 / 3.0 + s * (7.0 / 30.0 + s * (127.0 / 630.0 + s * 0.1925))));
    for _ in 0..2 {
        let step = (libm::erf(x) - y) / (FRAC_2_SQRT_PI * (-x * x).exp());
        x -= step / (1.0 + x * step);
    }
    x
}

/// The x at which erfc(x) = q, for 0 ≤ q ≤ 2 (±∞ at the ends, NaN beyond), down to the smallest q. Relative error ≤ 5·10⁻¹⁶.
pub fn erfc_inv(q: f64) -> f64 {
    if q > 0.5 {
        return if q > 1.5 { -erfc_inv_tail(2.0 - q) } else { erf_inv(1.0 - q) };
    }
    erfc_inv_tail(q)
}

/// For q ≤ ½: Newton and Halley on ln erfc(x) = ln erfcx(x) − x².
fn erfc_inv_tail(q: f64) -> f64 {
    if q <= 0.0 {
        return if q == 0.0 { f64::INFINITY } else { f64::NAN };
    }
    -super::normal::ndtri_ln(q.ln() - std::f64::consts::LN_2) * std::f64::consts::FRAC_1_SQRT_2
}
