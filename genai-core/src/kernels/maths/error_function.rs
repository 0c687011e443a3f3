//! The error function.

use super::{Precision, exp, lit, magnitude, polynomial};
use crate::kernels::Simd;

/// erf x: an odd polynomial below 1, 1 − exp(Q(|x|) − x²) above.
#[inline(always)]
pub(in crate::kernels) fn erf<T: Precision, S: Simd>(x: T) -> T {
    let a = magnitude(x);
    let small = super::fma::<T, S>(x, polynomial::<T, S>(x * x, T::ERF), x);
    let a = if a > T::ERF_IS_ONE { T::ERF_IS_ONE } else { a };
    let tail = polynomial::<T, S>(a - T::ERF_TAIL_CENTRE, T::ERF_TAIL);
    let large = T::ONE - exp::<T, S>(super::fma::<T, S>(-a, a, tail));
    if a < lit(1.0) { small } else { large.with_sign_of(x) }
}
