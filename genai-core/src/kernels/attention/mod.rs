//! Scaled dot-product attention: `softmax(q kᵀ · scale + mask) v` without the matrix of scores.
//!
//! The keys are walked in tiles. For a block of queries, the scores of one tile are computed into scratch that stays in the
//! nearest cache, turned into weights by a running maximum and sum, and multiplied by the values at once. Only the
//! logarithm of each row's sum of exponentials is kept; the backward pass computes the scores again from it.
//!
//! Bits: tiles begin at multiples of a constant, counted from key 0, and a row's arithmetic is the same whichever rows are
//! computed beside it. So a row depends neither on the batch, nor on the number of threads, nor on whether its query came
//! alone (decoding with a cache) or with the whole prompt.
//!
//! A row that may see no key gives zeros, a log-sum-exp of −∞ and no gradients (PyTorch's "safe softmax").
//!
//! Source: Dao 2023, [arXiv:2307.08691](https://arxiv.org/abs/2307.08691), algorithms 1 and 2; the running sum is from
//! Milakov & Gimelshein 2018, [arXiv:1805.02867](https://arxiv.org/abs/1805.02867), algorithm 3.

mod backward;
mod forward;
mod layout;
mod mask;
mod pack;
mod product;
mod scratch;
mod softmax;
mod transpose;
mod weights;

pub use backward::{Gradients, backward};
pub use forward::forward;
pub use layout::{Heads, HeadsMut, Place, Shape};
pub use mask::{Masking, Table};
pub use weights::weights;

use super::lanes::{Float, Vector};
use super::{Portable, Simd};
use std::ops::Range;

/// What attention is computed of.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a, T> {
    /// The extents.
    pub shape: Shape,
    /// Queries `[b, h, queries, d]`.
    pub q: Heads<'a, T>,
    /// Keys `[b, key_heads, keys, d]`.
    pub k: Heads<'a, T>,
    /// Values `[b, key_heads, keys, d]`.
    pub v: Heads<'a, T>,
    /// Factor of the scores, usually 1/√d.
    pub scale: T,
    /// Which query sees which key.
    pub masking: Masking<'a, T>,
}

impl<T: Float> Attention<'_, T> {
    #[track_caller]
    fn check(&self) {
        let Shape { batch, heads, key_heads, queries, keys, width } = self.shape;
        assert!(
            if key_heads == 0 { heads == 0 } else { heads.is_multiple_of(key_heads) },
            "attention: {heads} heads are no multiple of {key_heads} key heads"
        );
        self.q.place.check("q", self.q.data.len(), [batch, heads, queries], width);
        self.k.place.check("k", self.k.data.len(), [batch, key_heads, keys], width);
        self.v.place.check("v", self.v.data.len(), [batch, key_heads, keys], width);
        self.masking.check(self.shape);
    }

    /// The query rows that share a head of keys, first by head, then by position.
    fn rows(&self) -> usize {
        self.shape.group() * self.shape.queries
    }
}

/// How many keys a tile holds: four registers, the width of a product's block.
const fn tile<T: Float>() -> usize {
    4 * lanes::<T>()
}

/// How many numbers a register holds.
const fn lanes<T: Float>() -> usize {
    <T::Lanes<Portable> as Vector>::WIDTH
}

/// The width of a row in scratch: whole registers.
fn padded<T: Float>(width: usize) -> usize {
    width.max(1).next_multiple_of(lanes::<T>())
}

/// The register of `T` on `S`.
type Register<T, S> = <T as Float>::Lanes<S>;

/// The smallest range that holds both.
fn union(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b.clone(),
        (_, true) => a.clone(),
        _ => a.start.min(b.start)..a.end.max(b.end),
    }
}

/// An estimate of the time of multiply-adds, in nanoseconds.
fn cost(multiply_adds: usize) -> usize {
    multiply_adds / 32
}
