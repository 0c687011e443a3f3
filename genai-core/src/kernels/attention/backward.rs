//! The gradients of queries, keys and values.

use super::mask::Rows;
use super::pack::{Brought, RowProducts};
use super::product::{Product, Start};
use super::scratch::with_scratch;
use super::softmax::{ScoreGradients, Weights};
use super::transpose::Transposed;
use super::{Attention, Float, Heads, HeadsMut, cost, lanes, padded, tile};
use crate::kernels::dispatch;
use crate::kernels::parallel::pieces;
use std::ops::Range;

/// Rows that are computed together.
const BLOCK: usize = 24;

/// Scores of a head from which it is worth computing its gradients in parts.
const APART: usize = 256 * 256;

/// Where [`backward`] writes.
#[derive(Debug)]
pub struct Gradients<'a, T> {
    /// Of the queries, `[b, h, queries, d]`.
    pub q: HeadsMut<'a, T>,
    /// Of the keys, `[b, key_heads, keys, d]`.
    pub k: HeadsMut<'a, T>,
    /// Of the values, `[b, key_heads, keys, d]`.
    pub v: HeadsMut<'a, T>,
}

impl<T: Float> Gradients<'_, T> {
    #[track_caller]
    fn check(&self, x: &Attention<'_, T>) {
        let s = x.shape;
        let (queries, keys) = ([s.batch, s.heads, s.queries], [s.batch, s.key_heads, s.keys]);
        self.q.check("gradient of q", queries, s.width);
        self.k.check("gradient of k", keys, s.width);
        self.v.check("gradient of v", keys, s.width);
        let apart = self.q.is_apart(queries, &self.k, keys, s.width)
            && self.q.is_apart(queries, &self.v, keys, s.width)
            && self.k.is_apart(keys, &self.v, keys, s.width);
        assert!(apart, "attention: the gradients of q, k and v overlap");
    }
}

/// Writes the gradients of `q`, `k` and `v`, given [`forward`](super::forward)'s results and the gradient of `out`.
///
/// With `P` the weights, computed again from the scores `S` as `exp(S − log_sum_exp)`, and `g` the gradient:
/// `dv = Pᵀ g`, `dS = P ∘ (g vᵀ − rowsum(g ∘ out))`, `dq = scale · dS k`, `dk = scale · dSᵀ q`.
///
/// | slice | shape |
/// |---|---|
/// | `out` | `[b, queries, h, d]`, contiguous |
/// | `log_sum_exp` | `[b, h, queries]` |
/// | `gradient` | `[b, h, queries, d]`, of any strides |
///
/// # Panics
///
/// If a slice does not fit the shape, or rows to be written overlap.
#[track_caller]
pub fn backward<T: Float>(
    x: &Attention<'_, T>,
    out: &[T],
    log_sum_exp: &[T],
    gradient: Heads<'_, T>,
    to: &mut Gradients<'_, T>,
) {
    x.check();
    let s = x.shape;
    let rows = s.batch * s.heads * s.queries;
    assert!(out.len() == rows * s.width, "attention: out has {} elements, expected {}", out.len(), rows * s.width);
    assert!(log_sum_exp.len() == rows, "attention: {} logarithms, expected {rows}", log_sum_exp.len());
    gradient.place.check("gradient", gradient.data.len(), [s.batch, s.heads, s.queries], s.width);
    to.check(x);
    let known = Known { x, out, log_sum_exp, gradient };
    let parts = parts(x);
    pieces(s.batch * s.key_heads * parts.len(), cost(5 * x.rows() * s.keys * s.width / parts.len()), |i| {
        let (pair, part) = (i / parts.len(), &parts[i % parts.len()]);
        // SAFETY: bounds and disjointness were checked; tasks own different heads, and parts of a head different rows.
        unsafe { known.task(pair / s.key_heads, pair % s.key_heads, part, to) };
    });
}

