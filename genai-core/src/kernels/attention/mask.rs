//! Which query sees which key.

use super::{Attention, Float, Shape, tile, union};
use std::ops::Range;

/// What is added to the scores or hides them. The conditions hold together; the default shows every key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Masking<'a, T> {
    /// A query sees no key behind its own position.
    pub causal: bool,
    /// The position of query 0 among the keys: 0 where both begin together (PyTorch's `is_causal`), `keys − queries` where
    /// both end together (decoding with a cache).
    pub first: isize,
    /// A query at position `p` sees only keys nearer than this: `|p − key| < window`.
    pub window: Option<usize>,
    /// Keys may be seen where this is not 0; `[b, h, queries, keys]`.
    pub allowed: Option<Table<'a, u8>>,
    /// Added to the scaled scores; `[b, h, queries, keys]`.
    pub bias: Option<Table<'a, T>>,
}

/// A table over `[b, h, queries, keys]`; axes along which it is constant have stride 0.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// Where the first one is.
    pub offset: usize,
    /// From one batch, head, query, key to the next, in elements.
    pub strides: [usize; 4],
}

impl<'a, T: Copy> Table<'a, T> {
    #[track_caller]
    fn check(&self, name: &str, shape: Shape) {
        let extents = [shape.batch, shape.heads, shape.queries, shape.keys];
        let last =
            || (0..4).try_fold(self.offset, |last, i| last.checked_add((extents[i] - 1).checked_mul(self.strides[i])?));
        let fits = extents.contains(&0) || last().is_some_and(|last| last < self.data.len());
        let (strides, length) = (self.strides, self.data.len());
        assert!(fits, "attention: {name} {extents:?} with strides {strides:?} exceeds {length} elements");
    }

    /// The elements of some keys of a row.
    fn row(&self, [batch, head, query]: [usize; 3], keys: Range<usize>) -> impl Iterator<Item = T> + 'a {
        let [b, h, q, k] = self.strides;
        let (data, start) = (self.data, self.offset + batch * b + head * h + query * q);
        keys.map(move |key| data[start + key * k])
    }
}

impl<T: Float> Masking<'_, T> {
    #[track_caller]
    pub(super) fn check(&self, shape: Shape) {
        if let Some(allowed) = self.allowed {
            allowed.check("allowed", shape);
        }
        if let Some(bias) = self.bias {
            bias.check("bias", shape);
        }
    }

    /// The keys that a query may see by its position.
    fn visible(&self, query: usize, keys: usize) -> Range<usize> {
        let position = self.first.saturating_add_unsigned(query);
        let clamped = |key: isize| key.clamp(0, isize::try_from(keys).unwrap_or(isize::MAX)).unsigned_abs();
        let behind = position.saturating_add(1);
        let (mut start, mut end) = (0, if self.causal { clamped(behind) } else { keys });
        if let Some(window) = self.window {
            start = clamped(behind.saturating_sub_unsigned(window));
            end = end.min(clamped(position.saturating_add_unsigned(window)));
        }
        start..end.max(start)
    }
}

/// The query rows of a task: which they are and what they see.
pub(super) struct Rows {
    first: usize,
    queries: usize,
    /// Their sequence.
    pub(super) batch: usize,
    /// Their first head.
    head: usize,
    visible: Vec<Range<usize>>,
}

impl Rows {
    /// Rows `range` of the rows that share `key_head`.
    pub(super) fn new<T: Float>(x: &Attention<'_, T>, batch: usize, key_head: usize, range: Range<usize>) -> Self {
        let Shape { queries, keys, .. } = x.shape;
        let visible = range.clone().map(|row| x.masking.visible(row % queries, keys)).collect();
        Self { first: range.start, queries, batch, head: key_head * x.shape.group(), visible }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.visible.len()
    }

    /// Batch, head and query of a row.
    pub(super) fn at(&self, row: usize) -> [usize; 3] {
        let row = self.first + row;
        [self.batch, self.head + row / self.queries, row % self.queries]
    }

    /// The rows as runs of successive queries of a head: the first row, how many, and batch, head and query of the first.
    pub(super) fn runs(&self) -> impl Iterator<Item = (usize, usize, [usize; 3])> + '_ {
        let mut row = 0;
        std::iter::from_fn(move || {
            let first = row;
            let at = (first < self.len()).then(|| self.at(first))?;
            let length = (self.queries - at[2]).min(self.len() - first);
            row += length;
            Some((first, length, at))
        })
    }

    /// The keys that any of these rows sees.
    pub(super) fn sees(&self, rows: Range<usize>) -> Range<usize> {
        self.visible[rows].iter().fold(0..0, |all, row| union(&all, row))
    }

    /// The keys of the tile at `start` that any of these rows sees, counted from `start`.
    pub(super) fn sees_of_tile<T: Float>(&self, rows: Range<usize>, start: usize) -> Range<usize> {
        let keys = self.sees(rows);
        let clamped = |key: usize| key.clamp(start, start + tile::<T>()) - start;
        clamped(keys.start)..clamped(keys.end)
    }

    /// Adds the bias to the scores of a tile, row after row, and sets those of hidden keys among the first `columns` to −∞.
    pub(super) fn hide<T: Float>(
        &self,
        masking: &Masking<'_, T>,
        keys: usize,
        scores: &mut [T],
        rows: Range<usize>,
        start: usize,
        columns: usize,
    ) {
        let present = start..(start + columns).min(keys);
        for (row, scores) in rows.zip(scores.chunks_exact_mut(tile::<T>())) {
            if let Some(bias) = masking.bias {
                for (score, bias) in scores.iter_mut().zip(bias.row(self.at(row), present.clone())) {
                    *score += bias;
                }
            }
            if let Some(allowed) = masking.allowed {
                for (score, allowed) in scores.iter_mut().zip(allowed.row(self.at(row), present.clone())) {
                    *score = if allowed == 0 { T::LOWEST } else { *score };
                }
            }
            let visible = &self.visible[row];
            let clamped = |key: usize| key.clamp(start, start + columns) - start;
            scores[..clamped(visible.start)].fill(T::LOWEST);
            scores[clamped(visible.end)..columns].fill(T::LOWEST);
        }
    }
}
