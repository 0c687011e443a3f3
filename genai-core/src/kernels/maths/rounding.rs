//! Rounding to integers, where the baseline has no instruction for it.

use super::{Precision, magnitude};
use crate::kernels::{Isa, Simd};

/// The nearest integer, ties to even.
#[inline(always)]
pub(in crate::kernels) fn round<T: Precision, S: Simd>(x: T) -> T {
    if S::ISA != Isa::Portable {
        return T::round(x);
    }
    let a = magnitude(x);
    let rounded = (a + T::INTEGERS) - T::INTEGERS;
    (if a < T::INTEGERS { rounded } else { a }).with_sign_of(x)
}

/// The largest integer not above.
#[inline(always)]
pub(in crate::kernels) fn floor<T: Precision, S: Simd>(x: T) -> T {
    if S::ISA != Isa::Portable {
        return T::floor(x);
    }
    let nearest = round::<T, S>(x);
    let below = if nearest > x { nearest - T::ONE } else { nearest };
    // floor(−0) = −0.
    if nearest == x { x } else { below }
}
