//! Parts of tensors in the way of NumPy: `x.at((0, 1..3, .., -1))`.

use crate::tensor::Tensor;
use smallvec::{SmallVec, smallvec};
use std::ops::{Range, RangeFrom, RangeFull, RangeTo};

/// What is taken of one axis. Integers and ranges turn into it; negative numbers count from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// One index; the axis goes away.
    At(isize),
    /// The indices from `start` up to, not including, `end`; every `step`-th of them.
    Range {
        /// The first index, 0 if none is given.
        start: isize,
        /// The index after the last, the extent if none is given.
        end: Option<isize>,
        /// Steps between indices; a negative one takes the range from its end.
        step: isize,
    },
    /// A new axis of extent 1.
    NewAxis,
    /// As many whole axes as are not spoken of.
    Ellipsis,
}

/// A new axis of extent 1.
#[derive(Clone, Copy, Debug)]
pub struct NewAxis;

/// As many whole axes as are not spoken of.
#[derive(Clone, Copy, Debug)]
pub struct Ellipsis;

impl Pick {
    fn range(start: isize, end: Option<isize>) -> Self {
        Self::Range { start, end, step: 1 }
    }
}

impl From<NewAxis> for Pick {
    fn from(_: NewAxis) -> Self {
        Self::NewAxis
    }
}

impl From<Ellipsis> for Pick {
    fn from(_: Ellipsis) -> Self {
        Self::Ellipsis
    }
}

impl From<RangeFull> for Pick {
    fn from(_: RangeFull) -> Self {
        Self::range(0, None)
    }
}

macro_rules! from_integers {
    ($($t:ty),*) => {$(
        impl From<$t> for Pick {
            fn from(i: $t) -> Self {
                Self::At(i as isize)
            }
        }

        impl From<Range<$t>> for Pick {
            fn from(r: Range<$t>) -> Self {
                Self::range(r.start as isize, Some(r.end as isize))
            }
        }

        impl From<RangeFrom<$t>> for Pick {
            fn from(r: RangeFrom<$t>) -> Self {
                Self::range(r.start as isize, None)
            }
        }

        impl From<RangeTo<$t>> for Pick {
            fn from(r: RangeTo<$t>) -> Self {
                Self::range(0, Some(r.end as isize))
            }
        }
    )*};
}

from_integers!(i32, isize, usize);

/// Ranges with a step.
pub trait Step: Into<Pick> {
    /// Every `step`-th index of the range; a negative step takes them from its end, as ndarray does.
    ///
    /// ```
    /// # use genai_core::{Tensor, index::Step};
    /// let x = Tensor::arange(8);
    /// assert_eq!(x.at((1..).step(3)).to_vec::<i64>(), [1, 4, 7]);
    /// assert_eq!(x.at((..4).step(-1)).to_vec::<i64>(), [3, 2, 1, 0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the step is 0, or if this is no range.
    #[track_caller]
    fn step(self, step: isize) -> Pick {
        assert!(step != 0, "step: 0 leads nowhere");
        match self.into() {
            Pick::Range { start, end, .. } => Pick::Range { start, end, step },
            other => panic!("step: {other:?} is no range"),
        }
    }
}

impl Step for RangeFull {}
impl<T> Step for Range<T> where Self: Into<Pick> {}
impl<T> Step for RangeFrom<T> where Self: Into<Pick> {}
impl<T> Step for RangeTo<T> where Self: Into<Pick> {}

/// A pick, or a tuple of up to six: one for each axis from the first; axes that are left over are taken whole.
pub trait Index {
    /// In the order of the axes.
    fn picks(self) -> SmallVec<[Pick; 6]>;
}

impl<P: Into<Pick>> Index for P {
    fn picks(self) -> SmallVec<[Pick; 6]> {
        smallvec![self.into()]
    }
}

