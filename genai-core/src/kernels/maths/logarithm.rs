//! Natural logarithms.

use super::{Precision, fma, lit, polynomial};
use crate::kernels::Simd;

/// ln x.
#[inline(always)]
pub(in crate::kernels) fn ln<T: Precision, S: Simd>(x: T) -> T {
    let subnormal = x < T::SMALLEST_NORMAL;
    let scaled = if subnormal { x * T::TO_NORMAL } else { x };
    let (exponent, m) = scaled.split();
    let exponent = if subnormal { exponent - T::TO_NORMAL_EXPONENT } else { exponent };
    special(x, near_one::<T, S>(exponent, m - T::ONE, T::ZERO))
}

/// ln(1 + x), with what 1 + x has rounded away put back.
#[inline(always)]
pub(in crate::kernels) fn ln_1p<T: Precision, S: Simd>(x: T) -> T {
    let u = T::ONE + x;
    let (exponent, m) = u.split();
    let lost = if x > T::ONE { T::ONE - (u - x) } else { x - (u - T::ONE) };
    let whole = exponent == T::ZERO;
    let f = if whole { x } else { m - T::ONE };
    let correction = if whole { T::ZERO } else { lost / u };
    let result = special(u, near_one::<T, S>(exponent, f, correction));
    if T::abs(x) < T::EPSILON { x } else { result }
}

/// exponent·ln 2 + ln(1 + f) + correction for 1 + f in [√½, √2], by the series of artanh in s = f / (2 + f):
/// ln(1 + f) = f − f²/2 + s·(f²/2 + R(s²)).
#[inline(always)]
fn near_one<T: Precision, S: Simd>(exponent: T, f: T, correction: T) -> T {
    let s = f / (f + lit(2.0));
    let z = s * s;
    let half_square = f * f * lit(0.5);
    let series = z * polynomial::<T, S>(z, T::LN);
    let low = fma::<T, S>(s, half_square + series, fma::<T, S>(exponent, T::LN2_LOW, correction));
    let sum = f - (half_square - low);
    fma::<T, S>(exponent, T::LN2_HIGH, sum)
}

/// The logarithm of 0 is −∞, of negative numbers and NaN NaN, of ∞ ∞.
#[inline(always)]
fn special<T: Precision>(x: T, result: T) -> T {
    let result = if x == T::ZERO { T::LOWEST } else { result };
    let result = if x >= T::ZERO { result } else { T::NAN };
    if x == -T::LOWEST { x } else { result }
}
