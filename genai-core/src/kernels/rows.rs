//! Functions of the rows of a contiguous `[rows, c]` block: softmax, normalisation, cross-entropy, sums.
//!
//! A row is handed to one task whole and folded into four registers in a fixed order, so its bits depend neither on the
//! number of threads nor on the rows beside it. Rows are walked as often as a formula needs while they sit in the nearest
//! cache: the maximum, then exponentials and their sum in one pass, then the scaling.

mod cross_entropy;
mod norm;
mod softmax;

pub use cross_entropy::{CrossEntropy, cross_entropy, cross_entropy_gradient};
pub use norm::{Norm, NormGradient, norm, norm_gradient};
pub use softmax::{log_softmax, log_softmax_gradient, softmax, softmax_gradient};

use super::lanes::{Float, Vector};
use super::parallel::{Shared, pieces};
use super::{Kernel, Simd, dispatch};
use std::ops::Range;

/// Folds the registers at 0, W, 2W, … of slices of `$n` elements into four sums, then those into one.
///
/// `$i` is the register's start, `$sum` the sum so far, `$body` the next; `$a`, `$b`, `$join` say how two sums become one.
macro_rules! fold {
    ($v:ident, $n:expr, $start:expr, |$i:ident, $sum:ident| $body:expr, |$a:ident, $b:ident| $join:expr) => {{
        let (n, width, start) = ($n, $v::WIDTH, $start);
        let (mut s0, mut s1, mut s2, mut s3) = (start, start, start, start);
        let mut next = 0;
        while next + 4 * width <= n {
            fold!(@step $i = next, $sum = s0, $body);
            fold!(@step $i = next + width, $sum = s1, $body);
            fold!(@step $i = next + 2 * width, $sum = s2, $body);
            fold!(@step $i = next + 3 * width, $sum = s3, $body);
            next += 4 * width;
        }
        while next < n {
            fold!(@step $i = next, $sum = s0, $body);
            next += width;
        }
        let left = { let ($a, $b) = (s0, s2); $join };
        let right = { let ($a, $b) = (s1, s3); $join };
        { let ($a, $b) = (left, right); $join }
    }};
    (@step $i:ident = $at:expr, $sum:ident = $total:ident, $body:expr) => {
        let ($i, $sum) = ($at, $total);
        $total = $body;
    };
}
pub(super) use fold;

/// The sum of a slice.
#[inline(always)]
pub(super) fn sum_of<V: Vector>(x: &[V::Scalar]) -> V::Scalar {
    let zero = V::Scalar::ZERO;
    fold!(V, x.len(), V::splat(zero), |i, sum| sum + V::at(x, i, zero), |a, b| a + b).sum()
}

/// The largest element; NaN if any is, −∞ if there is none.
#[inline(always)]
pub(super) fn largest_of<V: Vector>(x: &[V::Scalar]) -> V::Scalar {
    let lowest = V::Scalar::LOWEST;
    fold!(V, x.len(), V::splat(lowest), |i, sum| sum.max(V::at(x, i, lowest)), |a, b| a.max(b)).largest()
}

/// About how many elements a task takes: enough to hide its start, few enough to share out.
const TASK: usize = 16_384;

/// Cuts `rows` rows into blocks and runs `task(rows, parts)` for each, `parts` being the block's part of each output, which
/// comes with its width; on several threads where the work is worth it. `cost` is the time of an element in picoseconds.
#[inline]
pub(super) fn row_blocks<T: Send, const N: usize>(
    rows: usize,
    block: usize,
    cost: usize,
    out: [(&mut [T], usize); N],
    task: impl Fn(Range<usize>, [&mut [T]; N]) + Sync,
) {
    cut_rows(rows, block, cost, out, &task);
}

/// A task as a pointer: what takes it is compiled once a type, not once a kernel.
type Task<'a, T, const N: usize> = &'a (dyn Fn(Range<usize>, [&mut [T]; N]) + Sync);

#[inline(never)]
fn cut_rows<T: Send, const N: usize>(
    rows: usize,
    block: usize,
    cost: usize,
    out: [(&mut [T], usize); N],
    task: Task<'_, T, N>,
) {
    let out = out.map(|(slice, width)| {
        assert!(slice.len() >= rows * width, "an output of {} elements for {rows} rows of {width}", slice.len());
        (Shared::new(slice), width)
    });
    pieces(rows.div_ceil(block), cost, |i| {
        let range = i * block..rows.min((i + 1) * block);
        let parts = out.map(|(start, width)| {
            // SAFETY: blocks of different `i` do not overlap, each lies within its output as asserted above, and `pieces`
            // runs each `i` once, before the outputs are used again.
            unsafe { std::slice::from_raw_parts_mut(start.at(range.start * width), range.len() * width) }
        });
        task(range, parts);
    });
}

/// How many rows of `c` elements make a task, and what it costs in nanoseconds at `picoseconds` an element.
pub(super) fn task(c: usize, picoseconds: usize) -> (usize, usize) {
    let rows = (TASK / c.max(1)).max(1);
    (rows, rows * c * picoseconds / 1000)
}

/// The sums of the rows of `x`: `[rows, c]` → `[rows]`.
///
/// # Panics
///
/// If `x` is not `out.len() · c` long.
pub fn row_sums<T: Float>(x: &[T], c: usize, out: &mut [T]) {
    struct Sums<'a, T>(&'a [T], usize, &'a mut [T]);

    impl<T: Float> Kernel for Sums<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            for (row, out) in self.2.iter_mut().enumerate() {
                *out = sum_of::<T::Lanes<S>>(&self.0[row * self.1..(row + 1) * self.1]);
            }
        }
    }

    assert_eq!(x.len(), out.len() * c, "row_sums: elements of x");
    let (block, cost) = task(c, 100);
    row_blocks(out.len(), block, cost, [(out, 1)], |rows, [out]| {
        dispatch(Sums(&x[rows.start * c..rows.end * c], c, out));
    });
}
