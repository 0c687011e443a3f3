//! [`Axes`]: one number an axis, inline.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// Ranks up to this lie inline.
const INLINE: usize = 6;

/// One number for each axis of a tensor. Up to six lie inline, so that shapes and strides are made and copied without the
/// allocator; more are on the heap.
pub struct Axes<T> {
    inline: [T; INLINE],
    rank: usize,
    /// All of them, where they are too many.
    #[expect(
        clippy::box_collection,
        reason = "eight bytes in every shape instead of 24, for what hardly ever is there"
    )]
    more: Option<Box<Vec<T>>>,
}

impl<T: Copy + Default> Axes<T> {
    /// None: those of a scalar.
    #[inline]
    pub fn new() -> Self {
        Self { inline: [T::default(); INLINE], rank: 0, more: None }
    }

    /// A copy of these.
    #[inline]
    pub fn from_slice(x: &[T]) -> Self {
        let mut axes = Self::new();
        axes.rank = x.len();
        if x.len() > INLINE {
            axes.more = Some(Box::new(x.to_vec()));
            return axes;
        }
        // A loop of known length: a copy of unknown length would be a call.
        for (i, place) in axes.inline.iter_mut().enumerate() {
            if i < x.len() {
                *place = x[i];
            }
        }
        axes
    }

    /// One number `rank` times.
    #[inline]
    pub fn from_elem(x: T, rank: usize) -> Self {
        let more = (rank > INLINE).then(|| Box::new(vec![x; rank]));
        Self { inline: [x; INLINE], rank, more }
    }

    /// Appends one.
    #[inline]
    pub fn push(&mut self, x: T) {
        if self.rank < INLINE {
            self.inline[self.rank] = x;
        } else {
            let inline = self.inline;
            self.more.get_or_insert_with(|| Box::new(inline.to_vec())).push(x);
        }
        self.rank += 1;
    }

    /// Puts one at `axis`, before what is there.
    pub fn insert(&mut self, axis: usize, x: T) {
        let mut all = self.to_vec();
        all.insert(axis, x);
        *self = Self::from_slice(&all);
    }

    /// Takes one out.
    pub fn remove(&mut self, axis: usize) {
        let mut all = self.to_vec();
        all.remove(axis);
        *self = Self::from_slice(&all);
    }

    /// As a slice.
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        self
    }
}

impl<T: Copy> Clone for Axes<T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { inline: self.inline, rank: self.rank, more: if self.more.is_some() { self.more.clone() } else { None } }
    }
}

impl<T: Copy + Default> Default for Axes<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for Axes<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.more {
            None => &self.inline[..self.rank],
            Some(more) => more,
        }
    }
}

impl<T> DerefMut for Axes<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.more {
            None => &mut self.inline[..self.rank],
            Some(more) => more,
        }
    }
}

impl<T: Copy + Default> Extend<T> for Axes<T> {
    #[inline]
    fn extend<I: IntoIterator<Item = T>>(&mut self, x: I) {
        x.into_iter().for_each(|x| self.push(x));
    }
}

impl<T: Copy + Default> FromIterator<T> for Axes<T> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(x: I) -> Self {
        let mut axes = Self::new();
        axes.extend(x);
        axes
    }
}

impl<'a, T> IntoIterator for &'a Axes<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Copy + Default, const N: usize> From<[T; N]> for Axes<T> {
    #[inline]
    fn from(x: [T; N]) -> Self {
        Self::from_slice(&x)
    }
}

impl<T: Copy + Default> From<&[T]> for Axes<T> {
    #[inline]
    fn from(x: &[T]) -> Self {
        Self::from_slice(x)
    }
}

impl<T: PartialEq> PartialEq for Axes<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        equal(self, other)
    }
}

/// Whether these are the same numbers: a loop, because the comparison of slices is a call, which takes longer.
#[inline]
pub(crate) fn equal<T: PartialEq>(x: &[T], y: &[T]) -> bool {
    if x.len() != y.len() {
        return false;
    }
    let mut i = 0;
    while i < x.len() && x[i] == y[i] {
        i += 1;
    }
    i == x.len()
}

impl<T: Eq> Eq for Axes<T> {}

impl<T: fmt::Debug> fmt::Debug for Axes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Axes;

    #[test]
    fn inline_and_heap_behave_alike() {
        for rank in 0..10 {
            let numbers: Vec<usize> = (0..rank).collect();
            let axes: Axes<usize> = numbers.iter().copied().collect();
            assert_eq!(axes[..], numbers);
            assert_eq!(axes, Axes::from_slice(&numbers));
            assert_eq!(Axes::from_elem(7, rank)[..], vec![7; rank]);
            let mut longer = axes.clone();
            longer.insert(rank / 2, 99);
            assert_eq!(longer.len(), rank + 1);
            longer.remove(rank / 2);
            assert_eq!(longer, axes);
        }
    }
}