macro_rules! index_tuples {
    ($(($($p:ident),+))*) => {$(
        impl<$($p: Into<Pick>),+> Index for ($($p,)+) {
            #[allow(non_snake_case, reason = "the names of the types stand for their values")]
            fn picks(self) -> SmallVec<[Pick; 6]> {
                let ($($p,)+) = self;
                smallvec![$($p.into()),+]
            }
        }
    )*};
}

index_tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }

impl Tensor {
    /// A part of a tensor, without a copy: indices, ranges, [`NewAxis`] and [`Ellipsis`] as in NumPy.
    ///
    /// ```
    /// # use genai_core::{Tensor, index::{Ellipsis, NewAxis}};
    /// let x = Tensor::arange(24).reshape([2, 3, 4]);
    /// assert_eq!(x.at((0, 1..3, -1)).to_vec::<i64>(), [7, 11]);
    /// assert_eq!(x.at((.., -2.., 2)).shape(), [2, 2]);
    /// assert_eq!(x.at((Ellipsis, 0)).to_vec::<i64>(), [0, 4, 8, 12, 16, 20]);
    /// assert_eq!(x.at((1, NewAxis, .., ..-1)).shape(), [1, 3, 3]);
    /// ```
    ///
    /// # Panics
    ///
    /// If an index or the end of a range is not there, a range ends before it starts, or there are more picks than axes.
    #[track_caller]
    pub fn at(&self, index: impl Index) -> Self {
        let picks = index.picks();
        let spoken_of = picks.iter().filter(|pick| matches!(pick, Pick::At(_) | Pick::Range { .. })).count();
        let ellipses = picks.iter().filter(|&&pick| pick == Pick::Ellipsis).count();
        assert!(spoken_of <= self.rank(), "at: {spoken_of} indices into {:?}", self.shape());
        assert!(ellipses <= 1, "at: {ellipses} ellipses, only one has a meaning");
        let (mut part, mut axis, mut own) = (self.clone(), 0, 0); // axes of the part and of this
        for pick in picks {
            match pick {
                Pick::At(i) => {
                    part = part.select(axis, self.index_along(own, i));
                    own += 1;
                }
                Pick::Range { start, end, step } => {
                    let range = self.range_along(own, start, end);
                    part = part.pick_range(axis, range, step);
                    (axis, own) = (axis + 1, own + 1);
                }
                Pick::NewAxis => {
                    part = part.unsqueeze(axis);
                    axis += 1;
                }
                Pick::Ellipsis => {
                    let whole = self.rank() - spoken_of;
                    (axis, own) = (axis + whole as isize, own + whole);
                }
            }
        }
        part
    }

    #[track_caller]
    fn index_along(&self, axis: usize, i: isize) -> usize {
        let n = self.shape()[axis] as isize;
        let index = if i < 0 { i.wrapping_add(n) } else { i };
        assert!((0..n).contains(&index), "at: index {i} of axis {axis} of {:?}", self.shape());
        index as usize
    }

    #[track_caller]
    fn range_along(&self, axis: usize, start: isize, end: Option<isize>) -> Range<usize> {
        let n = self.shape()[axis] as isize;
        let from_front = |i: isize| if i < 0 { i.wrapping_add(n) } else { i };
        let (first, last) = (from_front(start), end.map_or(n, from_front));
        let end = end.map_or_else(String::new, |end| end.to_string());
        let inside = 0 <= first && first <= last && last <= n;
        assert!(inside, "at: range {start}..{end} of axis {axis} of {:?}", self.shape());
        first as usize..last as usize
    }

    #[track_caller]
    fn pick_range(&self, axis: isize, range: Range<usize>, step: isize) -> Self {
        if range == (0..self.shape()[axis as usize]) && step == 1 {
            return self.clone();
        }
        let count = range.len().div_ceil(step.unsigned_abs());
        let start = if step < 0 { range.end.saturating_sub(1) } else { range.start };
        self.slice(axis, start, count, step)
    }
}
