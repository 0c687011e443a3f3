//! Sums over columns and over everything.

use super::lanes::{Float, Vector};
use super::parallel::{Shared, chunks, pieces};
use super::rows::{fold, sum_of};
use super::{Kernel, Simd, dispatch};

/// Rows of a block, whose sums are then added in order: a constant, so that the order of additions is one.
const ROWS: usize = 128;

/// Columns of a task.
const COLUMNS: usize = 1024;

/// The sums of the columns of `x`: `[rows, c]` → `[c]`, added to `out` if `accumulate`, else written.
///
/// # Panics
///
/// If `x` is not a whole number of rows as long as `out`.
pub fn column_sums<T: Float>(x: &[T], out: &mut [T], accumulate: bool) {
    let c = out.len();
    assert!(
        c == 0 && x.is_empty() || c > 0 && x.len().is_multiple_of(c),
        "column_sums: {} elements in rows of {c}",
        x.len()
    );
    if c == 0 {
        return;
    }
    let blocks = (x.len() / c).div_ceil(ROWS).max(1);
    let mut sums = vec![T::ZERO; blocks * c];
    let (across, start) = (c.div_ceil(COLUMNS), Shared::new(&mut sums));
    pieces(blocks * across, ROWS * c.min(COLUMNS) / 8, |i| {
        let (block, column) = (i / across, i % across * COLUMNS);
        let width = COLUMNS.min(c - column);
        // SAFETY: each task has its own columns of its own row of `sums`.
        let sums = unsafe { std::slice::from_raw_parts_mut(start.at(block * c + column), width) };
        let rows = &x[block * ROWS * c..x.len().min((block + 1) * ROWS * c)];
        dispatch(BlockSums { rows, c, column, sums });
    });
    if !accumulate {
        out.fill(T::ZERO);
    }
    add_rows_in_order(&sums, c, 0, out);
}

struct BlockSums<'a, T> {
    rows: &'a [T],
    c: usize,
    column: usize,
    sums: &'a mut [T],
}

impl<T: Float> Kernel for BlockSums<'_, T> {
    type Output = ();

    /// Four rows at a time, which are added to each other before they are added to the sums.
    #[inline(always)]
    fn run<S: Simd>(self) {
        let (zero, width) = (T::ZERO, self.sums.len());
        let mut groups = self.rows.chunks_exact(4 * self.c);
        for four in &mut groups {
            let [a, b, d, e] =
                [0, 1, 2, 3].map(|row| row * self.c + self.column).map(|start| &four[start..start + width]);
            let mut i = 0;
            while i < width {
                let left = T::Lanes::<S>::at(a, i, zero) + T::Lanes::<S>::at(b, i, zero);
                let right = T::Lanes::<S>::at(d, i, zero) + T::Lanes::<S>::at(e, i, zero);
                (T::Lanes::<S>::at(self.sums, i, zero) + (left + right)).put(self.sums, i);
                i += T::Lanes::<S>::WIDTH;
            }
        }
        for row in groups.remainder().chunks_exact(self.c) {
            add::<T::Lanes<S>>(&row[self.column..self.column + width], self.sums);
        }
    }
}

/// out += x.
#[inline(always)]
fn add<V: Vector>(x: &[V::Scalar], out: &mut [V::Scalar]) {
    let mut i = 0;
    while i < out.len() {
        (V::at(out, i, V::Scalar::ZERO) + V::at(x, i, V::Scalar::ZERO)).put(out, i);
        i += V::WIDTH;
    }
}

/// Adds to `out` the columns from `column` on of each row of `x`, rows of `c` elements, first to last.
pub(super) fn add_rows_in_order<T: Float>(x: &[T], c: usize, column: usize, out: &mut [T]) {
    struct AddRows<'a, T>(&'a [T], usize, usize, &'a mut [T]);

    impl<T: Float> Kernel for AddRows<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            for row in self.0.chunks_exact(self.1) {
                add::<T::Lanes<S>>(&row[self.2..self.2 + self.3.len()], self.3);
            }
        }
    }

    let rows = x.len() / c.max(1);
    chunks(out, COLUMNS, rows * COLUMNS.min(c) / 8, |i, out| {
        dispatch(AddRows(x, c, column + i * COLUMNS, out));
    });
}

/// Elements of a block of a whole sum.
const BLOCK: usize = 4096;

/// A function of a block that sums are made of.
trait Term: Sync {
    fn block<V: Vector>(x: &[V::Scalar]) -> V::Scalar;
}

struct Plain;

impl Term for Plain {
    #[inline(always)]
    fn block<V: Vector>(x: &[V::Scalar]) -> V::Scalar {
        sum_of::<V>(x)
    }
}

struct Square;

impl Term for Square {
    #[inline(always)]
    fn block<V: Vector>(x: &[V::Scalar]) -> V::Scalar {
        let zero = V::Scalar::ZERO;
        let squares = fold!(
            V,
            x.len(),
            V::splat(zero),
            |i, sum| {
                let x = V::at(x, i, zero);
                x.fma(x, sum)
            },
            |a, b| a + b
        );
        squares.sum()
    }
}

/// The sum of everything: blocks of 4,096 elements, four registers inside, blocks added pairwise in the order of their index.
pub fn sum<T: Float>(x: &[T]) -> T {
    in_blocks::<T, Plain>(x)
}

/// Σ x², in the order of [`sum`].
pub fn sum_of_squares<T: Float>(x: &[T]) -> T {
    in_blocks::<T, Square>(x)
}

fn in_blocks<T: Float, F: Term>(x: &[T]) -> T {
    struct Blocks<'a, T, F>(&'a [T], &'a mut [T], std::marker::PhantomData<F>);

    impl<T: Float, F: Term> Kernel for Blocks<'_, T, F> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            for (x, out) in self.0.chunks(BLOCK).zip(self.1) {
                *out = F::block::<T::Lanes<S>>(x);
            }
        }
    }

    const TOGETHER: usize = 16;
    let mut sums = vec![T::ZERO; x.len().div_ceil(BLOCK)];
    chunks(&mut sums, TOGETHER, TOGETHER * BLOCK / 8, |i, sums| {
        let from = i * TOGETHER * BLOCK;
        dispatch(Blocks::<T, F>(&x[from..x.len().min(from + TOGETHER * BLOCK)], sums, std::marker::PhantomData));
    });
    while sums.len() > 1 {
        sums = sums.chunks(2).map(|pair| pair.iter().skip(1).fold(pair[0], |a, &b| a + b)).collect();
    }
    sums.first().copied().unwrap_or(T::ZERO)
}