/// How the work of a pair of batch and key head is cut.
///
/// Where pairs are fewer than threads, the gradients of queries and of keys are computed apart, a range at a time: 7
/// products instead of 5, but on all threads. The bits are the same: each element's sum has one order in both ways.
fn parts<T: Float>(x: &Attention<'_, T>) -> Vec<Part> {
    let (s, all) = (x.shape, x.rows());
    if s.batch * s.key_heads >= rayon::current_num_threads() || all * s.keys < APART {
        return vec![Part { rows: 0..all, keys: 0..s.keys, of_queries: true, of_keys: true }];
    }
    let (rows, keys) = (10 * BLOCK, 4 * tile::<T>());
    let of_queries = (0..all).step_by(rows).map(|row| Part {
        rows: row..(row + rows).min(all),
        keys: 0..s.keys,
        of_queries: true,
        of_keys: false,
    });
    let of_keys = (0..s.keys).step_by(keys).map(|key| Part {
        rows: 0..all,
        keys: key..(key + keys).min(s.keys),
        of_queries: false,
        of_keys: true,
    });
    of_keys.chain(of_queries).collect()
}

/// What gradients are computed from.
struct Known<'a, T> {
    x: &'a Attention<'a, T>,
    out: &'a [T],
    log_sum_exp: &'a [T],
    gradient: Heads<'a, T>,
}

/// What a task computes of a pair of batch and key head: the gradients of its queries, or of its keys and values, or both.
struct Part {
    rows: Range<usize>,
    keys: Range<usize>,
    of_queries: bool,
    of_keys: bool,
}

impl<T: Float> Known<'_, T> {
    /// # Safety
    ///
    /// `to` was checked, and nothing else uses the rows of this part meanwhile.
    unsafe fn task(&self, batch: usize, key_head: usize, part: &Part, to: &Gradients<'_, T>) {
        let (width, stride, tile) = (self.x.shape.width, padded::<T>(self.x.shape.width), tile::<T>());
        let rows = Rows::new(self.x, batch, key_head, part.rows.clone());
        let n = rows.len();
        let (all, block, of_tile) = (n * stride, BLOCK * tile, tile * stride);
        let lengths = [all, all, all, n, n, width * tile, width * tile, of_tile, of_tile, of_tile, block, block];
        with_scratch(lengths, |[q, g, dq, logs, means, k_columns, v_columns, k, dk, dv, weights, scores]| {
            self.bring_rows(&rows, q, g, logs, means);
            dq.fill(T::ZERO);
            let mut state = State {
                known: self,
                rows: &rows,
                key_head,
                part,
                q,
                g,
                dq,
                logs,
                means,
                k_columns,
                v_columns,
                k,
                dk,
                dv,
                weights,
                scores,
            };
            for start in part.keys.clone().step_by(tile) {
                state.take_tile(start);
                if part.of_keys {
                    let (x, rows) = ([&*state.dk, &*state.dv], tile.min(self.x.shape.keys - start));
                    for (x, to) in x.into_iter().zip([&to.k, &to.v]) {
                        // SAFETY: the caller's promise; the keys of this part lie within the keys.
                        unsafe { to.write([batch, key_head, start], x, stride, rows, width, T::ONE) };
                    }
                }
            }
            for (row, count, at) in rows.runs().filter(|_| part.of_queries) {
                // SAFETY: the caller's promise; the rows of this part lie within the queries.
                unsafe { to.q.write(at, &state.dq[row * stride..], stride, count, width, self.x.scale) };
            }
        });
    }

    /// Copies queries (scaled), gradients, log-sum-exp and the products of output and gradient.
    fn bring_rows(&self, rows: &Rows, q: &mut [T], g: &mut [T], logs: &mut [T], means: &mut [T]) {
        let (s, stride) = (self.x.shape, padded::<T>(self.x.shape.width));
        let (q_in, g_in) = (self.x.q, self.gradient);
        let width = s.width;
        for (row, rows, [b, h, i]) in rows.runs() {
            let (x, out, scale) = (&q_in.data[q_in.place.row(b, h, i)..], &mut q[row * stride..], self.x.scale);
            Brought { x, stride: q_in.place.strides[2], rows, width, scale, out, out_stride: stride }.run();
            let (x, out, scale) = (&g_in.data[g_in.place.row(b, h, i)..], &mut g[row * stride..], T::ONE);
            Brought { x, stride: g_in.place.strides[2], rows, width, scale, out, out_stride: stride }.run();
            let (a, out) = (&self.out[((b * s.queries + i) * s.heads + h) * width..], &mut means[row..row + rows]);
            RowProducts { a, a_stride: s.heads * width, b: &g[row * stride..], b_stride: stride, width, out }.run();
            let known = &self.log_sum_exp[(b * s.heads + h) * s.queries + i..][..rows];
            for (log, &known) in logs[row..].iter_mut().zip(known) {
                *log = if known == T::LOWEST { -known } else { known };
            }
        }
    }
}

