//! Small matrix products in register tiles, between blocks that lie in the nearest caches.

use super::{Float, Register, Simd, Vector};
use crate::kernels::{Isa, Kernel, dispatch};
use crate::real::Real;

/// What a product begins with.
#[derive(Clone, Copy)]
pub(super) enum Start<'a, T> {
    /// Nothing.
    Zero,
    /// What the result holds.
    Sum,
    /// What the result holds, each row times its factor.
    Scaled(&'a [T]),
}

/// `c = start + a b`, `[rows, depth]` by `[depth, columns]`.
///
/// Each element is one chain of fused multiply-adds in ascending depth: cutting the depth into several products, or the rows
/// or columns, does not change a bit.
pub(super) struct Product<'a, T> {
    /// The left factor.
    pub(super) a: &'a [T],
    /// From one row of `a` to the next, and from one step of the depth.
    pub(super) a_strides: [usize; 2],
    /// The right factor; its rows are contiguous.
    pub(super) b: &'a [T],
    /// From one row of `b` to the next.
    pub(super) b_stride: usize,
    /// The result; its rows are contiguous.
    pub(super) c: &'a mut [T],
    /// From one row of `c` to the next.
    pub(super) c_stride: usize,
    /// Rows of `a` and `c`.
    pub(super) rows: usize,
    /// Columns of `b` and `c`, a multiple of the register's width.
    pub(super) columns: usize,
    /// Columns of `a`, rows of `b`.
    pub(super) depth: usize,
    /// What is added to.
    pub(super) start: Start<'a, T>,
}

impl<T: Float> Product<'_, T> {
    pub(super) fn run(self) {
        if self.rows == 0 || self.columns == 0 {
            return;
        }
        assert!(self.columns.is_multiple_of(super::lanes::<T>()), "columns are whole registers");
        assert!(self.c.len() >= (self.rows - 1) * self.c_stride + self.columns, "c holds the result");
        if self.depth > 0 {
            let last = (self.rows - 1) * self.a_strides[0] + (self.depth - 1) * self.a_strides[1];
            assert!(self.a.len() > last, "a holds the left factor");
            assert!(self.b.len() >= (self.depth - 1) * self.b_stride + self.columns, "b holds the right factor");
        }
        if let Start::Scaled(factors) = self.start {
            assert!(factors.len() >= self.rows, "a factor for each row");
        }
        dispatch(Checked(self));
    }
}

/// A product whose slices are long enough.
struct Checked<'a, T>(Product<'a, T>);

impl<T: Float> Kernel for Checked<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (mut product, lanes) = (self.0, Register::<T, S>::WIDTH);
        let mut column = 0;
        while column < product.columns {
            let left = (product.columns - column) / lanes;
            // SAFETY: `Product::run` has checked that the slices hold rows × columns × depth.
            column += lanes
                * unsafe {
                    match left {
                        _ if S::ISA != Isa::Avx512 => down::<T, S, 1>(&mut product, column),
                        1 => down::<T, S, 1>(&mut product, column),
                        2 => down::<T, S, 2>(&mut product, column),
                        3 => down::<T, S, 3>(&mut product, column),
                        _ => down::<T, S, 4>(&mut product, column),
                    }
                };
        }
    }
}

/// The tiles of `N` registers of columns, from the first row to the last; returns `N`.
///
/// # Safety
///
/// The slices hold rows × columns × depth, and `column + N` registers lie within the columns.
#[inline(always)]
unsafe fn down<T: Float, S: Simd, const N: usize>(x: &mut Product<'_, T>, column: usize) -> usize {
    let mut row = 0;
    while row < x.rows {
        // SAFETY: the rows of each tile lie within the rows.
        row += unsafe {
            match x.rows - row {
                1 => tile::<T, S, 1, N>(x, row, column),
                2 | 3 => tile::<T, S, 2, N>(x, row, column),
                _ if S::ISA == Isa::Portable => tile::<T, S, 2, N>(x, row, column),
                4 | 5 => tile::<T, S, 4, N>(x, row, column),
                _ => tile::<T, S, 6, N>(x, row, column),
            }
        };
    }
    N
}

/// `R` rows by `N` registers; returns `R`.
///
/// # Safety
///
/// As [`down`]; `row + R` lies within the rows.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "registers are indexed: iterators would keep them in memory")]
unsafe fn tile<T: Float, S: Simd, const R: usize, const N: usize>(
    x: &mut Product<'_, T>,
    row: usize,
    column: usize,
) -> usize {
    let lanes = Register::<T, S>::WIDTH;
    // SAFETY: all offsets stay within the slices, whose lengths were checked; a register is `WIDTH` plain numbers.
    unsafe {
        let c = x.c.as_mut_ptr().add(row * x.c_stride + column);
        let at = |r: usize, n: usize| c.add(r * x.c_stride + n * lanes);
        let mut sums = [[Register::<T, S>::splat(T::ZERO); N]; R];
        match x.start {
            Start::Zero => {}
            Start::Sum => {
                for r in 0..R {
                    for n in 0..N {
                        sums[r][n] = load::<T, S>(at(r, n));
                    }
                }
            }
            Start::Scaled(factors) => {
                for r in 0..R {
                    let factor = Register::<T, S>::splat(*factors.get_unchecked(row + r));
                    for n in 0..N {
                        sums[r][n] = load::<T, S>(at(r, n)) * factor;
                    }
                }
            }
        }
        let [a_row, a_step] = x.a_strides;
        let mut a = x.a.as_ptr().wrapping_add(row * a_row);
        let mut b = x.b.as_ptr().wrapping_add(column);
        for _ in 0..x.depth {
            let mut right = [Register::<T, S>::splat(T::ZERO); N];
            for n in 0..N {
                right[n] = load::<T, S>(b.add(n * lanes));
            }
            for r in 0..R {
                let left = Register::<T, S>::splat(*a.add(r * a_row));
                for n in 0..N {
                    sums[r][n] = left.fma(right[n], sums[r][n]);
                }
            }
            a = a.wrapping_add(a_step);
            b = b.wrapping_add(x.b_stride);
        }
        for r in 0..R {
            for n in 0..N {
                sums[r][n].store(std::slice::from_raw_parts_mut(at(r, n), lanes));
            }
        }
    }
    R
}

/// A register from memory.
///
/// # Safety
///
/// A register's width of numbers may be read there.
#[inline(always)]
unsafe fn load<T: Float, S: Simd>(x: *const T) -> Register<T, S> {
    // SAFETY: the caller's promise.
    Register::<T, S>::load(unsafe { std::slice::from_raw_parts(x, Register::<T, S>::WIDTH) })
}
