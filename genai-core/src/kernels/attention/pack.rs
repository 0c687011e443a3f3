//! Copies between heads and scratch.

use super::{Float, Simd, tile};
use crate::kernels::{Kernel, dispatch};

/// `out = x · scale`, zeros where `x` has ended.
pub(super) struct Scaled<'a, T> {
    pub(super) x: &'a [T],
    pub(super) scale: T,
    pub(super) out: &'a mut [T],
}

impl<T: Float> Kernel for Scaled<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (out, rest) = self.out.split_at_mut(self.x.len());
        for (out, &x) in out.iter_mut().zip(self.x) {
            *out = x * self.scale;
        }
        rest.fill(T::ZERO);
    }
}

/// Copies rows of `width` numbers into rows of `out.len() / rows`, zeros behind.
pub(super) fn copy_rows<'a, T: Float>(rows: impl Iterator<Item = &'a [T]>, stride: usize, out: &mut [T]) {
    for (row, out) in rows.zip(out.chunks_exact_mut(stride)) {
        out[..row.len()].copy_from_slice(row);
        out[row.len()..].fill(T::ZERO);
    }
}

/// Writes rows as the columns of `[width, tile]`, zeros behind the last row.
pub(super) struct Transposed<'a, T> {
    /// Begins with the first row.
    pub(super) x: &'a [T],
    /// From one row to the next.
    pub(super) stride: usize,
    /// At most a tile.
    pub(super) rows: usize,
    pub(super) width: usize,
    pub(super) out: &'a mut [T],
}

impl<T: Float> Transposed<'_, T> {
    pub(super) fn run(self) {
        dispatch(self);
    }
}

impl<T: Float> Kernel for Transposed<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        if self.rows < tile::<T>() {
            self.out[..self.width * tile::<T>()].fill(T::ZERO);
        }
        for row in 0..self.rows {
            let x = &self.x[row * self.stride..][..self.width];
            for (out, &x) in self.out.iter_mut().skip(row).step_by(tile::<T>()).zip(x) {
                *out = x;
            }
        }
    }
}
