//! (x − loc)/scale in twice the precision: as an exponent, its rounding alone would cost three digits far out.

use crate::special::Double;
use genai_core::Real;

/// Beyond this the square overflows; every density has long vanished.
const FAR: f64 = 1e150;

/// (x − loc)/scale; a plain f64 where that is above 10¹⁵⁰.
pub(super) fn standardised(x: f64, loc: f64, scale: f64) -> Double {
    let plain = (x - loc) / scale;
    if plain.abs() < FAR { Double::sum(x, -loc) / scale } else { Double::from(plain) }
}

/// |z|.
pub(super) fn size(z: Double) -> Double {
    if z.hi < 0.0 { -z } else { z }
}

/// z², ∞ where that overflows.
pub(super) fn square(z: Double) -> Double {
    if z.hi.abs() < FAR { z * z } else { Double::from(z.hi * z.hi) }
}

/// (ln x − loc)/scale for x > 0, −∞ elsewhere.
pub(super) fn standardised_ln(x: f64, loc: f64, scale: f64) -> Double {
    if x <= 0.0 {
        return Double::from(f64::NEG_INFINITY);
    }
    let plain = (x.ln() - loc) / scale;
    if plain.abs() < FAR { (Double::from(x).ln() - loc) / scale } else { Double::from(plain) }
}

/// ln(x/scale) · shape for x > 0, −∞ elsewhere.
pub(super) fn power_ln(x: f64, scale: f64, shape: f64) -> Double {
    if x <= 0.0 {
        return Double::from(f64::NEG_INFINITY);
    }
    let plain = shape * (x.ln() - scale.ln());
    if plain.abs() < FAR { (Double::from(x).ln() - Double::from(scale).ln()) * shape } else { Double::from(plain) }
}

/// `by(e^exponent)` for a `by` that multiplies: by halves of the exponent where the power alone has left the range of all
/// digits and the product, such as the density of a narrow scale, may be back in it.
pub(super) fn exp_by(exponent: Double, by: impl Fn(f64) -> f64) -> f64 {
    let whole = exponent.exp();
    if whole > 1e-290 || whole.is_nan() {
        return by(whole);
    }
    let half = exponent.scale(0.5).exp();
    if half == 0.0 { 0.0 } else { half * by(half) }
}

/// A logarithm of a probability: what is above 0 counts as 0.
pub(super) fn ln_probability(ln_p: f64) -> f64 {
    ln_p.clamp(f64::NEG_INFINITY, 0.0)
}

/// ln(1 − p) from ln p, −∞ for 1.
pub(super) fn ln_complement(ln_p: f64) -> f64 {
    crate::special::log1mexp(-ln_probability(ln_p))
}

/// ln(x/scale) of positive numbers as a formula, with all digits where they are close.
#[inline(always)]
pub(super) fn ln_ratio<R: Real>(x: R, scale: R) -> R {
    let off = (x - scale) / scale;
    let near = off.abs().lt(R::lit(0.5));
    let (small, large) = (R::select(near, off, R::lit(0.0)), R::select(near, R::lit(1.0), x));
    R::select(near, small.ln_1p(), large.ln() - scale.ln()) // x/scale may over- or underflow
}
