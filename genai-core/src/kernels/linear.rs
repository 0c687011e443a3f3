//! Factorisations of square matrices and solutions with them, one matrix of a contiguous batch a task.
//!
//! Plain loops over rows, which the compiler turns into vector instructions; sums run in one order on every machine.

use super::lanes::Float;
use super::parallel::chunks;
use super::{Kernel, Simd, dispatch};
use crate::real::Real;

/// What is computed for each matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// The lower factor L of A = L·Lᵀ; NaN from the row on where A is not positive definite.
    Cholesky,
    /// T⁻¹·B for a triangle T.
    Triangular {
        /// Which triangle is read.
        upper: bool,
    },
    /// A⁻¹·B.
    Solve,
    /// A⁻¹; NaN if A is singular.
    Inverse,
    /// ln |det A| and the sign of det A.
    Determinant,
}

/// Runs a job on a batch of `[n, n]` matrices `a` and, where it asks for them, `[n, m]` matrices `b`; `size` results each.
pub(crate) fn each<T: Float>(job: Job, a: &[T], n: usize, b: &[T], m: usize, size: usize, out: &mut [T]) {
    chunks(out, size, n * n * (n + m) / 4 + 1, |i, out| {
        let a = &a[i * n * n..(i + 1) * n * n];
        let b = if b.is_empty() { b } else { &b[i * n * m..(i + 1) * n * m] };
        dispatch(One { job, a, n, b, m, out });
    });
}

struct One<'a, T> {
    job: Job,
    a: &'a [T],
    n: usize,
    b: &'a [T],
    m: usize,
    out: &'a mut [T],
}

impl<T: Float> Kernel for One<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { job, a, n, b, m, out } = self;
        match job {
            Job::Cholesky => cholesky(a, n, out),
            Job::Triangular { upper } => {
                out.copy_from_slice(b);
                substitute(a, n, out, m, upper, false);
            }
            Job::Solve => solve(a, n, b, m, out),
            Job::Inverse => {
                let mut identity = vec![T::ZERO; n * n];
                for i in 0..n {
                    identity[i * n + i] = T::ONE;
                }
                solve(a, n, &identity, n, out);
            }
            Job::Determinant => determinant(a, n, out),
        }
    }
}

/// Row by row: Lᵢⱼ = (Aᵢⱼ − Σ Lᵢₖ·Lⱼₖ) / Lⱼⱼ.
#[inline(always)]
fn cholesky<T: Float>(a: &[T], n: usize, out: &mut [T]) {
    for i in 0..n {
        let (above, row) = out.split_at_mut(i * n);
        for j in 0..i {
            let other = &above[j * n..j * n + n];
            row[j] = (a[i * n + j] - dot(&row[..j], &other[..j])) / other[j];
        }
        let square = a[i * n + i] - dot(&row[..i], &row[..i]);
        row[i] = if square > T::ZERO { Real::sqrt(square) } else { T::NAN };
        row[i + 1..n].fill(T::ZERO);
    }
}

/// Eight sums side by side, joined in order.
#[inline(always)]
fn dot<T: Float>(x: &[T], y: &[T]) -> T {
    let mut sums = [T::ZERO; 8];
    let whole = x.len() / 8 * 8;
    let mut at = 0;
    while at < whole {
        for k in 0..8 {
            sums[k] += x[at + k] * y[at + k];
        }
        at += 8;
    }
    for k in whole..x.len() {
        sums[0] += x[k] * y[k];
    }
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
}

/// x ← T⁻¹·x, a row of x at a time; `unit` takes the diagonal as ones.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "an iterator would not be inlined into the shell")]
fn substitute<T: Float>(a: &[T], n: usize, x: &mut [T], m: usize, upper: bool, unit: bool) {
    for step in 0..n {
        let i = if upper { n - 1 - step } else { step };
        let (first, last) = if upper { (i + 1, n) } else { (0, i) };
        for j in first..last {
            let factor = a[i * n + j];
            let (row, other) = two_rows(x, m, i, j);
            for k in 0..m {
                row[k] = row[k] - factor * other[k];
            }
        }
        if !unit {
            for k in i * m..(i + 1) * m {
                x[k] = x[k] / a[i * n + i];
            }
        }
    }
}

/// Row i to write, row j to read.
#[inline(always)]
fn two_rows<T>(x: &mut [T], m: usize, i: usize, j: usize) -> (&mut [T], &[T]) {
    if i < j {
        let (a, b) = x.split_at_mut(j * m);
        (&mut a[i * m..(i + 1) * m], &b[..m])
    } else {
        let (a, b) = x.split_at_mut(i * m);
        (&mut b[..m], &a[j * m..(j + 1) * m])
    }
}

/// P·A = L·U in place, with the largest pivot of each column: the order of the rows, and whether it is an odd one.
#[inline(always)]
fn factor<T: Float>(a: &mut [T], n: usize) -> (Vec<usize>, bool) {
    let (mut order, mut odd) = (Vec::from_iter(0..n), false);
    for k in 0..n {
        let mut pivot = k;
        for i in k + 1..n {
            if Real::abs(a[i * n + k]) > Real::abs(a[pivot * n + k]) {
                pivot = i;
            }
        }
        if pivot != k {
            for j in 0..n {
                a.swap(k * n + j, pivot * n + j);
            }
            order.swap(k, pivot);
            odd = !odd;
        }
        for i in k + 1..n {
            let (row, other) = two_rows(a, n, i, k);
            let factor = row[k] / other[k];
            row[k] = factor;
            for j in k + 1..n {
                row[j] = row[j] - factor * other[j];
            }
        }
    }
    (order, odd)
}

#[inline(always)]
fn solve<T: Float>(a: &[T], n: usize, b: &[T], m: usize, out: &mut [T]) {
    let mut lu = a.to_vec();
    let (order, _) = factor(&mut lu, n);
    for i in 0..n {
        out[i * m..(i + 1) * m].copy_from_slice(&b[order[i] * m..(order[i] + 1) * m]);
    }
    substitute(&lu, n, out, m, false, true);
    substitute(&lu, n, out, m, true, false);
}

#[inline(always)]
fn determinant<T: Float>(a: &[T], n: usize, out: &mut [T]) {
    let mut lu = a.to_vec();
    let (_, odd) = factor(&mut lu, n);
    let (mut logarithm, mut sign) = (T::ZERO, if odd { -T::ONE } else { T::ONE });
    for i in 0..n {
        let pivot = lu[i * n + i];
        if pivot == T::ZERO {
            // The columns behind a pivot of 0 are NaN.
            out.copy_from_slice(&[T::LOWEST, T::ZERO]);
            return;
        }
        logarithm += Real::ln(Real::abs(pivot));
        sign = if pivot < T::ZERO { -sign } else { sign };
    }
    out.copy_from_slice(&[logarithm, sign]);
}
