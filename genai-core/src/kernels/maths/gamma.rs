//! The logarithm of the gamma function and its first two derivatives, for positive numbers.
//!
//! Near the minimum of Γ a polynomial; recurrences lead there, or to where asymptotic series begin. Both are computed and one
//! is chosen, with one logarithm between them.

use super::{Precision, fma, lit, ln, polynomial};
use crate::kernels::Simd;

/// ln Γ(x) for x > 0.
///
/// Below `GAMMA_FAR` t·(t + 1)·P(t) + ln of a product, with t = x − 2 less whole numbers: the result keeps its relative
/// accuracy at 1 and 2, where it is 0. From there on Stirling's series.
#[inline(always)]
pub(in crate::kernels) fn ln_gamma<T: Precision, S: Simd>(x: T) -> T {
    let (half, far) = (lit::<T>(0.5), x >= T::GAMMA_FAR);
    let (mut y, mut product) = (x, T::ONE);
    for _ in 0..T::GAMMA_STEPS {
        let (less, down) = (y - T::ONE, y >= lit(2.5));
        product = if down { product * less } else { product };
        y = if down { less } else { y };
    }
    // Γ(x) = Γ(x + 1) / x
    let low = x < T::ONE;
    let t = if low { x - T::ONE } else { y - lit(2.0) };
    let argument = if low { x } else { product };
    let logarithm = ln::<T, S>(if far { x } else { argument });
    let zeros = t * (t + T::ONE);
    let value = polynomial::<T, S>(t + lit(0.25), T::LN_GAMMA);
    let near = fma::<T, S>(zeros, value, if low { -logarithm } else { logarithm });
    let series = polynomial::<T, S>(T::ONE / (x * x), T::STIRLING) / x;
    // ½·ln 2π − ½ + (x − ½)·(ln x − 1)
    let large = fma::<T, S>(x - half, logarithm - T::ONE, lit::<T>(0.418_938_533_204_672_7) + series);
    if far { large } else { near }
}

/// ψ(x) for x > 0, with its relative accuracy at its zero.
#[inline(always)]
pub(in crate::kernels) fn digamma<T: Precision, S: Simd>(x: T) -> T {
    let far = x >= T::DIGAMMA_FAR_FROM;
    // ψ(x) = ψ(x − 1) + 1 / (x − 1): the sum of the fractions as one fraction.
    let (mut y, mut numerator, mut denominator) = (x, T::ZERO, T::ONE);
    for _ in 0..T::GAMMA_STEPS {
        let (less, down) = (y - T::ONE, y >= lit(2.0));
        numerator = if down { fma::<T, S>(numerator, less, denominator) } else { numerator };
        denominator = if down { denominator * less } else { denominator };
        y = if down { less } else { y };
    }
    let low = x < T::ONE;
    let t = if low { x } else { y - T::ONE };
    let numerator = if low { -T::ONE } else { numerator };
    let numerator = if far { T::ONE } else { numerator };
    let denominator = if low | far { x } else { denominator };
    let fraction = numerator / denominator;
    let from_zero = (t - T::DIGAMMA_ZERO) - T::DIGAMMA_ZERO_LOW;
    let near = fma::<T, S>(from_zero, polynomial::<T, S>(t - lit(0.5), T::DIGAMMA), fraction);
    let square = fraction * fraction;
    let series = fma::<T, S>(square, polynomial::<T, S>(square, T::DIGAMMA_FAR), fraction * lit(0.5));
    let large = ln::<T, S>(x) - series;
    if far { large } else { near }
}

/// ψ′(x) for x > 0: the recurrence upwards, whose terms are all positive, to its asymptotic series.
#[inline(always)]
pub(in crate::kernels) fn trigamma<T: Precision, S: Simd>(x: T) -> T {
    let near = x < T::DIGAMMA_FAR_FROM;
    let inverse = T::ONE / x;
    // The first term apart: its square may overflow.
    let first = if near { inverse * inverse } else { T::ZERO };
    let mut y = if near { x + T::ONE } else { x };
    let (mut numerator, mut denominator) = (T::ZERO, T::ONE);
    for _ in 0..T::GAMMA_STEPS + 1 {
        let (square, up) = (y * y, y < T::DIGAMMA_FAR_FROM);
        numerator = if up { fma::<T, S>(numerator, square, denominator) } else { numerator };
        denominator = if up { denominator * square } else { denominator };
        y = if up { y + T::ONE } else { y };
    }
    let w = T::ONE / y;
    let z = w * w;
    let tail = fma::<T, S>(z, fma::<T, S>(w, polynomial::<T, S>(z, T::TRIGAMMA_FAR), lit(0.5)), w);
    (tail + numerator / denominator) + first
}
