//! `+ − × ÷` of registers.

use super::{Lanes, Machine};
use crate::kernels::Simd;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

macro_rules! lane_by_lane {
    ($($trait:ident, $method:ident, $operator:tt;)*) => {$(
        impl<T: Machine + $trait<Output = T>, S: Simd, const W: usize> $trait for Lanes<T, S, W> {
            type Output = Self;

            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                for i in 0..W {
                    self.0[i] = self.0[i] $operator other.0[i];
                }
                self.held()
            }
        }
    )*};
}

lane_by_lane! {
    Add, add, +;
    Sub, sub, -;
    Mul, mul, *;
    Div, div, /;
}

impl<T: Machine + Neg<Output = T>, S: Simd, const W: usize> Neg for Lanes<T, S, W> {
    type Output = Self;

    #[inline(always)]
    fn neg(mut self) -> Self {
        for i in 0..W {
            self.0[i] = -self.0[i];
        }
        self.held()
    }
}

impl<T: Machine + Add<Output = T>, S: Simd, const W: usize> AddAssign for Lanes<T, S, W> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<T: Machine + Mul<Output = T>, S: Simd, const W: usize> MulAssign for Lanes<T, S, W> {
    #[inline(always)]
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}
