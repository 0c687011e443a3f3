//! Where the elements of a tensor lie in its buffer: shape, signed strides, offset.

pub use crate::axes::Axes;

use crate::axes::equal;
use smallvec::SmallVec;
use std::ops::Range;

/// Extents of each axis; up to six lie inline.
pub type Dims = Axes<usize>;
/// Steps of each axis, counted in elements; 0 repeats, negative walks backwards.
pub type Strides = Axes<isize>;

/// Element `i` of a tensor lies at `offset + Σ i[a] · strides[a]` of its buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    shape: Dims,
    /// `None` where they are those of row-major order: most are, and a layout is copied with every value.
    strides: Option<Box<Strides>>,
    offset: usize,
}

impl Layout {
    /// Row-major, without gaps, from the start of the buffer.
    #[inline]
    pub fn contiguous(shape: &[usize]) -> Self {
        Self::of(Dims::from_slice(shape))
    }

    /// [`contiguous`](Self::contiguous) in a shape that is moved.
    #[inline]
    pub(crate) fn of(shape: Dims) -> Self {
        Self { shape, strides: None, offset: 0 }
    }

    /// A layout in any strides; the caller sees to it that it stays within the buffer.
    pub fn new(shape: Dims, strides: Strides, offset: usize) -> Self {
        debug_assert_eq!(shape.len(), strides.len());
        let strides = (!is_row_major(&shape, &strides)).then(|| Box::new(strides));
        Self { shape, strides, offset }
    }

    /// Extents of each axis.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Steps of each axis in elements; for an axis of extent 1, and if there are no elements, those of row-major order.
    pub fn strides(&self) -> Strides {
        self.strides.as_deref().cloned().unwrap_or_else(|| row_major(&self.shape))
    }

    /// The element of the buffer where the tensor starts.
    #[inline]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Extents of each axis, to be copied.
    #[inline]
    pub(crate) fn dims(&self) -> &Dims {
        &self.shape
    }

    /// Number of elements.
    #[inline]
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the elements lie in row-major order without gaps.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        self.strides.is_none()
    }

    /// Whether all elements, of which there are some, are one place of the buffer.
    pub fn is_constant(&self) -> bool {
        self.count() > 0 && self.strides().iter().zip(self.shape()).all(|(&step, &n)| step == 0 || n == 1)
    }

    /// The elements of the buffer that a contiguous tensor covers.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.count()
    }

    /// The first and last element of the buffer that are touched; `None` for an empty tensor.
    pub fn bounds(&self) -> Option<(usize, usize)> {
        if self.count() == 0 {
            return None;
        }
        let (mut low, mut high) = (self.offset as isize, self.offset as isize);
        for (&n, &s) in self.shape.iter().zip(&self.strides()) {
            let reach = s * (n as isize - 1);
            low += reach.min(0);
            high += reach.max(0);
        }
        Some((low as usize, high as usize))
    }

    /// The same elements with axes in another order.
    pub fn permuted(&self, axes: &[usize]) -> Self {
        let strides = self.strides();
        let shape = axes.iter().map(|&a| self.shape[a]).collect();
        Self::new(shape, axes.iter().map(|&a| strides[a]).collect(), self.offset)
    }

    /// Repeated along new axes in front and along axes of extent 1. The caller has checked that the shapes fit.
    pub fn expanded(&self, shape: &[usize]) -> Self {
        let lead = shape.len() - self.shape.len();
        let mut strides = Strides::from_elem(0, shape.len());
        for (a, (&n, &s)) in self.shape.iter().zip(&self.strides()).enumerate() {
            strides[lead + a] = if n == 1 && shape[lead + a] != 1 { 0 } else { s };
        }
        Self::new(Dims::from_slice(shape), strides, self.offset)
    }

    /// Every `step`-th index of `axis` from `start`, `count` of them; a negative step walks backwards.
    pub fn sliced(&self, axis: usize, start: usize, count: usize, step: isize) -> Self {
        let (mut shape, mut strides, mut offset) = (self.shape.clone(), self.strides(), self.offset);
        if count > 0 {
            offset = (offset as isize + start as isize * strides[axis]) as usize;
        }
        shape[axis] = count;
        strides[axis] *= step;
        Self::new(shape, strides, offset)
    }

    /// The same elements in another shape, without moving them; `None` where the strides do not allow it.
    pub fn reshaped(&self, shape: &[usize]) -> Option<Self> {
        if self.is_contiguous() {
            return Some(Self { offset: self.offset, ..Self::contiguous(shape) });
        }
        let old: SmallVec<[(usize, isize); 6]> =
            coalesce(&self.shape, [&self.strides()]).map(|(n, [s])| (n, s)).collect();
        let mut strides = Strides::from_elem(0, shape.len());
        let mut a = shape.len();
        for &(n, s) in old.iter().rev() {
            let (mut left, mut stride) = (n, s);
            while left > 1 || (a > 0 && shape[a - 1] == 1) {
                if a == 0 || !left.is_multiple_of(shape[a - 1]) {
                    return None;
                }
                a -= 1;
                strides[a] = stride;
                stride *= shape[a] as isize;
                left /= shape[a];
            }
        }
        Some(Self::new(Dims::from_slice(shape), strides, self.offset))
    }
}

/// Whether elements in these strides lie in row-major order without gaps.
fn is_row_major(shape: &[usize], strides: &[isize]) -> bool {
    let mut expected = 1;
    for (&n, &s) in shape.iter().zip(strides).rev() {
        if n != 1 && s != expected {
            return shape.contains(&0);
        }
        expected *= n as isize;
    }
    true
}

/// Strides of a row-major tensor without gaps.
pub fn row_major(shape: &[usize]) -> Strides {
    let mut strides = Strides::from_elem(1, shape.len());
    for a in (1..shape.len()).rev() {
        strides[a - 1] = strides[a] * shape[a] as isize;
    }
    strides
}

/// The fewest axes that describe the same walk over `N` tensors of one shape: axes of extent 1 vanish, neighbours whose
/// steps continue each other in every tensor merge.
pub fn coalesce<const N: usize>(
    shape: &[usize],
    strides: [&[isize]; N],
) -> impl DoubleEndedIterator<Item = (usize, [isize; N])> + ExactSizeIterator + use<N> {
    let mut axes: SmallVec<[(usize, [isize; N]); 6]> = SmallVec::new();
    for (a, &n) in shape.iter().enumerate() {
        if n == 1 {
            continue;
        }
        let step: [isize; N] = std::array::from_fn(|i| strides[i][a]);
        match axes.last_mut() {
            Some((m, outer)) if (0..N).all(|i| outer[i] == step[i] * n as isize) => {
                *m *= n;
                *outer = step;
            }
            _ => axes.push((n, step)),
        }
    }
    axes.into_iter()
}

/// The shape that NumPy broadcasting gives, or `None`.
pub fn broadcast(a: &[usize], b: &[usize]) -> Option<Dims> {
    if equal(a, b) {
        return Some(Dims::from_slice(a));
    }
    let rank = a.len().max(b.len());
    let extent = |x: &[usize], axis: usize| if axis + x.len() < rank { 1 } else { x[axis + x.len() - rank] };
    (0..rank)
        .map(|axis| match (extent(a, axis), extent(b, axis)) {
            (m, n) if m == n => Some(m),
            (1, n) => Some(n),
            (m, 1) => Some(m),
            _ => None,
        })
        .collect()
}
