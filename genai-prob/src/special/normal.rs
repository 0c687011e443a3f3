//! The standard normal distribution function, its logarithm and its inverse.

use super::double::{Double, HALF_LN_TAU, Scaled};
use super::error_function::{erf_inv, erfcx};
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI, SQRT_2};

/// Φ(x) = ½ erfc(−x/√2), the probability that a standard normal lies below x.
///
/// Relative error ≤ 7·10⁻¹⁶ down to the smallest f64 (x = −38.5): the square in the exponent is exact.
pub fn ndtr(x: f64) -> f64 {
    if x > -0.7 {
        return 0.5 * libm::erfc(-x * FRAC_1_SQRT_2);
    }
    lower(x).value()
}

/// ln Φ(x), for any x, also where Φ underflows: −50000010.1… at −10⁴. Relative error ≤ 4·10⁻¹⁶.
pub fn ln_ndtr(x: f64) -> f64 {
    if x > 0.7 {
        return (-ndtr(-x)).ln_1p();
    }
    if x < -1e150 { -0.5 * x * x } else { lower(x).ln() }
}

/// Φ(x) for x ≤ 0.7 as ½ erfcx(−x/√2) · e^(−x²/2).
fn lower(x: f64) -> Scaled {
    Scaled { exponent: -Double::product(x, x).scale(0.5), factor: 0.5 * erfcx(-x * FRAC_1_SQRT_2) }
}

/// The quantile: the x at which Φ(x) = p, for 0 ≤ p ≤ 1 (∓∞ at the ends, NaN beyond). Relative error ≤ 6·10⁻¹⁶.
pub fn ndtri(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.25 && p < 0.75 {
        return SQRT_2 * erf_inv(2.0 * (p - 0.5));
    }
    if p > 0.5 { -ndtri_ln((1.0 - p).ln()) } else { ndtri_ln(p.ln()) }
}

/// The quantile from the logarithm of a probability: the x at which ln Φ(x) = `ln_p` ≤ 0, down to −10³⁰⁰.
///
/// Relative error ≤ 6·10⁻¹⁶ (absolute near the median). Newton's steps on ln Φ, which is concave, from the
/// leading asymptotic term; at most ten.
pub fn ndtri_ln(ln_p: f64) -> f64 {
    if ln_p.is_nan() || ln_p > 0.0 {
        return f64::NAN;
    }
    if ln_p > -1.38 && ln_p < -0.3 {
        return SQRT_2 * erf_inv((super::double::LN_2 + ln_p).value().exp_m1()); // 2p − 1
    }
    if ln_p > -LN_2 {
        return if ln_p > -1e-300 { ndtri_upper(-ln_p) } else { ndtri_upper(-ln_p.exp_m1()) };
    }
    if ln_p < -1e15 {
        return -(-2.0 * ln_p).sqrt();
    }
    let t = (-2.0 * ln_p).sqrt();
    let guess =
        -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
    let guess = if t > 40.0 { -(t * t - (2.0 * PI * t * t).ln()).sqrt() } else { guess };
    polish(guess, ln_p)
}

/// The x with upper tail q < ½.
fn ndtri_upper(q: f64) -> f64 {
    if q > 0.25 { SQRT_2 * erf_inv(1.0 - 2.0 * q) } else { -ndtri_ln(q.ln()) }
}

/// Halley's steps on ln Φ(x) = ln_p; f′ = m = φ/Φ, f″ = −m (x + m).
fn polish(mut x: f64, ln_p: f64) -> f64 {
    for _ in 0..10 {
        let scaled = lower(x);
        let miss = (scaled.exponent + (scaled.factor.ln() - ln_p)).value();
        let hazard = (-HALF_LN_TAU.hi).exp() / scaled.factor; // φ/Φ
        let newton = miss / hazard;
        let step = newton / (1.0 + 0.5 * newton * (x + hazard));
        x -= step;
        if step.abs() <= 1e-9 * x.abs() {
            break; // the step is cubic: what is left is below 10⁻²⁷
        }
    }
    x
}
