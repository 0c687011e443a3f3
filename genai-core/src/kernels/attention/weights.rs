//! The weights themselves, for those who look at them.

use super::mask::Rows;
use super::pack::Brought;
use super::product::{Product, Start};
use super::scratch::with_scratch;
use super::softmax::Weights;
use super::transpose::Transposed;
use super::{Attention, Float, cost, tile};
use crate::kernels::dispatch;
use crate::kernels::parallel::{Shared, pieces};

/// Rows of a task.
const TASK: usize = 64;

/// Writes the weights `softmax(q kᵀ · scale + mask)`, given [`forward`](super::forward)'s `log_sum_exp`; only for callers
/// that ask for them, since attention itself never stores them.
///
/// | slice | shape |
/// |---|---|
/// | `log_sum_exp` | `[b, h, queries]` |
/// | `out` | `[b, h, queries, keys]` |
///
/// # Panics
///
/// If a slice does not fit the shape.
#[track_caller]
pub fn weights<T: Float>(x: &Attention<'_, T>, log_sum_exp: &[T], out: &mut [T]) {
    x.check();
    let s = x.shape;
    let rows = s.batch * s.heads * s.queries;
    assert!(log_sum_exp.len() == rows, "attention: {} logarithms, expected {rows}", log_sum_exp.len());
    assert!(out.len() == rows * s.keys, "attention: {} weights, expected {}", out.len(), rows * s.keys);
    if out.is_empty() {
        return;
    }
    let (tasks, out) = (x.rows().div_ceil(TASK), Shared::new(out));
    pieces(s.batch * s.key_heads * tasks, cost(x.rows().min(TASK) * s.keys * s.width), |i| {
        let (pair, start) = (i / tasks, i % tasks * TASK);
        let range = start..(start + TASK).min(x.rows());
        let rows = Rows::new(x, pair / s.key_heads, pair % s.key_heads, range);
        // SAFETY: `out` has room for every row (checked above), and tasks own different rows.
        unsafe { task(x, &rows, pair % s.key_heads, log_sum_exp, out) };
    });
}

/// # Safety
///
/// `out` has room for every row, and nothing else uses these rows meanwhile.
unsafe fn task<T: Float>(x: &Attention<'_, T>, rows: &Rows, key_head: usize, log_sum_exp: &[T], out: Shared<T>) {
    let (s, n, tile) = (x.shape, rows.len(), tile::<T>());
    let index = |row| {
        let [b, h, i] = rows.at(row);
        (b * s.heads + h) * s.queries + i
    };
    with_scratch([n * s.width, n, s.width * tile, n * tile], |[q, logs, columns, scores]| {
        for (row, rows, [b, h, i]) in rows.runs() {
            let (width, out) = (s.width, &mut q[row * s.width..]);
            let (x_rows, stride) = (&x.q.data[x.q.place.row(b, h, i)..], x.q.place.strides[2]);
            Brought { x: x_rows, stride, rows, width, scale: x.scale, out, out_stride: width }.run();
        }
        for (row, log) in logs.iter_mut().enumerate() {
            *log = log_sum_exp[index(row)];
            *log = if *log == T::LOWEST { -*log } else { *log };
        }
        for start in (0..s.keys).step_by(tile) {
            let present = tile.min(s.keys - start);
            let (keys, stride) = (&x.k.data[x.k.place.row(rows.batch, key_head, start)..], x.k.place.strides[2]);
            Transposed { x: keys, stride, rows: present, width: s.width, out: columns }.run();
            Product {
                a: q,
                a_strides: [s.width, 1],
                b: columns,
                b_stride: tile,
                c: scores,
                c_stride: tile,
                rows: n,
                columns: tile,
                depth: s.width,
                start: Start::Zero,
            }
            .run();
            rows.hide(&x.masking, s.keys, scores, 0..n, start, tile);
            dispatch(Weights { scores, columns: tile, log_sum_exp: logs });
            for row in 0..n {
                // SAFETY: the row lies within `out`, and this task owns it (the caller's promise).
                let result = unsafe { std::slice::from_raw_parts_mut(out.at(index(row) * s.keys + start), present) };
                result.copy_from_slice(&scores[row * tile..][..present]);
            }
        }
    });
}
