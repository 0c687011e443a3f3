//! The gamma function's logarithm and its derivatives.

use crate::kernels::maths::scalar;
use std::f64::consts::PI;

/// ln |Γ(x)|; ∞ at the poles 0, −1, −2, …
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ψ(x) = Γ′(x) / Γ(x). ∓∞ at ±0, NaN at −1, −2, … and −∞, where the limits from both sides differ.
#[must_use]
pub fn digamma(x: f64) -> f64 {
    if x > 0.0 {
        return scalar::digamma(x);
    }
    if x == 0.0 {
        return -1.0 / x;
    }
    let beyond = x - x.round();
    if beyond == 0.0 {
        return f64::NAN;
    }
    // ψ(x) = ψ(1 − x) − π·cot(πx), and the cotangent has period 1.
    scalar::digamma(1.0 - x) - PI / (PI * beyond).tan()
}

/// ψ′(x), the derivative of [`digamma`]; ∞ at 0, −1, −2, …
#[must_use]
pub fn trigamma(x: f64) -> f64 {
    polygamma(1, x)
}

/// The n-th derivative of [`digamma`], (−1)ⁿ⁺¹ n! Σ (x + k)⁻ⁿ⁻¹ over k ≥ 0; itself for n = 0.
///
/// At the poles −1, −2, … it is ∞ for odd n and NaN for even n, whose limits from both sides differ; at ±0 the limit from
/// there.
///
/// ```
/// # use genai_core::special::polygamma;
/// assert!((polygamma(2, 1.0) + 2.404_113_806_319_188_6).abs() < 1e-15); // −2 ζ(3)
/// ```
#[must_use]
pub fn polygamma(n: u32, x: f64) -> f64 {
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    match n {
        0 => digamma(x),
        1 if x > 0.0 => scalar::trigamma(x),
        _ if x > 0.0 => sign * series(n, x),
        _ if x == 0.0 && n.is_multiple_of(2) => -1.0 / x,
        _ if x == 0.0 => f64::INFINITY,
        _ => reflected(n, x) * sign,
    }
}

/// n! Σ (x + k)⁻ⁿ⁻¹ for x < 0: the terms left and right of 0 are two sums over positive numbers.
fn reflected(n: u32, x: f64) -> f64 {
    let beyond = x - x.round();
    if beyond == 0.0 {
        return if n % 2 == 1 { f64::INFINITY } else { f64::NAN };
    }
    // Distances from the pole below and the one above, both without rounding where they are small.
    let (below, above) = if beyond > 0.0 { (beyond, 1.0 - beyond) } else { (1.0 + beyond, -beyond) };
    if n > 150 {
        // (n + 1)-th powers of distances below 1 times n!: the nearer pole decides.
        return if below < above || n % 2 == 1 { f64::INFINITY } else { f64::NEG_INFINITY };
    }
    let left = series(n, above) - series(n, 1.0 - x);
    series(n, below) + if n % 2 == 1 { left } else { -left }
}

/// B₂ₖ / (2k)! for k = 1, 2, …
const BERNOULLI: [f64; 12] = [
    8.333_333_333_333_333e-2,
    -1.388_888_888_888_889e-3,
    3.306_878_306_878_307e-5,
    -8.267_195_767_195_767e-7,
    2.087_675_698_786_81e-8,
    -5.284_190_138_687_493e-10,
    1.338_253_653_068_467_9e-11,
    -3.389_680_296_322_583e-13,
    8.586_062_056_277_845e-15,
    -2.174_868_698_558_062e-16,
    5.509_002_828_360_23e-18,
    -1.395_446_468_581_252_3e-19,
];

/// n! Σ (a + k)⁻ⁿ⁻¹ over k ≥ 0, for a > 0 and n ≥ 1: terms in units of the first, then Euler and Maclaurin's formula.
fn series(n: u32, a: f64) -> f64 {
    if a == f64::INFINITY {
        return 0.0;
    }
    let s = f64::from(n) + 1.0;
    let (mut sum, mut b) = (0.0, a);
    while b < s + 10.0 {
        let term = (a / b).powf(s);
        sum += term;
        if term < 1e-18 * sum {
            return in_units(n, a, sum);
        }
        b += 1.0;
    }
    let mut tail = b / (s - 1.0) + 0.5;
    let mut factor = s / b;
    for (i, c) in BERNOULLI.iter().enumerate() {
        tail += c * factor;
        let k = 2.0 * i as f64 + 1.0;
        factor *= (s + k) / b * ((s + k + 1.0) / b);
    }
    in_units(n, a, sum + (a / b).powf(s) * tail)
}

/// sum · n! · a⁻ⁿ⁻¹, factor by factor, so that neither overflows alone.
fn in_units(n: u32, a: f64, sum: f64) -> f64 {
    let mut product = sum / a;
    for k in 1..=n {
        product *= f64::from(k) / a;
        if product == 0.0 || product == f64::INFINITY {
            break;
        }
    }
    product
}
