//! What can be reduced, and by what step.

use crate::kernels::lanes::Lanes;
use crate::kernels::{Kernel, Portable, Simd, dispatch};
use crate::real::Real;

/// A number that reductions work on: `f32`, `f64` or `i64`.
pub trait Number: Copy + PartialEq + Send + Sync + 'static {
    /// The register of this type.
    #[doc(hidden)]
    type Register<S: Simd>: Register<Scalar = Self>;

    /// Runs a reduction: integers, which no training step waits for, are compiled for what every machine has.
    #[doc(hidden)]
    fn run<K: Kernel>(kernel: K) -> K::Output;

    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// Not above any other.
    const LOWEST: Self;
    /// Not below any other.
    const HIGHEST: Self;

    /// The sum; integers wrap around.
    fn plus(self, other: Self) -> Self;
    /// The product; integers wrap around.
    fn times(self, other: Self) -> Self;
    /// The larger, or NaN.
    fn larger(self, other: Self) -> Self;
    /// The smaller, or NaN.
    fn smaller(self, other: Self) -> Self;
    /// Whether it is not a number.
    fn is_nan(self) -> bool;
}

/// What joins two numbers into one; any order gives the same up to rounding.
pub trait Step: Sync {
    /// What changes nothing when joined.
    fn start<T: Number>() -> T;
    /// The two as one.
    fn join<T: Number>(a: T, b: T) -> T;
}

macro_rules! steps {
    ($($name:ident $start:ident $join:ident;)*) => {$(
        #[derive(Debug)]
        pub(super) struct $name;

        impl Step for $name {
            #[inline(always)]
            fn start<T: Number>() -> T {
                T::$start
            }

            #[inline(always)]
            fn join<T: Number>(a: T, b: T) -> T {
                a.$join(b)
            }
        }
    )*};
}

steps! {
    Total ZERO plus;
    Product ONE times;
    Largest LOWEST larger;
    Smallest HIGHEST smaller;
}

/// A register that is folded by a [`Step`].
pub trait Register: Copy {
    /// The number in a lane.
    type Scalar: Number;
    /// How many lanes.
    const WIDTH: usize;

    /// The same number in every lane.
    fn splat(x: Self::Scalar) -> Self;
    /// The elements of `x` from `i` on, `fill` where it has ended.
    fn at(x: &[Self::Scalar], i: usize, fill: Self::Scalar) -> Self;
    /// Writes the elements of `out` from `i` on, as far as they go.
    fn put(self, out: &mut [Self::Scalar], i: usize);
    /// The two as one, lane by lane.
    fn join<F: Step>(self, other: Self) -> Self;
    /// All lanes as one: halves are joined, then quarters, and so on.
    fn fold<F: Step>(self) -> Self::Scalar;
}

macro_rules! number {
    ($($scalar:ident, $width:literal, $lowest:expr, $highest:expr, $one:literal,
       $plus:expr, $times:expr, $larger:expr, $smaller:expr, $nan:expr, $run:expr;)*) => {$(
        impl Number for $scalar {
            type Register<S: Simd> = Lanes<$scalar, S, $width>;

            #[inline]
            fn run<K: Kernel>(kernel: K) -> K::Output {
                $run(kernel)
            }

            const ZERO: Self = 0 as $scalar;
            const ONE: Self = $one;
            const LOWEST: Self = $lowest;
            const HIGHEST: Self = $highest;

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                $times(self, other)
            }

            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                $larger(self, other)
            }

            #[inline(always)]
            fn smaller(self, other: Self) -> Self {
                $smaller(self, other)
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                $nan && self != self
            }
        }

        impl<S: Simd> Register for Lanes<$scalar, S, $width> {
            type Scalar = $scalar;
            const WIDTH: usize = $width;

            #[inline(always)]
            fn splat(x: $scalar) -> Self {
                Self::new([x; $width])
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
            fn join<F: Step>(mut self, other: Self) -> Self {
                for i in 0..$width {
                    self.0[i] = F::join(self.0[i], other.0[i]);
                }
                self.held()
            }

            #[inline(always)]
            fn fold<F: Step>(self) -> $scalar {
                #[inline(never)] // as in `lanes::vector`
                fn fold<F: Step>(lanes: &[$scalar; $width]) -> $scalar {
                    let (mut lanes, mut half) = (*lanes, $width / 2);
                    while half > 0 {
                        for i in 0..half {
                            lanes[i] = F::join(lanes[i], lanes[i + half]);
                        }
                        half /= 2;
                    }
                    lanes[0]
                }
                fold::<F>(&self.held().0)
            }
        }
    )*};
}

number! {
    f32, 16, Self::NEG_INFINITY, Self::INFINITY, 1.0,
        std::ops::Add::add, std::ops::Mul::mul, Real::max, Real::min, true, dispatch;
    f64, 8, Self::NEG_INFINITY, Self::INFINITY, 1.0,
        std::ops::Add::add, std::ops::Mul::mul, Real::max, Real::min, true, dispatch;
    i64, 8, Self::MIN, Self::MAX, 1,
        Self::wrapping_add, Self::wrapping_mul, Ord::max, Ord::min, false, Kernel::run::<Portable>;
}
