//! The standard normal distribution at a point known to twice the precision.
//!
//! Far out, z²/2 is the exponent: the rounding of z = (x − μ)/σ alone would move the density by z² · 10⁻¹⁶.

use super::standardised::square;
use crate::special::{self, Double};
use genai_core::Real;
use std::f64::consts::FRAC_1_SQRT_2;

/// ½ ln 2π.
const HALF_LN_TAU: Double = Double { hi: 0.918_938_533_204_672_8, lo: -3.878_294_158_067_241_7e-17 };

/// ln φ(z).
pub(super) fn ln_density(z: Double) -> Double {
    let square = square(z);
    if square.hi.is_finite() { square * -0.5 - HALF_LN_TAU } else { -square }
}

/// φ(z).
pub(super) fn density(z: Double) -> f64 {
    ln_density(z).exp()
}

/// Φ(z).
pub(super) fn cdf(z: Double) -> f64 {
    let p = special::ndtr(z.hi);
    if z.hi < -3.0 && p > 0.0 { p * (1.0 - z.hi * z.lo) } else { p } // φ/Φ → −z
}

/// ln Φ(z).
pub(super) fn ln_cdf(z: Double) -> f64 {
    special::ln_ndtr(z.hi)
}

/// ln Φ(t) as a formula.
#[inline(always)]
pub(super) fn ln_cdf_formula<R: Real>(t: R) -> R {
    let zero = R::lit(0.0);
    let below = t.lt(zero);
    let (low, high) = (R::select(below, t, zero), R::select(below, zero, t));
    let root = R::lit(FRAC_1_SQRT_2);
    let lower = (R::lit(0.5) * (-low * root).erfcx()).ln() - R::lit(0.5) * low * low;
    R::select(below, lower, (R::lit(-0.5) * (high * root).erfc()).ln_1p())
}