/// What a task holds between tiles; `stride` is the padded width.
struct State<'a, T> {
    known: &'a Known<'a, T>,
    rows: &'a Rows,
    key_head: usize,
    part: &'a Part,
    q: &'a [T],             // [rows, stride], scaled
    g: &'a [T],             // [rows, stride]
    dq: &'a mut [T],        // [rows, stride], before scaling
    logs: &'a [T],          // [rows]
    means: &'a [T],         // [rows]
    k_columns: &'a mut [T], // [width, tile]
    v_columns: &'a mut [T], // [width, tile]
    k: &'a mut [T],         // [tile, stride]
    dk: &'a mut [T],        // [tile, stride]
    dv: &'a mut [T],        // [tile, stride]
    weights: &'a mut [T],   // [BLOCK, tile]
    scores: &'a mut [T],    // [BLOCK, tile]
}

impl<T: Float> State<'_, T> {
    /// Goes over all rows with the keys from `start` on.
    fn take_tile(&mut self, start: usize) {
        let (x, tile) = (self.known.x, tile::<T>());
        let (s, rows) = (x.shape, tile.min(x.shape.keys - start));
        let (width, stride) = (s.width, padded::<T>(s.width));
        let at = |place: super::Place| place.row(self.rows.batch, self.key_head, start);
        let (keys, values) = (&x.k.data[at(x.k.place)..], &x.v.data[at(x.v.place)..]);
        let (k_stride, v_stride) = (x.k.place.strides[2], x.v.place.strides[2]);
        Transposed { x: keys, stride: k_stride, rows, width, out: self.k_columns }.run();
        Transposed { x: values, stride: v_stride, rows, width, out: self.v_columns }.run();
        Brought { x: keys, stride: k_stride, rows, width, scale: T::ONE, out: self.k, out_stride: stride }.run();
        self.dk.fill(T::ZERO);
        self.dv.fill(T::ZERO);
        for block in (0..self.rows.len()).step_by(BLOCK) {
            self.take_block(start, block..(block + BLOCK).min(self.rows.len()));
        }
    }

    fn take_block(&mut self, start: usize, rows: Range<usize>) {
        let (x, tile) = (self.known.x, tile::<T>());
        let seen = self.rows.sees_of_tile::<T>(rows.clone(), start);
        if seen.is_empty() {
            return;
        }
        let (width, stride) = (x.shape.width, padded::<T>(x.shape.width));
        let (columns, keys) = (seen.end.next_multiple_of(lanes::<T>()), seen.end);
        let (n, first) = (rows.len(), rows.start * stride);
        let of_scores = |a, b, c| Product {
            a,
            a_strides: [stride, 1],
            b,
            b_stride: tile,
            c,
            c_stride: tile,
            rows: n,
            columns,
            depth: width,
            start: Start::Zero,
        };
        of_scores(&self.q[first..], &*self.k_columns, &mut *self.weights).run();
        if x.shape.keys == 1 {
            // The mean over one key is its own: the gradient of its score is 0, not what rounding leaves of two sums.
            let scores = self.scores.chunks_exact_mut(tile);
            scores.zip(&self.means[rows.clone()]).for_each(|(scores, &mean)| scores.fill(mean));
        } else {
            of_scores(&self.g[first..], &*self.v_columns, &mut *self.scores).run();
        }
        self.rows.hide(&x.masking, x.shape.keys, self.weights, rows.clone(), start, columns);
        dispatch(Weights { scores: self.weights, columns, log_sum_exp: &self.logs[rows.clone()] });
        dispatch(ScoreGradients { weights: self.weights, gradients: self.scores, columns, means: &self.means[rows] });
        if self.part.of_keys {
            let of_keys = |a, b, c| Product {
                a,
                a_strides: [1, tile],
                b,
                b_stride: stride,
                c,
                c_stride: stride,
                rows: keys,
                columns: stride,
                depth: n,
                start: Start::Sum,
            };
            of_keys(&*self.weights, &self.g[first..], &mut *self.dv).run();
            of_keys(&*self.scores, &self.q[first..], &mut *self.dk).run();
        }
        if self.part.of_queries {
            Product {
                a: self.scores,
                a_strides: [tile, 1],
                b: self.k,
                b_stride: stride,
                c: &mut self.dq[first..],
                c_stride: stride,
                rows: n,
                columns: stride,
                depth: keys,
                start: Start::Sum,
            }
            .run();
        }
    }
}
