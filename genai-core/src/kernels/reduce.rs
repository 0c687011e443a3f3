//! Reductions over the middle axis of a contiguous `[outer, n, inner]` block.
//!
//! Along a contiguous axis (`inner` = 1) a row is folded into four registers; otherwise the rows of `inner` elements are
//! joined one after the other. NaN wins every maximum and minimum, as in PyTorch.

mod number;

use number::{Largest, Product, Smallest, Total};
pub use number::{Number, Register, Step};

use super::lanes::Float;
use super::parallel::chunks;
use super::rows::{fold, row_blocks, row_sums, task};
use super::{Kernel, Simd, columns};
use std::marker::PhantomData;

/// The extents of a block whose middle axis is reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extents {
    /// What lies before the axis.
    pub outer: usize,
    /// The axis.
    pub n: usize,
    /// What lies behind it.
    pub inner: usize,
}

impl Extents {
    fn check(self, x: usize, out: usize) {
        assert!(x == self.outer * self.n * self.inner, "reduce: {x} elements for {self:?}");
        assert!(out == self.outer * self.inner, "reduce: {out} results for {self:?}");
    }
}

/// The sums; 0 over nothing. Long axes are added in blocks, like [`columns::sum`].
///
/// # Panics
///
/// If lengths do not fit the extents.
pub fn sum<T: Float + Number>(x: &[T], by: Extents, out: &mut [T]) {
    by.check(x.len(), out.len());
    if out.is_empty() {
        return;
    }
    if by.inner == 1 && by.outer == 1 {
        out[0] = columns::sum(x);
    } else if by.inner == 1 {
        row_sums(x, by.n, out);
    } else if by.n > 128 {
        for (x, out) in x.chunks_exact(by.n * by.inner).zip(out.chunks_exact_mut(by.inner)) {
            columns::column_sums(x, out, false);
        }
    } else {
        reduce::<T, Total>(x, by, out);
    }
}

/// The means; NaN over nothing.
///
/// # Panics
///
/// If lengths do not fit the extents.
pub fn mean<T: Float + Number>(x: &[T], by: Extents, out: &mut [T]) {
    sum(x, by, out);
    let n = T::from_f64(by.n as f64);
    out.iter_mut().for_each(|sum| *sum = *sum / n);
}

/// The sums of integers, which wrap around.
///
/// # Panics
///
/// If lengths do not fit the extents.
pub fn sum_integers(x: &[i64], by: Extents, out: &mut [i64]) {
    reduce::<i64, Total>(x, by, out);
}

/// The products; 1 over nothing.
///
/// # Panics
///
/// If lengths do not fit the extents.
pub fn product<T: Number>(x: &[T], by: Extents, out: &mut [T]) {
    reduce::<T, Product>(x, by, out);
}

/// The largest elements; NaN where there is one.
///
/// # Panics
///
/// If lengths do not fit the extents, or the axis is empty and there are results.
pub fn max<T: Number>(x: &[T], by: Extents, out: &mut [T]) {
    assert!(by.n > 0 || out.is_empty(), "max over an empty axis");
    reduce::<T, Largest>(x, by, out);
}

/// The smallest elements; NaN where there is one.
///
/// # Panics
///
/// If lengths do not fit the extents, or the axis is empty and there are results.
pub fn min<T: Number>(x: &[T], by: Extents, out: &mut [T]) {
    assert!(by.n > 0 || out.is_empty(), "min over an empty axis");
    reduce::<T, Smallest>(x, by, out);
}

/// Where the largest elements are: the first of them, or the first NaN.
///
/// # Panics
///
/// If lengths do not fit the extents, or the axis is empty and there are results.
pub fn argmax<T: Number>(x: &[T], by: Extents, out: &mut [i64]) {
    assert!(by.n > 0 || out.is_empty(), "argmax over an empty axis");
    positions::<T, Largest>(x, by, out);
}

/// Where the smallest elements are: the first of them, or the first NaN.
///
/// # Panics
///
/// If lengths do not fit the extents, or the axis is empty and there are results.
pub fn argmin<T: Number>(x: &[T], by: Extents, out: &mut [i64]) {
    assert!(by.n > 0 || out.is_empty(), "argmin over an empty axis");
    positions::<T, Smallest>(x, by, out);
}

/// Columns of a task, where the axis is not contiguous.
const COLUMNS: usize = 256;

