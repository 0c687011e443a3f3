//! Where heads lie in memory: strided, so that a joint `[b, t, 3 h d]` buffer is read and written in place.

use super::Float;
use super::pack::Returned;
use crate::kernels::parallel::Shared;
use std::marker::PhantomData;

/// The extents of an attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Sequences.
    pub batch: usize,
    /// Heads of queries.
    pub heads: usize,
    /// Heads of keys and values; divides `heads`, and head `i` reads key head `i / (heads / key_heads)`.
    pub key_heads: usize,
    /// Queries of each sequence.
    pub queries: usize,
    /// Keys of each sequence.
    pub keys: usize,
    /// Width of a head.
    pub width: usize,
}

impl Shape {
    /// How many heads of queries share a head of keys.
    pub(super) fn group(&self) -> usize {
        self.heads.checked_div(self.key_heads).unwrap_or(0)
    }
}

/// The place of `[batch, heads, positions, width]` in a slice; the last axis is contiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where the first element is.
    pub offset: usize,
    /// From one batch, head, position to the next, in elements.
    pub strides: [usize; 3],
}

impl Place {
    /// Where a row begins.
    #[inline(always)]
    pub(super) fn row(&self, batch: usize, head: usize, position: usize) -> usize {
        self.offset + batch * self.strides[0] + head * self.strides[1] + position * self.strides[2]
    }

    /// Past the last element.
    fn end(&self, extents: [usize; 3], width: usize) -> usize {
        self.offset + (0..3).map(|i| (extents[i] - 1) * self.strides[i]).sum::<usize>() + width
    }

    #[track_caller]
    pub(super) fn check(&self, name: &str, length: usize, extents: [usize; 3], width: usize) {
        let fits = extents.contains(&0) || self.end_checked(extents, width).is_some_and(|end| end <= length);
        assert!(fits, "attention: {name} {extents:?} of width {width} at {self:?} exceeds {length} elements");
    }

    fn end_checked(&self, extents: [usize; 3], width: usize) -> Option<usize> {
        (0..3).try_fold(self.offset.checked_add(width)?, |end, i| {
            end.checked_add((extents[i] - 1).checked_mul(self.strides[i])?)
        })
    }

    /// Whether rows do not overlap, as far as nested strides show it.
    fn is_injective(&self, extents: [usize; 3], width: usize) -> bool {
        let mut axes: Vec<_> = (0..3).filter(|&i| extents[i] > 1).map(|i| (self.strides[i], extents[i])).collect();
        axes.sort_unstable();
        let mut span = width;
        axes.into_iter().all(|(stride, extent)| {
            let nested = stride >= span;
            span += (extent - 1) * stride;
            nested
        })
    }

    /// The interval within a period that the elements fall in, if they stay within one.
    fn residues(&self, extents: [usize; 3], width: usize, period: usize) -> Option<(usize, usize)> {
        let start = self.offset % period;
        let inner: usize = (0..3)
            .filter(|&i| !self.strides[i].is_multiple_of(period))
            .map(|i| (extents[i] - 1) * self.strides[i])
            .sum();
        let end = start + inner + width;
        (end <= period).then_some((start, end))
    }
}

/// Whether two places share no element: their spans are apart, or they are interleaved with a common period.
fn apart(a: (&Place, [usize; 3]), b: (&Place, [usize; 3]), width: usize) -> bool {
    if a.1.contains(&0) || b.1.contains(&0) || width == 0 {
        return true;
    }
    let disjoint = |x: (usize, usize), y: (usize, usize)| x.1 <= y.0 || y.1 <= x.0;
    if disjoint((a.0.offset, a.0.end(a.1, width)), (b.0.offset, b.0.end(b.1, width))) {
        return true;
    }
    a.0.strides.into_iter().filter(|&period| period > 0).any(|period| {
        match (a.0.residues(a.1, width, period), b.0.residues(b.1, width, period)) {
            (Some(x), Some(y)) => disjoint(x, y),
            _ => false,
        }
    })
}

/// Heads that are read.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// Where they are.
    pub place: Place,
}

impl<'a, T: Float> Heads<'a, T> {
    /// The heads at a place of `data`.
    pub fn new(data: &'a [T], offset: usize, strides: [usize; 3]) -> Self {
        Self { data, place: Place { offset, strides } }
    }
}

/// Heads that are written.
#[derive(Debug)]
pub struct HeadsMut<'a, T> {
    data: Shared<T>,
    length: usize,
    place: Place,
    buffer: PhantomData<&'a mut [T]>,
}

impl<'a, T: Float> HeadsMut<'a, T> {
    /// The heads at a place of `data`.
    pub fn new(data: &'a mut [T], place: Place) -> Self {
        Self { length: data.len(), data: Shared::new(data), place, buffer: PhantomData }
    }

    /// Several heads in one buffer, such as the three parts of a joint `[b, t, 3 h d]`. That they are apart is checked where
    /// they are written.
    pub fn parts<const N: usize>(data: &'a mut [T], places: [Place; N]) -> [Self; N] {
        let (length, data) = (data.len(), Shared::new(data));
        places.map(|place| Self { data, length, place, buffer: PhantomData })
    }

    /// Checks bounds, and that no two rows overlap.
    #[track_caller]
    pub(super) fn check(&self, name: &str, extents: [usize; 3], width: usize) {
        self.place.check(name, self.length, extents, width);
        let injective = extents.contains(&0) || self.place.is_injective(extents, width);
        assert!(injective, "attention: rows of {name} {extents:?} of width {width} overlap at {:?}", self.place);
    }

    /// Whether two parts share no element.
    pub(super) fn is_apart(&self, extents: [usize; 3], other: &Self, others: [usize; 3], width: usize) -> bool {
        !std::ptr::eq(self.data.at(0), other.data.at(0)) || apart((&self.place, extents), (&other.place, others), width)
    }

    /// Writes successive rows of a head, those of `x` times `scale`.
    ///
    /// # Safety
    ///
    /// [`check`](Self::check) has passed for extents that hold the rows and for this width; nothing else uses the rows (or
    /// another part that is not apart) meanwhile.
    pub(super) unsafe fn write(
        &self,
        [batch, head, position]: [usize; 3],
        x: &[T],
        stride: usize,
        rows: usize,
        width: usize,
        scale: T,
    ) {
        let out_at = [self.place.row(batch, head, position), self.place.strides[2]];
        // SAFETY: the rows lie within the buffer (checked), which is borrowed for `'a`; the caller promises exclusive use.
        unsafe { Returned { x, stride, rows, width, factors: &[scale], out: self.data, out_at }.run() };
    }
}
