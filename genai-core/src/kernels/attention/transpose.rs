//! Keys as columns: the products of queries and keys run along registers of keys.

use super::{Float, Simd, tile};
use crate::kernels::{Isa, Kernel, dispatch, soon};

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

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
    fn run<S: Simd>(mut self) {
        if self.rows == 0 || self.width == 0 {
            return;
        }
        assert!(
            self.rows <= tile::<T>() && self.x.len() >= (self.rows - 1) * self.stride + self.width,
            "x holds the rows"
        );
        assert!(self.out.len() >= self.width * tile::<T>(), "out holds the columns");
        if self.rows < tile::<T>() {
            self.out[..self.width * tile::<T>()].fill(T::ZERO);
        }
        let side = match S::ISA {
            _ if size_of::<T>() != size_of::<f32>() => 1,
            Isa::Avx512 => 16,
            Isa::Avx2 => 8,
            Isa::Portable => 1,
        };
        let squares = if side == 1 { [0, 0] } else { [self.rows / side * side, self.width / side * side] };
        for row in (0..squares[0]).step_by(side) {
            for column in (0..squares[1]).step_by(side) {
                let next = |column| row + side + side * column / squares[1];
                for next in next(column)..next(column + side) {
                    soon(self.x.as_ptr().wrapping_add(next * self.stride), self.width); // also those of the next tile
                }
                self.square::<S>(row, column);
            }
        }
        for row in 0..self.rows {
            for column in (if row < squares[0] { squares[1] } else { 0 })..self.width {
                self.out[column * tile::<T>() + row] = self.x[row * self.stride + column];
            }
        }
    }
}

impl<T: Float> Transposed<'_, T> {
    /// A square whose side is a machine register of `f32`.
    #[inline(always)]
    fn square<S: Simd>(&mut self, row: usize, column: usize) {
        #[cfg(target_arch = "x86_64")]
        {
            let x = self.x[row * self.stride + column..].as_ptr().cast::<f32>();
            let out = self.out[column * tile::<T>() + row..].as_mut_ptr().cast::<f32>();
            // SAFETY: `T` is as large as `f32` and plain bits (`run`); the square lies within rows and columns, whose slices
            // were checked; the shell that this is inlined into has the instruction set.
            unsafe {
                match S::ISA {
                    Isa::Avx512 => sixteen(x, self.stride, out, tile::<T>()),
                    Isa::Avx2 => eight(x, self.stride, out, tile::<T>()),
                    Isa::Portable => {}
                }
            }
        }
    }
}

/// Sixteen rows of sixteen. Pairs of rows are interleaved, then pairs of pairs; what remains is to move quarters.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq")]
#[inline]
unsafe fn sixteen(x: *const f32, stride: usize, out: *mut f32, out_stride: usize) {
    // SAFETY: the caller promises sixteen rows to read and sixteen to write.
    let rows: [__m512; 16] = std::array::from_fn(|i| unsafe { _mm512_loadu_ps(x.add(i * stride)) });
    let mut quads = [_mm512_setzero_pd(); 16];
    for i in (0..16).step_by(4) {
        let low = |j| _mm512_castps_pd(_mm512_unpacklo_ps(rows[j], rows[j + 1]));
        let high = |j| _mm512_castps_pd(_mm512_unpackhi_ps(rows[j], rows[j + 1]));
        quads[i] = _mm512_unpacklo_pd(low(i), low(i + 2));
        quads[i + 1] = _mm512_unpackhi_pd(low(i), low(i + 2));
        quads[i + 2] = _mm512_unpacklo_pd(high(i), high(i + 2));
        quads[i + 3] = _mm512_unpackhi_pd(high(i), high(i + 2));
    }
    // Quarter L of quads[4 g + j] holds column 4 L + j of rows 4 g, …, 4 g + 3.
    for j in 0..4 {
        let [a, b, c, d] = [0, 4, 8, 12].map(|g| _mm512_castpd_ps(quads[g + j]));
        let (even, odd) = (_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xDD>(a, b));
        let (even_below, odd_below) = (_mm512_shuffle_f32x4::<0x88>(c, d), _mm512_shuffle_f32x4::<0xDD>(c, d));
        let columns = [
            _mm512_shuffle_f32x4::<0x88>(even, even_below),
            _mm512_shuffle_f32x4::<0x88>(odd, odd_below),
            _mm512_shuffle_f32x4::<0xDD>(even, even_below),
            _mm512_shuffle_f32x4::<0xDD>(odd, odd_below),
        ];
        for (quarter, column) in columns.into_iter().enumerate() {
            // SAFETY: as above.
            unsafe { _mm512_storeu_ps(out.add((4 * quarter + j) * out_stride), column) };
        }
    }
}

/// Eight rows of eight, in the same way with halves.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn eight(x: *const f32, stride: usize, out: *mut f32, out_stride: usize) {
    // SAFETY: the caller promises eight rows to read and eight to write.
    let rows: [__m256; 8] = std::array::from_fn(|i| unsafe { _mm256_loadu_ps(x.add(i * stride)) });
    let mut quads = [_mm256_setzero_pd(); 8];
    for i in (0..8).step_by(4) {
        let low = |j| _mm256_castps_pd(_mm256_unpacklo_ps(rows[j], rows[j + 1]));
        let high = |j| _mm256_castps_pd(_mm256_unpackhi_ps(rows[j], rows[j + 1]));
        quads[i] = _mm256_unpacklo_pd(low(i), low(i + 2));
        quads[i + 1] = _mm256_unpackhi_pd(low(i), low(i + 2));
        quads[i + 2] = _mm256_unpacklo_pd(high(i), high(i + 2));
        quads[i + 3] = _mm256_unpackhi_pd(high(i), high(i + 2));
    }
    for j in 0..4 {
        let (a, b) = (_mm256_castpd_ps(quads[j]), _mm256_castpd_ps(quads[4 + j]));
        // SAFETY: as above.
        unsafe {
            _mm256_storeu_ps(out.add(j * out_stride), _mm256_permute2f128_ps::<0x20>(a, b));
            _mm256_storeu_ps(out.add((4 + j) * out_stride), _mm256_permute2f128_ps::<0x31>(a, b));
        }
    }
}
