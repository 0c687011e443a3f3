//! [`Float`] and [`Vector`]: kernels written once for both precisions.

use super::{F32s, F64s, Lanes};
use crate::kernels::Simd;
use crate::real::Real;
use std::ops::{AddAssign, MulAssign};

/// A floating-point type that kernels compute on: `f32` or `f64`.
pub trait Float:
    Real<Mask = bool> + PartialOrd + AddAssign + MulAssign + Default + Send + Sync + bytemuck::Pod + 'static
{
    /// The register of this type: 64 bytes on every instruction set, so that sums are added in the same order everywhere.
    type Lanes<S: Simd>: Vector<Scalar = Self>;
    /// One register of the machine, for what is computed element by element: there the width changes no bit, and a formula
    /// is compiled for one register instead of four.
    type Single<S: Simd>: Vector<Scalar = Self>;

    /// −∞.
    const LOWEST: Self;
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// Not a number.
    const NAN: Self;

    /// Rounded to this type.
    fn from_f64(x: f64) -> Self;
    /// Exactly.
    fn to_f64(self) -> f64;
}

/// A register of scalars that can be loaded and stored.
pub trait Vector: Real + AddAssign + MulAssign {
    /// The number in a lane.
    type Scalar: Float;
    /// How many lanes.
    const WIDTH: usize;

    /// The same number in every lane.
    fn splat(x: Self::Scalar) -> Self;
    /// The first [`WIDTH`](Self::WIDTH) elements of `x`.
    ///
    /// # Panics
    ///
    /// If `x` is shorter.
    fn load(x: &[Self::Scalar]) -> Self;
    /// The first elements of `x`, `fill` where it has ended.
    fn load_partial(x: &[Self::Scalar], fill: Self::Scalar) -> Self;
    /// The elements of `x` from `i` on, `fill` where it has ended.
    fn at(x: &[Self::Scalar], i: usize, fill: Self::Scalar) -> Self;
    /// Writes the elements of `out` from `i` on, as far as they go.
    fn put(self, out: &mut [Self::Scalar], i: usize);
    /// Writes the first [`WIDTH`](Self::WIDTH) elements of `out`.
    ///
    /// # Panics
    ///
    /// If `out` is shorter.
    fn store(self, out: &mut [Self::Scalar]);
    /// Writes as many lanes as `out` is long.
    fn store_partial(self, out: &mut [Self::Scalar]);
    /// Writes the lanes without a minus sign, one after the other, and returns how many. Of the first
    /// [`WIDTH`](Self::WIDTH) elements of `out`, what follows those is anything.
    ///
    /// # Panics
    ///
    /// If `out` is shorter than that.
    fn store_nonnegative(self, out: &mut [Self::Scalar]) -> usize;
    /// The number in lane `i`.
    fn lane(self, i: usize) -> Self::Scalar;
    /// The sum of the lanes: halves are added, then quarters, and so on.
    fn sum(self) -> Self::Scalar;
    /// The largest lane; NaN if any is.
    fn largest(self) -> Self::Scalar;
    /// The smallest lane; NaN if any is.
    fn smallest(self) -> Self::Scalar;
    /// The largest lane, where none is NaN: cheaper than [`largest`](Self::largest).
    fn peak(self) -> Self::Scalar;
}

/// Joins halves, then quarters, and so on. A function of its own: in the body of a kernel the compiler would tear its sums
/// into the pieces that are joined here (measured: a third of the speed).
macro_rules! folded {
    ($lanes:expr, $scalar:ident, $width:literal, $x:ident, $y:ident => $combined:expr) => {{
        #[inline(never)]
        fn fold(lanes: &[$scalar; $width]) -> $scalar {
            let (mut lanes, mut half) = (*lanes, $width / 2);
            while half > 0 {
                for i in 0..half {
                    let ($x, $y) = (lanes[i], lanes[i + half]);
                    lanes[i] = $combined;
                }
                half /= 2;
            }
            lanes[0]
        }
        fold(&$lanes.held().0)
    }};
}

macro_rules! float {
    ($($scalar:ident, $lanes:ident, $single:ident;)*) => {$(
        impl Float for $scalar {
            type Lanes<S: Simd> = $lanes<S>;
            type Single<S: Simd> = S::$single;

            const LOWEST: Self = Self::NEG_INFINITY;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const NAN: Self = Self::NAN;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as Self
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
        }
    )*};
}

float! {
    f32, F32s, F32;
    f64, F64s, F64;
}

macro_rules! vector {
    ($($scalar:ident, $width:literal;)*) => {$(
        impl<S: Simd> Vector for Lanes<$scalar, S, $width> {
            type Scalar = $scalar;
            const WIDTH: usize = $width;

            #[inline(always)]
            fn splat(x: $scalar) -> Self {
                Self::new([x; $width])
            }

            #[inline(always)]
            fn load(x: &[$scalar]) -> Self {
                Self::whole(x[..$width].try_into().expect("a slice of this length"))
            }

            #[inline(always)]
            fn load_partial(x: &[$scalar], fill: $scalar) -> Self {
                Self::elements(x, 0, fill)
            }

            #[inline(always)]
            fn at(x: &[$scalar], i: usize, fill: $scalar) -> Self {
                Self::elements(x, i, fill)
            }

            #[inline(always)]
            fn put(self, out: &mut [$scalar], i: usize) {
                self.put_elements(out, i);
            }

            #[inline(always)]
            fn store(self, out: &mut [$scalar]) {
                self.put_whole((&mut out[..$width]).try_into().expect("a slice of this length"));
            }

            #[inline(always)]
            fn store_partial(self, out: &mut [$scalar]) {
                self.put_elements(out, 0);
            }

            #[inline(always)]
            fn store_nonnegative(self, out: &mut [$scalar]) -> usize {
                self.put_nonnegative((&mut out[..$width]).try_into().expect("a slice of this length"))
            }

            #[inline(always)]
            fn lane(self, i: usize) -> $scalar {
                self.0[i]
            }

            #[inline(always)]
            fn sum(self) -> $scalar {
                folded!(self, $scalar, $width, x, y => x + y)
            }

            #[inline(always)]
            fn largest(self) -> $scalar {
                folded!(self, $scalar, $width, x, y => Real::max(x, y))
            }

            #[inline(always)]
            fn smallest(self) -> $scalar {
                folded!(self, $scalar, $width, x, y => Real::min(x, y))
            }

            #[inline(always)]
            fn peak(self) -> $scalar {
                self.top()
            }
        }
    )*};
}

vector! {
    f32, 16;
    f32, 8;
    f32, 4;
    f64, 8;
    f64, 4;
    f64, 2;
}
