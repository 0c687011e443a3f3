//! Scans over the middle axis of a contiguous `[outer, n, inner]` block: each result builds on the one before.

use super::lanes::Float;
use super::parallel::chunks;
use super::reduce::Extents;
use crate::real::Real;

/// Elements of a task, about.
const TASK: usize = 1 << 14;

/// hᵢ = aᵢ·hᵢ₋₁ + bᵢ along the axis, from its end if `reverse`; aᵢ is 1 where there is no `a`.
pub(crate) fn recurrence<T: Float>(a: Option<&[T]>, b: &[T], by: Extents, reverse: bool, out: &mut [T]) {
    each_block(by, out, |start, out| {
        out.copy_from_slice(&b[start..start + out.len()]);
        for i in 1..by.n {
            let (now, before) = if reverse { (by.n - 1 - i, by.n - i) } else { (i, i - 1) };
            for k in 0..by.inner {
                let (at, previous) = (now * by.inner + k, out[before * by.inner + k]);
                let step = a.map_or(previous, |a| a[start + at] * previous);
                out[at] = step + out[at];
            }
        }
    });
}

/// yᵢ = ln Σ exp xⱼ over j ≤ i.
pub(crate) fn log_sum_exp<T: Float>(x: &[T], by: Extents, out: &mut [T]) {
    each_block(by, out, |start, out| {
        out.copy_from_slice(&x[start..start + out.len()]);
        for at in by.inner..out.len() {
            out[at] = log_add_exp(out[at - by.inner], out[at]);
        }
    });
}

/// ln(eˣ + eʸ).
fn log_add_exp<T: Float>(x: T, y: T) -> T {
    if x == y {
        return x + T::from_f64(std::f64::consts::LN_2); // infinities have no difference
    }
    Real::max(x, y) + (-Real::abs(x - y)).exp().ln_1p()
}

/// Runs `block(start, out)` for each block of `n · inner` results, several of them in a task.
fn each_block<T: Float>(by: Extents, out: &mut [T], block: impl Fn(usize, &mut [T]) + Sync) {
    let size = (by.n * by.inner).max(1);
    let task = TASK.div_ceil(size) * size;
    chunks(out, task, 2 * task, |i, out| {
        for (k, out) in out.chunks_mut(size).enumerate() {
            block(i * task + k * size, out);
        }
    });
}
