//! Formulas on one number.

use super::{Mask, Real, sealed};
use crate::special;

impl Mask for bool {
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }

    #[inline(always)]
    fn not(self) -> Self {
        !self
    }
}

macro_rules! scalar {
    ($($scalar:ident, $erf:path;)*) => {$(
        impl sealed::Sealed for $scalar {}

        impl Real for $scalar {
            type Mask = bool;

            #[inline(always)]
            fn lit(x: f64) -> Self {
                x as Self
            }

            #[inline(always)]
            fn fma(self, b: Self, c: Self) -> Self {
                self * b + c // which instruction set runs is not known here, and `mul_add` may be a call
            }

            scalar!(@std abs sqrt exp exp_m1 ln ln_1p sin cos tanh floor);

            #[inline(always)]
            fn sigmoid(self) -> Self {
                let e = (-$scalar::abs(self)).exp();
                (if self < 0.0 { e } else { 1.0 }) / (1.0 + e)
            }

            #[inline(always)]
            fn erf(self) -> Self {
                $erf(self)
            }

            #[inline(always)]
            fn polygamma(self, n: u32) -> Self {
                special::polygamma(n, f64::from(self)) as Self
            }

            scalar!(@special erfc erfcx erf_inv normal_quantile ln_gamma bessel_i0e bessel_i1e);

            #[inline(always)]
            fn pow(self, y: Self) -> Self {
                self.powf(y)
            }

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                // A NaN in `self` fails the first comparison and is passed on by the second.
                if self > other || self.is_nan() { self } else { other }
            }

            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self < other || self.is_nan() { self } else { other }
            }

            #[inline(always)]
            fn round(self) -> Self {
                self.round_ties_even()
            }

            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self < other
            }

            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self <= other
            }

            #[inline(always)]
            fn eq(self, other: Self) -> bool {
                self == other
            }

            #[inline(always)]
            fn select(mask: bool, a: Self, b: Self) -> Self {
                if mask { a } else { b }
            }
        }
    )*};
    (@std $($method:ident)*) => {$(
        #[inline(always)]
        fn $method(self) -> Self {
            Self::$method(self)
        }
    )*};
    (@special $($method:ident)*) => {$(
        #[inline(always)]
        fn $method(self) -> Self {
            special::$method(f64::from(self)) as Self
        }
    )*};
}

scalar! {
    f32, libm::erff;
    f64, libm::erf;
}
