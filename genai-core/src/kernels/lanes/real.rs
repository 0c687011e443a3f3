//! Formulas on registers.

use super::{LaneMask, Lanes};
use crate::kernels::{Simd, maths};
use crate::real::{Real, sealed};

impl<T, S, const W: usize> sealed::Sealed for Lanes<T, S, W> {}

macro_rules! lane_by_lane {
    ($($method:ident)*) => {$(
        #[inline(always)]
        fn $method(mut self) -> Self {
            for i in 0..W {
                self.0[i] = Real::$method(self.0[i]);
            }
            self.held()
        }
    )*};
}

macro_rules! vectorised {
    ($($method:ident)*) => {$(
        #[inline(always)]
        fn $method(mut self) -> Self {
            for i in 0..W {
                self.0[i] = maths::$method::<_, S>(self.0[i]);
            }
            self.held()
        }
    )*};
}

macro_rules! vectorised_near {
    ($($method:ident)*) => {$(
        #[inline(always)]
        fn $method(self) -> Self {
            let (mut near, mut far) = (self, false);
            for i in 0..W {
                near.0[i] = maths::$method::<_, S>(self.0[i]);
                let is_near = Real::abs(self.0[i]) <= Real::lit(maths::FAR);
                far |= !is_near;
            }
            if far {
                for i in 0..W {
                    let is_near = Real::abs(self.0[i]) <= Real::lit(maths::FAR);
                    if !is_near {
                        near.0[i] = Real::$method(self.0[i]);
                    }
                }
            }
            near.held()
        }
    )*};
}

/// Vector maths for positive numbers; the rest, which is rare, lane by lane.
macro_rules! vectorised_positive {
    ($($method:ident)*) => {$(
        #[inline(always)]
        fn $method(self) -> Self {
            let (mut result, mut others) = (self, false);
            for i in 0..W {
                result.0[i] = maths::$method::<_, S>(self.0[i]);
                let positive = self.0[i] > 0.0; // false for NaN
                others |= !positive;
            }
            if others {
                for i in 0..W {
                    let positive = self.0[i] > 0.0;
                    if !positive {
                        result.0[i] = Real::$method(self.0[i]);
                    }
                }
            }
            result.held()
        }
    )*};
}

macro_rules! lane_pair_by_pair {
    ($($method:ident)*) => {$(
        #[inline(always)]
        fn $method(mut self, other: Self) -> Self {
            for i in 0..W {
                self.0[i] = Real::$method(self.0[i], other.0[i]);
            }
            self.held()
        }
    )*};
}

macro_rules! comparison {
    ($($method:ident $operator:tt)*) => {$(
        #[inline(always)]
        fn $method(self, other: Self) -> LaneMask<W> {
            let mut mask = [false; W];
            for i in 0..W {
                mask[i] = self.0[i] $operator other.0[i];
            }
            LaneMask(mask)
        }
    )*};
}

macro_rules! real {
    ($($scalar:ident)*) => {$(
        impl<S: Simd, const W: usize> Real for Lanes<$scalar, S, W> {
            type Mask = LaneMask<W>;

            #[inline(always)]
            fn lit(x: f64) -> Self {
                Self::new([x as $scalar; W])
            }

            #[inline(always)]
            fn fma(mut self, b: Self, c: Self) -> Self {
                for i in 0..W {
                    self.0[i] = if S::FMA { self.0[i].mul_add(b.0[i], c.0[i]) } else { self.0[i] * b.0[i] + c.0[i] };
                }
                self.held()
            }

            lane_by_lane! { abs sqrt erf_inv normal_quantile bessel_i0e bessel_i1e }

            vectorised! { floor round exp exp_m1 ln_1p tanh sigmoid erf erfc erfcx }

            #[inline(always)]
            fn ln(mut self) -> Self {
                if let Some(ln) = self.machine_ln() {
                    return ln;
                }
                for i in 0..W {
                    self.0[i] = maths::ln::<_, S>(self.0[i]);
                }
                self.held()
            }

            vectorised_positive! { ln_gamma digamma trigamma }

            #[inline(always)]
            fn polygamma(mut self, n: u32) -> Self {
                if n == 0 {
                    return self.digamma();
                }
                if n == 1 {
                    return self.trigamma();
                }
                for i in 0..W {
                    self.0[i] = Real::polygamma(self.0[i], n);
                }
                self.held()
            }

            vectorised_near! { sin cos }

            lane_pair_by_pair! { max min pow }

            comparison! { lt < le <= eq == }

            #[inline(always)]
            fn select(mask: LaneMask<W>, a: Self, mut b: Self) -> Self {
                for i in 0..W {
                    b.0[i] = if mask.0[i] { a.0[i] } else { b.0[i] };
                }
                b.held()
            }
        }
    )*};
}

real! { f32 f64 }
