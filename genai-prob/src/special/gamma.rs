//! The gamma function, its logarithm, and what is made of it.

use super::double::{Double, HALF_LN_TAU, LN_PI};
use super::elementary::sin_pi;

/// ln |Γ(x)|, the logarithm of the factorial's continuation: Γ(n) = (n − 1)!.
///
/// Any x; +∞ at the poles 0, −1, −2, …. Positive x, against mpmath: within 1 ulp.
///
/// Source: shift to x ≥ 24 and Stirling's series (DLMF 5.11.1), in twice the precision.
///
/// # Examples
///
/// ```
/// assert_eq!(genai_prob::special::ln_gamma(6.0), 120f64.ln());
/// ```
pub fn ln_gamma(x: f64) -> f64 {
    if x > 0.0 {
        return if x > 1e17 { x * (x.ln() - 1.0) } else { zero_if_noise(ln_gamma_double(Double::from(x))) };
    }
    if x.is_nan() || x == x.floor() {
        return x.abs().max(f64::INFINITY); // a pole, or NaN
    }
    // Euler's reflection: Γ(x) Γ(1 − x) = π / sin πx
    let sine = Double::from(sin_pi(x).abs()).ln();
    (LN_PI - sine - ln_gamma_double(Double::sum(1.0, -x))).value()
}

/// The gamma function Γ(x) = ∫₀^∞ t^(x−1) e^(−t) dt: (n − 1)! between the integers.
///
/// ±∞ at zero by its sign, NaN at the negative integers, +∞ from 171.63 on. Against mpmath: within 2 ulp.
pub fn gamma(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0 / x;
    }
    if x < 0.0 && (x == x.floor() || x < -1e15) {
        return if x == x.floor() { f64::NAN } else { 0.0 };
    }
    if x < 0.5 {
        let rest = ln_gamma_double(Double::sum(1.0, -x));
        return (LN_PI - rest - Double::from(sin_pi(x).abs()).ln()).exp().copysign(sin_pi(x));
    }
    if x > 172.0 { f64::INFINITY } else { ln_gamma_double(Double::from(x)).exp() }
}

/// A zero of a logarithm that twice the precision leaves at 10⁻³¹ is a zero.
fn zero_if_noise(x: Double) -> f64 {
    if x.hi.abs() < 1e-28 { 0.0 } else { x.value() }
}

/// ln Γ(z) for z > 0 in twice the precision: absolute error about 10⁻³¹ · max(1, z ln z).
pub fn ln_gamma_double(z: Double) -> Double {
    let (mut z, mut product) = (z, Double::ONE);
    while z.hi < 24.0 {
        product = product * z;
        z = z + 1.0;
    }
    let shifted = (z - 0.5) * z.ln() - z + HALF_LN_TAU + stirling_series(z);
    if product.hi == 1.0 && product.lo == 0.0 { shifted } else { shifted - product.ln() }
}

/// δ(z) = Σ B₂ₖ / (2k (2k − 1) z²ᵏ⁻¹) for z ≥ 24.
pub(crate) fn stirling_series(z: Double) -> Double {
    let inverse = Double::ONE / z;
    let w = inverse * inverse;
    let tail = STIRLING_TAIL.iter().rev().fold(0.0, |sum, c| sum * w.hi + c);
    let head = STIRLING.iter().rev().fold(Double::from(tail), |sum, &(hi, lo)| sum * w + Double { hi, lo });
    head * inverse
}

/// B₂ₖ / (2k (2k − 1)) for k = 1 … 4 in twice the precision, then for k = 5 … 14.
pub(crate) const STIRLING: [(f64, f64); 4] = [
    (0.08333333333333333, 4.625929269271485e-18),
    (-0.002777777777777778, 1.0601087908747154e-19),
    (0.0007936507936507937, 6.883823317368282e-22),
    (-0.0005952380952380953, 5.36938218754726e-20),
];
pub(crate) const STIRLING_TAIL: [f64; 10] = [
    0.0008417508417508417,
    -0.0019175269175269176,
    0.00641025641025641,
    -0.029550653594771242,
    0.17964437236883057,
    -1.3924322169059011,
    13.402864044168393,
    -156.84828462600203,
    2193.1033333333335,
    -36108.77125372499,
];

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b) for a, b > 0, in twice the precision.
pub fn ln_beta_double(a: f64, b: f64) -> Double {
    ln_gamma_double(Double::from(a)) + ln_gamma_double(Double::from(b)) - ln_gamma_double(Double::sum(a, b))
}

/// ln B(a, b), the logarithm of ∫₀¹ t^(a−1) (1 − t)^(b−1) dt, for a, b > 0 (NaN otherwise).
///
/// The difference of large logarithms is taken in twice the precision: relative error ≤ 4·10⁻¹⁶ for a, b from 10⁻³⁰⁰
/// on, absolute 10⁻¹⁵ near its zeros.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    let (less, more) = (a.min(b), a.max(b));
    if more > 1e14 && less < 1e-15 * more {
        // Γ(more)/Γ(more + less) is more^−less but for less²/2more, which a sum would have rounded away.
        return zero_if_noise(ln_gamma_double(Double::from(less)) - Double::from(more).ln() * less);
    }
    zero_if_noise(ln_beta_double(a, b))
}

/// ln C(n, k), the logarithm of the number of ways to choose k of n; −∞ where k < 0 or k > n.
///
/// For real n and k by gamma functions; relative error ≤ 10⁻¹⁵ for n to 10¹⁴.
pub fn ln_binomial(n: f64, k: f64) -> f64 {
    if k < 0.0 || k > n {
        return f64::NEG_INFINITY;
    }
    if k == 0.0 || k == n {
        return 0.0;
    }
    let factorial = |m: Double| ln_gamma_double(m + 1.0);
    (factorial(Double::from(n)) - factorial(Double::from(k)) - factorial(Double::sum(n, -k))).value()
}
