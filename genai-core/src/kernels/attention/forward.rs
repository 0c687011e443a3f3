//! The value.

use super::mask::Rows;
use super::pack::{Brought, Returned};
use super::product::{Product, Start};
use super::scratch::with_scratch;
use super::softmax::{Finished, Running};
use super::transpose::Transposed;
use super::{Attention, Float, cost, lanes, padded, tile};
use crate::kernels::dispatch;
use crate::kernels::parallel::{Shared, pieces};
use std::ops::Range;

/// Rows of a task: they share each tile of keys and values that is brought in.
const TASK: usize = 256;

/// Rows that are computed together.
const BLOCK: usize = 12;

/// `out = softmax(q kᵀ · scale + mask) v` and the logarithm of each row's sum of exponentials.
///
/// | slice | shape |
/// |---|---|
/// | `out` | `[b, queries, h, d]`, contiguous |
/// | `log_sum_exp` | `[b, h, queries]` |
///
/// A row that may see no key: 0 and −∞.
///
/// # Panics
///
/// If a slice is too short or too long for the shape, or the key heads do not divide the heads.
#[track_caller]
pub fn forward<T: Float>(x: &Attention<'_, T>, out: &mut [T], log_sum_exp: &mut [T]) {
    x.check();
    let s = x.shape;
    let rows = s.batch * s.heads * s.queries;
    assert!(out.len() == rows * s.width, "attention: out has {} elements, expected {}", out.len(), rows * s.width);
    assert!(log_sum_exp.len() == rows, "attention: {} logarithms, expected {rows}", log_sum_exp.len());
    if rows == 0 {
        return;
    }
    let tasks = x.rows().div_ceil(TASK);
    let results = (Shared::new(out), Shared::new(log_sum_exp));
    pieces(s.batch * s.key_heads * tasks, cost((2 * x.rows().min(TASK) + 16) * s.keys * s.width), |i| {
        let (pair, start) = (i / tasks, i % tasks * TASK);
        let range = start..(start + TASK).min(x.rows());
        // SAFETY: the slices have room for every row (checked above), and tasks own different rows.
        unsafe { task(x, pair / s.key_heads, pair % s.key_heads, range, results) };
    });
}

/// # Safety
///
/// The results have room for every row, and nothing else uses these rows meanwhile.
unsafe fn task<T: Float>(
    x: &Attention<'_, T>,
    batch: usize,
    key_head: usize,
    range: Range<usize>,
    results: (Shared<T>, Shared<T>),
) {
    let (s, scale) = (x.shape, x.scale);
    let (width, stride) = (s.width, padded::<T>(s.width));
    let rows = Rows::new(x, batch, key_head, range);
    let n = rows.len();
    let lengths = [
        n * width,
        n * stride,
        n,
        n.next_multiple_of(lanes::<T>()) * lanes::<T>(),
        width * tile::<T>(),
        tile::<T>() * stride,
        BLOCK * tile::<T>(),
        BLOCK.next_multiple_of(lanes::<T>()),
    ];
    with_scratch(lengths, |[q, out, maxima, sums, keys, values, scores, factors]| {
        for (row, count, [b, h, i]) in rows.runs() {
            let (x, stride) = (&x.q.data[x.q.place.row(b, h, i)..], x.q.place.strides[2]);
            let out = &mut q[row * width..];
            Brought { x, stride, rows: count, width, scale, out, out_stride: width }.run();
        }
        out.fill(T::ZERO);
        maxima.fill(T::LOWEST);
        sums.fill(T::ZERO);
        let mut state = State { x, rows: &rows, key_head, q, out, maxima, sums, keys, values, scores, factors };
        let seen = rows.sees(0..n);
        for start in (seen.start / tile::<T>() * tile::<T>()..seen.end).step_by(tile::<T>()) {
            state.take_tile(start);
        }
        let State { out, maxima, sums, .. } = state;
        dispatch(Finished { maxima, sums });
        for (row, count, [b, h, i]) in rows.runs() {
            let out_at = [((b * s.queries + i) * s.heads + h) * width, s.heads * width];
            let (factors, logs) = (&sums[row..row + count], &maxima[row..row + count]);
            // SAFETY: the rows lie within the results, and this task owns them (the caller's promise).
            unsafe {
                let x = &out[row * stride..];
                Returned { x, stride, rows: count, width, factors, out: results.0, out_at }.run();
                let at = results.1.at((b * s.heads + h) * s.queries + i);
                std::slice::from_raw_parts_mut(at, count).copy_from_slice(logs);
            }
        }
    });
}