/// Hands out work: `task(outer, column, out)` computes the results from a column on, for whole outer indices where there are
/// enough of them (column 0 then), for 256 columns of one otherwise.
fn share<U: Send>(by: Extents, out: &mut [U], run: &(dyn Fn(usize, usize, &mut [U]) + Sync)) {
    if out.is_empty() {
        return;
    }
    if by.inner <= COLUMNS || by.outer >= 8 {
        let (block, cost) = task(by.n * by.inner, 200);
        row_blocks(by.outer, block, cost, [(out, by.inner)], |at, [out]| run(at.start, 0, out));
        return;
    }
    for (outer, out) in out.chunks_exact_mut(by.inner).enumerate() {
        chunks(out, COLUMNS, by.n * COLUMNS / 5, |i, out| run(outer, i * COLUMNS, out));
    }
}

fn reduce<T: Number, F: Step>(x: &[T], by: Extents, out: &mut [T]) {
    by.check(x.len(), out.len());
    share(by, out, &|outer, column, out| T::run(Middle::<T, F>(x, by, outer, column, out, PhantomData)));
}

/// `[outer, column.., ]` results from an outer index and a column on.
struct Middle<'a, T, F>(&'a [T], Extents, usize, usize, &'a mut [T], PhantomData<F>);

impl<T: Number, F: Step> Kernel for Middle<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self(x, by, outer, column, out, _) = self;
        let (width, size) = (out.len().min(by.inner), by.n * by.inner);
        for (i, out) in out.chunks_exact_mut(width).enumerate() {
            let x = &x[(outer + i) * size..(outer + i + 1) * size];
            if by.inner == 1 {
                out[0] = fold_row::<T::Register<S>, F>(x);
                continue;
            }
            out.fill(F::start());
            for k in 0..by.n {
                join_rows::<T::Register<S>, F>(&x[k * by.inner + column..][..width], out);
            }
        }
    }
}

#[inline(always)]
fn fold_row<V: Register, F: Step>(x: &[V::Scalar]) -> V::Scalar {
    let start = F::start();
    fold!(V, x.len(), V::splat(start), |i, sum| sum.join::<F>(V::at(x, i, start)), |a, b| a.join::<F>(b)).fold::<F>()
}

#[inline(always)]
fn join_rows<V: Register, F: Step>(x: &[V::Scalar], out: &mut [V::Scalar]) {
    let (start, mut i) = (F::start(), 0);
    while i < out.len() {
        V::at(out, i, start).join::<F>(V::at(x, i, start)).put(out, i);
        i += V::WIDTH;
    }
}

fn positions<T: Number, F: Step>(x: &[T], by: Extents, out: &mut [i64]) {
    by.check(x.len(), out.len());
    share(by, out, &|outer, column, out| T::run(Positions::<T, F>(x, by, outer, column, out, PhantomData)));
}

/// As [`Middle`], for where instead of what.
struct Positions<'a, T, F>(&'a [T], Extents, usize, usize, &'a mut [i64], PhantomData<F>);

impl<T: Number, F: Step> Kernel for Positions<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self(x, by, outer, column, out, _) = self;
        let (width, size) = (out.len().min(by.inner), by.n * by.inner);
        for (i, out) in out.chunks_exact_mut(width).enumerate() {
            let x = &x[(outer + i) * size..(outer + i + 1) * size];
            if by.inner == 1 {
                out[0] = first_of(x, fold_row::<T::Register<S>, F>(x)) as i64;
                continue;
            }
            for (j, out) in out.chunks_mut(COLUMNS).enumerate() {
                positions_in_columns::<T, F>(x, by, column + j * COLUMNS, out);
            }
        }
    }
}

/// The first position of `value`, or of NaN; 64 elements are looked at together.
#[inline(always)]
fn first_of<T: Number>(x: &[T], value: T) -> usize {
    for (i, part) in x.chunks(64).enumerate() {
        let mut found = false;
        for &x in part {
            found |= x == value || x.is_nan();
        }
        if found {
            let mut j = 0;
            while !(part[j] == value || part[j].is_nan()) {
                j += 1;
            }
            return i * 64 + j;
        }
    }
    0
}

#[inline(always)]
fn positions_in_columns<T: Number, F: Step>(x: &[T], by: Extents, column: usize, out: &mut [i64]) {
    let mut best = [T::ZERO; COLUMNS];
    let best = &mut best[..out.len()];
    best.copy_from_slice(&x[column..][..best.len()]);
    out.fill(0);
    for k in 1..by.n {
        let row = &x[k * by.inner + column..][..best.len()];
        for j in 0..best.len() {
            let better = F::join(best[j], row[j]);
            let changed = better != best[j] && !best[j].is_nan();
            out[j] = if changed { k as i64 } else { out[j] };
            best[j] = better;
        }
    }
}
