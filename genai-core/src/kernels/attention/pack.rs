//! Copies between heads and scratch: rows that follow each other at a stride.

use super::{Float, Register, Simd, Vector};
use crate::kernels::parallel::Shared;
use crate::kernels::{Kernel, dispatch, soon};
use crate::real::Real;

/// Rows of heads that go into scratch, times `scale`.
pub(super) struct Brought<'a, T> {
    /// Begins with the first row.
    pub(super) x: &'a [T],
    /// From one row to the next.
    pub(super) stride: usize,
    pub(super) rows: usize,
    pub(super) width: usize,
    pub(super) scale: T,
    pub(super) out: &'a mut [T],
    /// From one row of `out` to the next; what the width leaves of it becomes 0.
    pub(super) out_stride: usize,
}

impl<T: Float> Brought<'_, T> {
    pub(super) fn run(self) {
        dispatch(self);
    }
}

impl<T: Float> Kernel for Brought<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for row in 0..self.rows {
            soon(self.x.as_ptr().wrapping_add((row + AHEAD).min(self.rows - 1) * self.stride), self.width);
            let x = &self.x[row * self.stride..][..self.width];
            let (out, rest) = self.out[row * self.out_stride..][..self.out_stride].split_at_mut(self.width);
            scaled::<T, S>(x, self.scale, out);
            rest.fill(T::ZERO);
        }
    }
}

/// Rows of scratch that go to their places, each times its factor.
pub(super) struct Returned<'a, T> {
    pub(super) x: &'a [T],
    /// From one row to the next.
    pub(super) stride: usize,
    pub(super) rows: usize,
    pub(super) width: usize,
    /// Factors of the rows; if shorter, the last one goes on.
    pub(super) factors: &'a [T],
    pub(super) out: Shared<T>,
    /// Where the first row goes, and from there to the next.
    pub(super) out_at: [usize; 2],
}

impl<T: Float> Returned<'_, T> {
    /// # Safety
    ///
    /// The rows lie within the memory of `out`, and nothing else uses them meanwhile.
    pub(super) unsafe fn run(self) {
        dispatch(self);
    }
}

impl<T: Float> Kernel for Returned<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for row in 0..self.rows {
            let x = &self.x[row * self.stride..][..self.width];
            let at = self.out.at(self.out_at[0] + row * self.out_at[1]);
            soon(self.out.at(self.out_at[0] + (row + AHEAD).min(self.rows - 1) * self.out_at[1]), self.width);
            // SAFETY: promised to `Returned::run`, the only caller.
            let out = unsafe { std::slice::from_raw_parts_mut(at, self.width) };
            scaled::<T, S>(x, self.factors[row.min(self.factors.len() - 1)], out);
        }
    }
}

/// How many rows ahead memory is asked for: rows of a head lie a page apart, where processors do not look ahead themselves.
const AHEAD: usize = 8;

#[inline(always)]
fn scaled<T: Float, S: Simd>(x: &[T], scale: T, out: &mut [T]) {
    let (lanes, factor) = (Register::<T, S>::WIDTH, Register::<T, S>::splat(scale));
    let (mut out, mut x) = (out.chunks_exact_mut(lanes), x.chunks_exact(lanes));
    for (out, x) in out.by_ref().zip(x.by_ref()) {
        (Register::<T, S>::load(x) * factor).store(out);
    }
    for (out, &x) in out.into_remainder().iter_mut().zip(x.remainder()) {
        *out = x * scale;
    }
}

/// Sums of the products of rows: `out[i] = Σ a[i, c] · b[i, c]`.
pub(super) struct RowProducts<'a, T> {
    pub(super) a: &'a [T],
    pub(super) a_stride: usize,
    pub(super) b: &'a [T],
    pub(super) b_stride: usize,
    pub(super) width: usize,
    pub(super) out: &'a mut [T],
}

impl<T: Float> RowProducts<'_, T> {
    pub(super) fn run(self) {
        dispatch(self);
    }
}

impl<T: Float> Kernel for RowProducts<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let lanes = Register::<T, S>::WIDTH;
        for (row, out) in self.out.iter_mut().enumerate() {
            let a = self.a[row * self.a_stride..][..self.width].chunks_exact(lanes);
            let b = self.b[row * self.b_stride..][..self.width].chunks_exact(lanes);
            let (last_a, last_b) = (a.remainder(), b.remainder());
            let mut sum = Register::<T, S>::splat(T::ZERO);
            for (a, b) in a.zip(b) {
                sum = Register::<T, S>::load(a).fma(Register::<T, S>::load(b), sum);
            }
            if !last_a.is_empty() {
                let (a, b) =
                    (Register::<T, S>::load_partial(last_a, T::ZERO), Register::<T, S>::load_partial(last_b, T::ZERO));
                sum = a.fma(b, sum);
            }
            *out = sum.sum();
        }
    }
}