/// What a task holds between tiles.
struct State<'a, T> {
    x: &'a Attention<'a, T>,
    rows: &'a Rows,
    key_head: usize,
    q: &'a [T],           // [rows, width], scaled
    out: &'a mut [T],     // [rows, padded width], relative to the maxima
    maxima: &'a mut [T],  // [rows]
    sums: &'a mut [T],    // [rows, lanes]
    keys: &'a mut [T],    // [width, tile]
    values: &'a mut [T],  // [tile, padded width]
    scores: &'a mut [T],  // [BLOCK, tile]
    factors: &'a mut [T], // [BLOCK]
}

impl<T: Float> State<'_, T> {
    /// Takes in the keys from `start` on.
    fn take_tile(&mut self, start: usize) {
        let (s, tile) = (self.x.shape, tile::<T>());
        let (k, v) = (self.x.k, self.x.v);
        let present = tile.min(s.keys - start);
        let at = |place: super::Place| place.row(self.rows.batch, self.key_head, start);
        let (width, padded) = (s.width, padded::<T>(s.width));
        let (x, v_stride) = (&v.data[at(v.place)..], v.place.strides[2]);
        let in_place = self.rows.len() <= BLOCK && width == padded; // values that are used once are not worth a copy
        let keys = &k.data[at(k.place)..];
        Transposed { x: keys, stride: k.place.strides[2], rows: present, width, out: self.keys }.run();
        let scratch = std::mem::take(&mut self.values);
        if !in_place {
            let out = &mut *scratch;
            Brought { x, stride: v_stride, rows: present, width, scale: T::ONE, out, out_stride: padded }.run();
        }
        let values = if in_place { (x, v_stride) } else { (&*scratch, padded) };
        for block in (0..self.rows.len()).step_by(BLOCK) {
            self.take_block(start, block..(block + BLOCK).min(self.rows.len()), values);
        }
        self.values = scratch;
    }

    fn take_block(&mut self, start: usize, rows: Range<usize>, values: (&[T], usize)) {
        let (s, tile, lanes) = (self.x.shape, tile::<T>(), lanes::<T>());
        let seen = self.rows.sees_of_tile::<T>(rows.clone(), start);
        if seen.is_empty() {
            return;
        }
        let (stride, columns) = (padded::<T>(s.width), seen.end.next_multiple_of(lanes));
        Product {
            a: &self.q[rows.start * s.width..],
            a_strides: [s.width, 1],
            b: self.keys,
            b_stride: tile,
            c: self.scores,
            c_stride: tile,
            rows: rows.len(),
            columns,
            depth: s.width,
            start: Start::Zero,
        }
        .run();
        self.rows.hide(&self.x.masking, s.keys, self.scores, rows.clone(), start, columns);
        Running {
            scores: self.scores,
            columns,
            maxima: &mut self.maxima[rows.clone()],
            sums: &mut self.sums[rows.start * lanes..rows.end * lanes],
            factors: self.factors,
        }
        .run();
        Product {
            a: self.scores,
            a_strides: [tile, 1],
            b: values.0,
            b_stride: values.1,
            c: &mut self.out[rows.start * stride..],
            c_stride: stride,
            rows: rows.len(),
            columns: stride,
            depth: seen.end,
            start: Start::Scaled(self.factors),
        }
        .run();
    }
}
