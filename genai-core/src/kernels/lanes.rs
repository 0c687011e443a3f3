//! Virtual vector registers: 16 `f32` or 8 `f64` on every instruction set, so that sums are added in the same order
//! everywhere.
//!
//! Operations are loops over the lanes, which the compiler turns into vector instructions of the shell that they are inlined
//! into. That is why everything here is `#[inline(always)]` and nothing takes a closure: one function that is not inlined is
//! compiled for the baseline instruction set.

mod arithmetic;
mod memory;
mod real;
mod vector;

pub use memory::Machine;
pub use vector::{Float, Vector};

use super::Simd;
use crate::real::Mask;
use std::marker::PhantomData;

/// 16 `f32`.
pub type F32s<S> = Lanes<f32, S, 16>;

/// 8 `f64`.
pub type F64s<S> = Lanes<f64, S, 8>;

/// `W` numbers that are computed on together, with the instructions of `S`.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Lanes<T, S, const W: usize>(pub(crate) [T; W], PhantomData<S>);

impl<T: Copy, S: Simd, const W: usize> Lanes<T, S, W> {
    /// The register that holds these numbers.
    #[inline(always)]
    pub fn new(lanes: [T; W]) -> Self {
        Self(lanes, PhantomData)
    }

    /// The numbers.
    #[inline(always)]
    pub fn to_array(self) -> [T; W] {
        self.0
    }
}

/// One truth value a lane.
#[derive(Clone, Copy, Debug)]
pub struct LaneMask<const W: usize>(pub(crate) [bool; W]);

impl<const W: usize> LaneMask<W> {
    /// Whether it is true in any lane.
    #[inline(always)]
    pub fn any(self) -> bool {
        let mut any = false;
        for i in 0..W {
            any |= self.0[i];
        }
        any
    }

    /// The truth values.
    #[inline(always)]
    pub fn to_array(self) -> [bool; W] {
        self.0
    }
}

impl<const W: usize> Mask for LaneMask<W> {
    #[inline(always)]
    fn and(mut self, other: Self) -> Self {
        for i in 0..W {
            self.0[i] &= other.0[i];
        }
        self
    }

    #[inline(always)]
    fn or(mut self, other: Self) -> Self {
        for i in 0..W {
            self.0[i] |= other.0[i];
        }
        self
    }

    #[inline(always)]
    fn not(mut self) -> Self {
        for i in 0..W {
            self.0[i] = !self.0[i];
        }
        self
    }
}
