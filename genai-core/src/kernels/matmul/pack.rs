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

/// How many tiles' rows are copied at a time where `a` lies column after column: half a kilobyte of each column.
const TOGETHER: usize = 8;

/// How the copies of `a` lie, and for how many tiles at a time they are made.
pub(super) fn order<T: Copy>(a: Operand<T>) -> (Order, usize) {
    if a.rows == 1 && a.columns != 1 { (Order::Columns, TOGETHER) } else { (Order::Rows, 1) }
}

/// Copies the rows of tiles, `bounds[i]..bounds[i + 1]` for tile `i`, each into [`rows_space`] elements of `to`.
///
/// # Safety
///
/// The instruction set is there, `a` has the elements, `to` has the room, a tile has at most `V::ROWS` rows.
pub(super) unsafe fn pack_rows<V: Vector>(
    a: Operand<V::Element>,
    bounds: &[usize],
    depth: usize,
    order: Order,
    to: *mut V::Element,
) {
    // SAFETY: passed on.
    unsafe { V::compiled(Rows::<V> { a, bounds, depth, order, to }) };
}

struct Rows<'b, V: Vector> {
    a: Operand<V::Element>,
    bounds: &'b [usize],
    depth: usize,
    order: Order,
    to: *mut V::Element,
}

impl<V: Vector> Body for Rows<'_, V> {
    #[inline(always)]
    unsafe fn run(self) {
        // SAFETY: the lines are within the matrix and within the copy.
        unsafe {
            match self.order {
                Order::Rows => self.in_rows(),
                Order::Columns => self.in_columns(),
            }
        }
    }
}

impl<V: Vector> Rows<'_, V> {
    #[inline(always)]
    unsafe fn in_rows(&self) {
        // About 4 KiB ahead; beyond the last line begins the next tile's first.
        let ahead = (1024 / self.depth).clamp(2, 16).cast_signed() * self.a.rows;
        // SAFETY: the promise of `run`.
        unsafe {
            for i in self.bounds[0]..self.bounds[1] {
                let to = self.to.add((i - self.bounds[0]) * row_step::<V::Element>());
                if self.a.columns == 1 {
                    line::<V>(self.a.at(i, 0).start, to, self.depth, ahead);
                } else {
                    for p in 0..self.depth {
                        *to.add(p) = *self.a.at(i, p).start;
                    }
                }
            }
        }
    }

    /// Copies more rows than a tile has where more are there: whole registers need no mask.
    #[inline(always)]
    unsafe fn in_columns(&self) {
        let end = self.bounds[self.bounds.len() - 1];
        // SAFETY: the promise of `run`; a whole step is copied where as many rows follow.
        unsafe {
            for p in 0..self.depth {
                for (tile, rows) in self.bounds.windows(2).enumerate() {
                    let from = self.a.at(rows[0], p).start;
                    let to = self.to.add(tile * rows_space::<V::Element>() + p * COLUMN_STEP);
                    V::prefetch(from.wrapping_offset(8 * self.a.columns));
                    if rows[0] + COLUMN_STEP <= end {
                        for i in (0..COLUMN_STEP).step_by(V::LANES) {
                            V::load(from.add(i)).store(to.add(i));
                        }
                    } else {
                        line::<V>(from, to, rows[1] - rows[0], 8 * self.a.columns);
                    }
                }
            }
        }
    }
}

/// Copies `count` elements, asking for those `ahead` of them.
#[inline(always)]
unsafe fn line<V: Vector>(from: *const V::Element, to: *mut V::Element, count: usize, ahead: isize) {
    let mut i = 0;
    // SAFETY: the caller promises `count` elements on both sides.
    unsafe {
        while i + V::LANES <= count {
            V::prefetch(from.add(i).wrapping_offset(ahead));
            V::load(from.add(i)).store(to.add(i));
            i += V::LANES;
        }
        if i < count {
            V::prefetch(from.add(i).wrapping_offset(ahead));
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
        // SAFETY: every part is within the matrix and within the copy.
        unsafe {
            if self.b.columns == 1 {
                return self.copied();
            }
            for first in (0..self.columns).step_by(V::LANES) {
                let (b, to) = (self.b.at(0, first), self.to.add(self.place(first)));
                let columns = V::LANES.min(self.columns - first);
                if self.b.rows == 1 && columns == V::LANES {
                    transposed::<V>(b, self.depth, to);
                } else {
                    gathered::<V>(b, 0..self.depth, columns, to);
                }
            }
        }
    }
}

impl<V: Vector> Panels<V> {
    /// Where a column's first element goes.
    #[inline(always)]
    fn place(&self, column: usize) -> usize {
        let panel = 2 * V::LANES;
        column / panel * panel * self.depth + column % panel
    }

    /// Copies row by row, which reads memory in order.
    #[inline(always)]
    unsafe fn copied(&self) {
        let whole = self.columns / V::LANES * V::LANES;
        // SAFETY: the promise of `run`.
        unsafe {
            for p in 0..self.depth {
                let (from, to) = (self.b.at(p, 0).start, self.to.add(p * 2 * V::LANES));
                for first in (0..whole).step_by(V::LANES) {
                    V::load(from.add(first)).store(to.add(self.place(first)));
                }
                if whole < self.columns {
                    let mask = V::mask(self.columns - whole);
                    V::load_masked(from.add(whole), mask).store_masked(to.add(self.place(whole)), mask);
                }
            }
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
