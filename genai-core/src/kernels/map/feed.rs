//! What a formula reads: inputs in any layout, a block at a time.

use super::{BLOCK, INPUTS};
use crate::dtype::Stored;
use crate::kernels::copy::Walk;
use crate::kernels::lanes::Float;
use crate::layout::Layout;
use smallvec::SmallVec;

/// An input, expanded to the output's shape.
#[derive(Clone, Debug)]
pub(crate) enum Feed<'a, T> {
    /// Elements in the output's order.
    Run(&'a [T]),
    /// The same number for every element.
    Constant(T),
    /// Any other layout of a buffer.
    Walk(&'a [T], Walk),
}

impl<'a, T: Stored> Feed<'a, T> {
    /// The elements of `data` that `layout`, expanded to the output's shape, describes.
    pub(crate) fn new(data: &'a [T], layout: &Layout) -> Self {
        if layout.is_contiguous() {
            return Self::Run(&data[layout.range()]);
        }
        if layout.is_constant() {
            return Self::Constant(data[layout.offset()]);
        }
        Self::Walk(data, Walk::new(layout))
    }
}

/// The blocks of the inputs from some element on.
pub(super) struct Blocks<'a, T> {
    feeds: SmallVec<[Feed<'a, T>; INPUTS]>,
    /// A block of each input that is not read in place.
    scratch: Vec<T>,
    size: usize,
    at: usize,
}

impl<'a, T: Float + Stored> Blocks<'a, T> {
    /// From element `start` on; blocks of up to `size` elements.
    pub(super) fn new(feeds: &[Feed<'a, T>], start: usize, size: usize) -> Self {
        assert!(feeds.len() <= INPUTS && size <= BLOCK, "{} inputs in blocks of {size}", feeds.len());
        let mut scratch = vec![T::ZERO; feeds.len() * size];
        let mut own = SmallVec::new();
        for (i, feed) in feeds.iter().enumerate() {
            own.push(match feed {
                Feed::Walk(data, walk) => Feed::Walk(data, walk.from(start)),
                other => other.clone(),
            });
            if let Feed::Constant(x) = feed {
                scratch[i * size..][..size].fill(*x);
            }
        }
        Self { feeds: own, scratch, size, at: start }
    }

    /// The next `count` elements of each input, at most the size of a block.
    pub(super) fn next(&mut self, count: usize) -> [&[T]; INPUTS] {
        let mut x = [&[][..]; INPUTS];
        let parts = self.scratch.chunks_mut(self.size.max(1));
        for ((x, feed), part) in x.iter_mut().zip(&mut self.feeds).zip(parts) {
            *x = match feed {
                Feed::Run(data) => &data[self.at..self.at + count],
                Feed::Constant(_) => &part[..count],
                Feed::Walk(data, walk) => {
                    walk.read(data, &mut part[..count]);
                    &part[..count]
                }
            };
        }
        self.at += count;
        x
    }
}
