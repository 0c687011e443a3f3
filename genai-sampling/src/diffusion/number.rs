//! The two types that samples are made of, and passes over them.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// An element of a sample: `f32` or `f64`. Sealed.
///
/// Coefficients are computed in `f64` whatever the samples are made of.
pub trait Number:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + sealed::Sealed
{
    /// Rounds to this type.
    fn from_f64(x: f64) -> Self;
    /// Widens.
    fn to_f64(self) -> f64;
    /// Neither NaN nor infinite.
    fn is_finite(self) -> bool;
    /// Its absolute value.
    fn abs(self) -> Self;
    /// Moved into `[low, high]`.
    fn clamp(self, low: Self, high: Self) -> Self;
}

mod sealed {
    #[allow(unnameable_types, reason = "that is what seals")]
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! number {
    ($t:ty) => {
        impl Number for $t {
            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as Self
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn is_finite(self) -> bool {
                <$t>::is_finite(self)
            }

            #[inline(always)]
            fn abs(self) -> Self {
                <$t>::abs(self)
            }

            #[inline(always)]
            fn clamp(self, low: Self, high: Self) -> Self {
                <$t>::clamp(self, low, high)
            }
        }
    };
}

number!(f32);
number!(f64);

/// x ← own·x + Σ weight·term, in one pass.
pub(crate) fn blend<F: Number, const K: usize>(x: &mut [F], own: f64, terms: [(f64, &[F]); K]) {
    let count = x.len();
    let own = F::from_f64(own);
    let terms = terms.map(|(weight, values)| (F::from_f64(weight), &values[..count]));
    for i in 0..count {
        let mut sum = own * x[i];
        for (weight, values) in &terms {
            sum += *weight * values[i];
        }
        x[i] = sum;
    }
}

/// out ← Σ weight·term, in one pass.
pub(crate) fn blend_into<F: Number, const K: usize>(out: &mut [F], terms: [(f64, &[F]); K]) {
    let count = out.len();
    let terms = terms.map(|(weight, values)| (F::from_f64(weight), &values[..count]));
    for i in 0..count {
        let mut sum = terms[0].0 * terms[0].1[i]; // there is one term at least; from 0 it would be one addition more
        for (weight, values) in &terms[1..] {
            sum += *weight * values[i];
        }
        out[i] = sum;
    }
}

/// The square root of the sum of squares, in f64.
pub(crate) fn norm<F: Number>(x: &[F]) -> f64 {
    x.iter().map(|x| x.to_f64().powi(2)).sum::<f64>().sqrt()
}

/// Whether every element is finite: 0·x is 0 for those, and NaN for the others.
pub(crate) fn all_finite<F: Number>(x: &[F]) -> bool {
    let (zero, mut sums) = (F::default(), [F::default(); 16]);
    let chunks = x.chunks_exact(16);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += zero * *x;
        }
    }
    sums.iter().chain(rest).all(|x| x.is_finite())
}
