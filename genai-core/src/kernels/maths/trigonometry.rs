//! Sine and cosine.

use super::{Precision, fma, lit, magnitude, polynomial};
use crate::kernels::Simd;

/// Beyond this magnitude the reduction would lose bits: such numbers go through the scalar library function.
pub(in crate::kernels) const FAR: f64 = 1e5;

/// sin x for |x| ≤ [`FAR`].
#[inline(always)]
pub(in crate::kernels) fn sin<T: Precision, S: Simd>(x: T) -> T {
    let (n, r) = reduce::<T, S>(x);
    let (odd, upper) = n.quadrant();
    let result = wave::<T, S>(r, odd, upper);
    if magnitude(x) < T::EPSILON { x } else { result }
}

/// cos x = sin(x + π/2) for |x| ≤ [`FAR`].
#[inline(always)]
pub(in crate::kernels) fn cos<T: Precision, S: Simd>(x: T) -> T {
    let (n, r) = reduce::<T, S>(x);
    let (odd, upper) = (n + T::ONE).quadrant();
    wave::<T, S>(r, odd, upper)
}

/// x = n·π/2 + r with |r| ≤ π/4: returns n and r.
#[inline(always)]
fn reduce<T: Precision, S: Simd>(x: T) -> (T, T) {
    let n = fma::<T, S>(x, lit(std::f64::consts::FRAC_2_PI), T::ROUNDER) - T::ROUNDER;
    if S::FMA { (n, reduce_fused(x, n)) } else { (n, reduce_in_parts(x, n)) }
}

#[inline(always)]
fn reduce_fused<T: Precision>(x: T, n: T) -> T {
    let (mut r, mut i) = (x, 0);
    while i < T::HALF_PI_FUSED.len() {
        r = (-n).fused(T::HALF_PI_FUSED[i], r);
        i += 1;
    }
    r
}

/// Products with the parts are exact; what a difference rounds away is taken off the next.
#[inline(always)]
fn reduce_in_parts<T: Precision>(x: T, n: T) -> T {
    let (mut r, mut lost, mut i) = (x, T::ZERO, 0);
    while i < T::HALF_PI.len() {
        let taken = n * T::HALF_PI[i] - lost;
        let rest = r - taken;
        lost = (r - rest) - taken;
        (r, i) = (rest, i + 1);
    }
    r
}

/// The sine or the cosine of r, with or without the opposite sign.
#[inline(always)]
fn wave<T: Precision, S: Simd>(r: T, cosine: bool, negative: bool) -> T {
    let z = r * r;
    let sin = fma::<T, S>(r * z, polynomial::<T, S>(z, T::SIN), r);
    let cos = fma::<T, S>(z * z, polynomial::<T, S>(z, T::COS), fma::<T, S>(z, lit(-0.5), T::ONE));
    let result = if cosine { cos } else { sin };
    if negative { -result } else { result }
}
