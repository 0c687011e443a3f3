//! Copies of `a` and `b` in the order in which a tile reads them, in scratch memory that a thread keeps.

use std::cell::Cell;
use std::marker::PhantomData;

use super::tile::width;
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

/// The rows of `a` that are copied at a time: four cache lines of each column in `f32`.
pub(super) const GROUP: usize = 64;

/// The rows that lie side by side in a copy of `a`, which is the step from a column to the next.
pub(super) const LINE: usize = 16;

/// Copies `rows` × `depth` elements of `a`, [`GROUP`] rows at most: column after column of the first [`LINE`] rows, then of
/// the next. The missing rows of the last line hold anything.
///
/// # Safety
///
/// The instruction set is there, `a` has the elements, `to` has room for whole lines.
pub(super) unsafe fn pack_rows<V: Vector>(a: Operand<V::Element>, rows: usize, depth: usize, to: *mut V::Element) {
    // SAFETY: passed on.
    unsafe { V::compiled(Rows::<V> { a, rows, depth, to }) };
}

struct Rows<V: Vector> {
    a: Operand<V::Element>,
    rows: usize,
    depth: usize,
    to: *mut V::Element,
}

impl<V: Vector> Body for Rows<V> {
    #[inline(always)]
    unsafe fn run(self) {
        let whole = if self.a.rows == 1 { self.rows / LINE * LINE } else { 0 };
        for p in 0..self.depth {
            let from = self.a.at(0, p).start;
            // SAFETY: the caller promises the elements on both sides.
            unsafe {
                for line in (0..whole).step_by(LINE) {
                    let (from, to) = (from.add(line), self.to.add(line * self.depth + p * LINE));
                    V::prefetch(from.wrapping_offset(8 * self.a.columns));
                    for i in (0..LINE).step_by(V::LANES) {
                        V::load(from.add(i)).store(to.add(i));
                    }
                }
                for i in whole..self.rows {
                    *self.to.add(i / LINE * LINE * self.depth + p * LINE + i % LINE) =
                        *from.wrapping_offset(i.cast_signed() * self.a.rows);
                }
            }
        }
    }
}

/// Copies `depth` × `columns` elements of `b` into panels as wide as the tiles that will read them: row after row in a panel,
/// panel after panel. What is missing of the last register is zero.
///
/// # Safety
///
/// The instruction set is there, `b` has the elements, `to` has room for whole registers.
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
                return (0..self.depth).for_each(|p| self.row(p));
            }
            let mut panel = 0;
            while panel < self.columns {
                let step = self.width(panel);
                for first in (panel..self.columns.min(panel + step)).step_by(V::LANES) {
                    let (b, to) = (self.b.at(0, first), self.to.add(panel * self.depth + first - panel));
                    let columns = V::LANES.min(self.columns - first);
                    if self.b.rows == 1 && columns == V::LANES {
                        transposed::<V>(b, self.depth, to, step);
                    } else {
                        gathered::<V>(b, 0..self.depth, columns, to, step);
                    }
                }
                panel += step;
            }
        }
    }
}

impl<V: Vector> Panels<V> {
    /// The columns of the panel that begins at a column, missing ones counted.
    #[inline(always)]
    fn width(&self, panel: usize) -> usize {
        width((self.columns - panel).div_ceil(V::LANES)) * V::LANES
    }

    /// Copies a row into all panels, which reads memory in order.
    #[inline(always)]
    unsafe fn row(&self, p: usize) {
        let from = self.b.at(p, 0).start;
        let mut panel = 0;
        while panel < self.columns {
            let step = self.width(panel);
            let to = self.to.wrapping_add(panel * self.depth + p * step);
            // SAFETY: the promise of `run`.
            unsafe { line::<V>(from.add(panel), to, step.min(self.columns - panel), 4 * self.b.rows) };
            panel += step;
        }
    }
}

/// Copies `count` elements into whole registers, asking for those `ahead` of them.
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
            V::load_masked(from.add(i), V::mask(count - i)).store(to.add(i));
        }
    }
}

#[inline(always)]
unsafe fn transposed<V: Vector>(b: Operand<V::Element>, depth: usize, to: *mut V::Element, step: usize) {
    let whole = depth / V::LANES * V::LANES;
    // SAFETY: the caller promises the elements on both sides.
    unsafe {
        for p in (0..whole).step_by(V::LANES) {
            V::transpose(b.at(p, 0).start, b.columns, to.add(p * step), step);
        }
        gathered::<V>(b, whole..depth, V::LANES, to, step);
    }
}

#[inline(always)]
unsafe fn gathered<V: Vector>(
    b: Operand<V::Element>,
    depth: std::ops::Range<usize>,
    columns: usize,
    to: *mut V::Element,
    step: usize,
) {
    for p in depth {
        for j in 0..columns {
            // SAFETY: the caller promises the elements on both sides.
            unsafe { *to.add(p * step + j) = *b.at(p, j).start };
        }
        for j in columns..V::LANES {
            // SAFETY: the caller promises a whole register.
            unsafe { *to.add(p * step + j) = V::Element::default() };
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
