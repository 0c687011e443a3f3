//! Functions built on eˣ.

use super::{Precision, fma, lit, magnitude, polynomial};
use crate::kernels::Simd;

/// x = n·ln 2 + r with |r| ≤ ln 2 / 2: returns n and r.
#[inline(always)]
fn reduce<T: Precision, S: Simd>(x: T) -> (T, T) {
    let n = fma::<T, S>(x, lit(std::f64::consts::LOG2_E), T::ROUNDER) - T::ROUNDER;
    let r = fma::<T, S>(-n, T::LN2_HIGH, x);
    (n, fma::<T, S>(-n, T::LN2_LOW, r))
}

/// eˣ.
#[inline(always)]
pub(in crate::kernels) fn exp<T: Precision, S: Simd>(x: T) -> T {
    let (n, r) = reduce::<T, S>(clamped(x));
    power::<T, S>(n, r)
}

/// e^(x + low), where low is small.
#[inline(always)]
pub(super) fn exp_sum<T: Precision, S: Simd>(x: T, low: T) -> T {
    let (n, r) = reduce::<T, S>(clamped(x));
    power::<T, S>(n, r + low)
}

/// Between where eˣ is zero and where it is infinite, by comparisons that a NaN fails, so that it passes through.
#[inline(always)]
fn clamped<T: Precision>(x: T) -> T {
    let x = if x > T::EXP_CEILING { T::EXP_CEILING } else { x };
    if x < T::EXP_FLOOR { T::EXP_FLOOR } else { x }
}

/// 2ⁿ·eʳ. Two scalings, so that results may be subnormal or infinite and are rounded once.
#[inline(always)]
fn power<T: Precision, S: Simd>(n: T, r: T) -> T {
    let power = fma::<T, S>(r * r, polynomial::<T, S>(r, T::EXP), r) + T::ONE;
    let half = fma::<T, S>(n, lit(0.5), T::ROUNDER) - T::ROUNDER;
    power * half.power_of_two() * (n - half).power_of_two()
}

/// eˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1), computed with 2ⁿ⁻¹, which cannot overflow.
#[inline(always)]
pub(in crate::kernels) fn exp_m1<T: Precision, S: Simd>(x: T) -> T {
    let clamped = if x > T::EXP_CEILING { T::EXP_CEILING } else { x };
    let clamped = if clamped < lit(-45.0) { lit(-45.0) } else { clamped };
    let (n, r) = reduce::<T, S>(clamped);
    let minus_one = fma::<T, S>(r * r, polynomial::<T, S>(r, T::EXP), r);
    let half = (n - T::ONE).power_of_two();
    let scaled = fma::<T, S>(half, minus_one, half - lit(0.5)) * lit(2.0);
    let result = if n == T::ZERO { minus_one } else { scaled };
    if magnitude(x) < T::EPSILON { x } else { result }
}

/// 1 / (1 + e⁻ˣ), from e^−|x|, which cannot overflow.
#[inline(always)]
pub(in crate::kernels) fn sigmoid<T: Precision, S: Simd>(x: T) -> T {
    let e = exp::<T, S>(-magnitude(x));
    let above = if x < T::ZERO { e } else { T::ONE };
    above / (T::ONE + e)
}

/// tanh x: an odd polynomial near 0, 1 − 2 / (exp(2·|x|) + 1) elsewhere.
#[inline(always)]
pub(in crate::kernels) fn tanh<T: Precision, S: Simd>(x: T) -> T {
    let (a, z) = (magnitude(x), x * x);
    let small = fma::<T, S>(x * z, polynomial::<T, S>(z, T::TANH), x);
    let large = T::ONE - lit::<T>(2.0) / (exp::<T, S>(a + a) + T::ONE);
    (if a < lit(0.5625) { small } else { large }).with_sign_of(x)
}
