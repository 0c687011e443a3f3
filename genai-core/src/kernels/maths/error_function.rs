//! The error function, its complement, and that scaled.

use super::exponential::exp_sum;
use super::{Precision, exp, fma, lit, magnitude, polynomial};
use crate::kernels::Simd;

/// erf x: an odd polynomial below 1, 1 − exp(Q(|x|) − x²) above.
#[inline(always)]
pub(in crate::kernels) fn erf<T: Precision, S: Simd>(x: T) -> T {
    let a = magnitude(x);
    let small = fma::<T, S>(x, polynomial::<T, S>(x * x, T::ERF), x);
    let a = if a > T::ERF_IS_ONE { T::ERF_IS_ONE } else { a };
    let tail = polynomial::<T, S>(a - T::ERF_TAIL_CENTRE, T::ERF_TAIL);
    let large = T::ONE - exp::<T, S>(fma::<T, S>(-a, a, tail));
    if a < lit(1.0) { small } else { large.with_sign_of(x) }
}

/// erfc x: accurate into the far tail.
#[inline(always)]
pub(in crate::kernels) fn erfc<T: Precision, S: Simd>(x: T) -> T {
    let a = magnitude(x);
    let upper = gauss::<T, S>(a, -T::ONE) * scaled::<T, S>(a);
    if x < T::ZERO { lit::<T>(2.0) - upper } else { upper }
}

/// e^(x²)·erfc x.
#[inline(always)]
pub(in crate::kernels) fn erfcx<T: Precision, S: Simd>(x: T) -> T {
    let a = magnitude(x);
    let upper = scaled::<T, S>(a);
    let lower = fma::<T, S>(gauss::<T, S>(a, T::ONE), lit(2.0), -upper);
    if x < T::ZERO { lower } else { upper }
}

/// e^(a²)·erfc a for a ≥ 0: a polynomial in a / (a + c) − ½, which brings all of the half line into [−½, ½].
///
/// Source: Ren and MacKenzie, Closed-form approximations to the error and complementary error functions, 2007.
#[inline(always)]
fn scaled<T: Precision, S: Simd>(a: T) -> T {
    let near = if a > T::INTEGERS { T::INTEGERS } else { a };
    let half = lit::<T>(0.5);
    let t = near / (near + T::ERFCX_CENTRE) - half;
    polynomial::<T, S>(t, T::ERFCX) * half / (half + a)
}

/// e^(±a²) for a ≥ 0, with the square's low bits.
#[inline(always)]
fn gauss<T: Precision, S: Simd>(a: T, sign: T) -> T {
    let a = if a > T::ERFC_FLOOR { T::ERFC_FLOOR } else { a };
    let high = (a + T::SQUARE_ROUNDER) - T::SQUARE_ROUNDER;
    exp_sum::<T, S>(sign * (high * high), sign * ((a - high) * (a + high)))
}
