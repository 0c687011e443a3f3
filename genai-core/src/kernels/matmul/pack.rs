//! Copies of `a` and `b` in the order in which a tile reads them, in scratch memory that a thread keeps.

use std::cell::Cell;
use std::marker::PhantomData;

use super::tile::{COLUMN_STEP, Order, row_step};
use super::vector::{Body, Sealed, Vector};

/// A matrix by pointer: element (i, j) is `start[i · rows + j · columns]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand<T> {
    pub start: *const T,
    pub rows: isize,
    pub columns: isize,
}

impl<T> Operand<T> {
    /// The matrix whose first element is (i, j).
    pub(super) fn at(self, i: usize, j: usize) -> Self {
        let start = self.start.wrapping_offset(i.cast_signed() * self.rows + j.cast_signed() * self.columns);
        Self { start, ..self }
    }
}

/// How many elements the copy of a tile's rows takes.
pub(super) const fn rows_space<T: Sealed>() -> usize {
    14 * row_step::<T>() + COLUMN_STEP * T::DEPTH
}

/// Copies `rows` × `depth` elements of `a` for a tile and says how they lie.
///
/// # Safety
///
/// The instruction set is there, `a` has the elements, `to` has room for [`rows_space`] elements.
pub(super) unsafe fn pack_rows<V: Vector>(
    a: Operand<V::Element>,
    rows: usize,
    depth: usize,
    to: *mut V::Element,
) -> Order {
    let by_columns = a.rows == 1 && a.columns != 1;
    let (outer, inner, from_step, to_step) = if by_columns {
        (depth, rows, a.columns, COLUMN_STEP)
    } else {
        (rows, depth, a.rows, row_step::<V::Element>())
    };
    let lines = Lines::<V> {
        outer,
        inner,
        from: a.start,
        from_step,
        element_step: if by_columns { 1 } else { a.columns },
        to,
        to_step,
    };
    // SAFETY: passed on.
    unsafe { V::compiled(lines) };
    if by_columns { Order::Columns } else { Order::Rows }
}

/// Copies `outer` lines of `inner` elements.
struct Lines<V: Vector> {
    outer: usize,
    inner: usize,
    from: *const V::Element,
    from_step: isize,
    element_step: isize,
    to: *mut V::Element,
    to_step: usize,
}

impl<V: Vector> Body for Lines<V> {
    #[inline(always)]
    unsafe fn run(self) {
        // SAFETY: the lines are within the matrix and within the copy.
        unsafe {
            for i in 0..self.outer {
                let from = self.from.wrapping_offset(i.cast_signed() * self.from_step);
                let to = self.to.add(i * self.to_step);
                if self.element_step == 1 {
                    line::<V>(from, to, self.inner);
                } else {
                    for j in 0..self.inner {
                        *to.add(j) = *from.wrapping_offset(j.cast_signed() * self.element_step);
                    }
                }
            }
        }
    }
}

/// Copies `count` elements.
#[inline(always)]
unsafe fn line<V: Vector>(from: *const V::Element, to: *mut V::Element, count: usize) {
    let mut i = 0;
    // SAFETY: the caller promises `count` elements on both sides.
    unsafe {
        while i + V::LANES <= count {
            V::load(from.add(i)).store(to.add(i));
            i += V::LANES;
        }
        if i < count {
            let mask = V::mask(count - i);
            V::load_masked(from.add(i), mask).store_masked(to.add(i), mask);
        }
    }
}

/// Copies `depth` × `columns` elements of `b` into panels of two registers' width: row after row in a panel, panel after
/// panel. The last panel's missing columns are left as they were.
///
/// # Safety
///
/// The instruction set is there, `b` has the elements, `to` has room for whole panels.
pub(super) unsafe fn pack_columns<V: Vector>(
    b: Operand<V::Element>,
    depth: usize,
    columns: usize,
    to: *mut V::Element,
) {
    // SAFETY: passed on.
    unsafe { V::compiled(Panels::<V> { b, depth, columns, to, register: PhantomData }) };
}

struct Panels<V: Vector> {
    b: Operand<V::Element>,
    depth: usize,
    columns: usize,
    to: *mut V::Element,
    register: PhantomData<V>,
}

impl<V: Vector> Body for Panels<V> {
    #[inline(always)]
    unsafe fn run(self) {
        let panel = 2 * V::LANES;
        // SAFETY: every part is within the matrix and within the copy.
        unsafe {
            for first in (0..self.columns).step_by(V::LANES) {
                let b = self.b.at(0, first);
                let to = self.to.add(first / panel * panel * self.depth + first % panel);
                let columns = V::LANES.min(self.columns - first);
                if self.b.columns == 1 {
                    copied::<V>(b, self.depth, columns, to);
                } else if self.b.rows == 1 && columns == V::LANES {
                    transposed::<V>(b, self.depth, to);
                } else {
                    gathered::<V>(b, 0..self.depth, columns, to);
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn copied<V: Vector>(b: Operand<V::Element>, depth: usize, columns: usize, to: *mut V::Element) {
    // SAFETY: the caller promises the elements on both sides.
    unsafe {
        let mask = V::mask(columns);
        for p in 0..depth {
            V::load_masked(b.at(p, 0).start, mask).store_masked(to.add(p * 2 * V::LANES), mask);
        }
    }
}

#[inline(always)]
unsafe fn transposed<V: Vector>(b: Operand<V::Element>, depth: usize, to: *mut V::Element) {
    let whole = depth / V::LANES * V::LANES;
    // SAFETY: the caller promises the elements on both sides.
    unsafe {
        for p in (0..whole).step_by(V::LANES) {
            V::transpose(b.at(p, 0).start, b.columns, to.add(p * 2 * V::LANES), 2 * V::LANES);
        }
        gathered::<V>(b, whole..depth, V::LANES, to);
    }
}

#[inline(always)]
unsafe fn gathered<V: Vector>(
    b: Operand<V::Element>,
    depth: std::ops::Range<usize>,
    columns: usize,
    to: *mut V::Element,
) {
    for p in depth {
        for j in 0..columns {
            // SAFETY: the caller promises the elements on both sides.
            unsafe { *to.add(p * 2 * V::LANES + j) = *b.at(p, j).start };
        }
    }
}

#[derive(Clone, Copy)]
#[repr(align(64))]
struct CacheLine {
    _bytes: [u8; 64],
}

thread_local! {
    static SCRATCH: Cell<Vec<CacheLine>> = const { Cell::new(Vec::new()) };
}

/// Lends `f` room for `elements` elements, aligned to a cache line and holding anything; the thread keeps it for the next
/// call.
pub(super) fn scratch<T: Sealed, R>(elements: usize, f: impl FnOnce(*mut T) -> R) -> R {
    let lines = (elements * size_of::<T>()).div_ceil(size_of::<CacheLine>());
    let mut space = SCRATCH.take();
    if space.len() < lines {
        space.resize(lines, CacheLine { _bytes: [0; 64] });
    }
    let result = f(space.as_mut_ptr().cast());
    SCRATCH.set(space);
    result
}
