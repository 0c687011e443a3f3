//! Owen's T function: the normal probability of a wedge, from which the skew normal is made.

use super::double::{Double, Scaled};
use super::normal::ndtr;
use super::tail::integrate;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// T(h, a) = 1/2π ∫₀ᵃ e^(−h² (1 + x²)/2) / (1 + x²) dx: the probability of X > h and 0 < Y < aX for independent standard
/// normal X, Y. Even in h, odd in a; finite a. Relative error ≤ 10⁻¹⁵.
///
/// Source: Owen 1956; the integrand is positive, so Gauss and Legendre's rule gives all digits.
pub fn owens_t(h: f64, a: f64) -> f64 {
    let (h, b) = (h.abs(), a.abs());
    if b.is_nan() || h.is_nan() {
        return f64::NAN;
    }
    if b > 1.0 {
        let half = 0.5 * ndtr(-h); // T(h, ∞)
        return (half - ln_owens_t_tail(h, b).exp()).copysign(a);
    }
    let end = if h > 9.0 { b.min(9.0 / h) } else { b };
    let square = 0.5 * h * h;
    let integrand = |t: f64| (-square * t * t).exp() / (1.0 + t * t);
    let quarter = 0.25 * end;
    let integral: f64 = (0..4).map(|k| integrate(integrand, f64::from(k) * quarter, f64::from(k + 1) * quarter)).sum();
    Scaled { exponent: -Double::product(h, h).scale(0.5), factor: integral / TAU }.value().copysign(a)
}

/// ln(T(h, ∞) − T(h, a)) for a ≥ 0: half the tail of a skew normal distribution, which cancels nowhere.
///
/// F(−h) = 2 (T(h, ∞) − T(h, a)) for the skew normal distribution of shape a at −h < 0. Error ≤ 10⁻¹⁵ · max(1, |ln|).
pub fn ln_owens_t_tail(h: f64, a: f64) -> f64 {
    let h = h.abs();
    if h.is_nan() || a.is_nan() || a < 0.0 {
        return f64::NAN;
    }
    if h < 1.0 && h * a < 1.5 {
        return near_origin(h, a).ln();
    }
    let steep = h * a;
    let leading = 0.5 * (h * h + steep * steep);
    if leading > 1e18 {
        return -leading;
    }
    // x = a + s: e^(−h²(1 + a²)/2) ∫ e^(−h²(a s + s²/2)) / (1 + (a + s)²) ds
    let (square, fall) = (h * h, h * steep);
    let end = 80.0 / (fall + (fall * fall + 80.0 * square).sqrt()); // e^(−40)
    let base = a.hypot(1.0);
    let integrand = |s: f64| (-fall * s - 0.5 * square * s * s).exp() / (1.0 + s / base * ((2.0 * a + s) / base));
    // panels that double in width keep away from the poles of the denominator
    let integral: f64 = (0..8)
        .map(|k| {
            let width = end * f64::powi(0.5, k);
            let from = if k == 7 { 0.0 } else { 0.5 * width };
            integrate(integrand, from, width)
        })
        .sum();
    let slope = Double::product(h, a);
    let exponent = -(Double::product(h, h) + slope * slope).scale(0.5);
    Scaled { exponent, factor: integral / base / (TAU * base) }.ln()
}

/// For h < 1 and a h < 1.5 by T(h, a) + T(ah, 1/a) = ½ Q(h) + ½ Q(ah) − Q(h) Q(ah), Q the upper normal tail.
fn near_origin(h: f64, a: f64) -> f64 {
    if a <= 1.0 {
        return 0.5 * ndtr(-h) - owens_t(h, a);
    }
    owens_t(a * h, 1.0 / a) - 0.5 * ndtr(-a * h) * libm::erf(h * FRAC_1_SQRT_2)
}
