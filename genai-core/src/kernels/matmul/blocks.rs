//! The loops around the tile, for one rectangle of `c`.

use std::ops::Range;

use super::ahead::Ahead;
use super::pack::{GROUP, LINE, Operand, pack_columns, pack_rows, scratch};
use super::tile::{self, Tile, WIDEST};
use super::vector::{Sealed, Vector};
use super::{few_rows, sweep};

/// The bytes of `b` that are packed at a time: a quarter of a second-level cache.
const BLOCK: usize = 1 << 19;
/// From this many rows on, the packing of `b` pays although its rows lie in order already.
const PACK: usize = 128;

/// Up to so many bytes of `b` stay where they are for any number of rows.
const SMALL: usize = 3 << 16;

/// A product by pointers. The sums are added to the rows of `base`, `base_step` apart, where it is not null.
pub(super) struct Region<T> {
    pub n: usize,
    pub k: usize,
    pub a: Operand<T>,
    pub b: Operand<T>,
    pub base: *const T,
    pub base_step: usize,
    pub c: *mut T,
}

/// Some rows and columns of `c`.
pub(super) struct Rectangle {
    pub rows: Range<usize>,
    pub columns: Range<usize>,
}

/// The depth of the panels of an inner extent: as even as they come in steps of 16.
pub(super) fn depth<T: Sealed>(k: usize) -> usize {
    k.div_ceil(k.div_ceil(T::DEPTH)).next_multiple_of(16)
}

/// Whether so many columns of `b` stay where they are for any number of rows.
pub(super) fn is_small<T: Sealed>(k: usize, columns: usize) -> bool {
    depth::<T>(k).min(k) * columns * size_of::<T>() <= SMALL
}

/// Computes a rectangle of a product whose inner extent is not zero.
///
/// # Safety
///
/// The instruction set is there; the operands have the elements of the product; no other thread touches the rectangle.
pub(super) unsafe fn rectangle<V: Vector>(region: &Region<V::Element>, at: &Rectangle) {
    let depth = depth::<V::Element>(region.k);
    let (panel, rows, columns) = (WIDEST * V::LANES, at.rows.len(), at.columns.len());
    let way = way::<V>(region, rows, columns);
    // A few rows take each panel while it is fresh; more rows pack as many as the cache holds.
    let fits = BLOCK / (depth * size_of::<V::Element>()) / panel * panel;
    let block = match way {
        Way::Swept => sweep::BYTES / size_of::<V::Element>() / rows.min(sweep::AT_ONCE) / V::LANES * V::LANES,
        Way::Packed if rows <= V::ROWS => panel,
        Way::Packed => fits.min(columns.next_multiple_of(panel)),
        Way::InPlace | Way::Transposed => columns,
    };
    let packed = match way {
        Way::Swept => sweep::BYTES / size_of::<V::Element>(),
        Way::Packed => block * depth,
        Way::Transposed | Way::InPlace => panel * depth,
    };
    let copied = region.a.columns != 1 && way != Way::Swept;
    let space = if copied { rows.min(GROUP).next_multiple_of(LINE) * depth } else { 0 };
    scratch(space + packed, |copies: *mut V::Element| {
        for first in at.columns.clone().step_by(block) {
            for p in (0..region.k).step_by(depth) {
                let columns = first..at.columns.end.min(first + block);
                let depth = depth.min(region.k - p);
                let slab = Slab { depth, p, rows: &at.rows, columns, way, copied };
                // SAFETY: passed on; the scratch has the rows' and a block's space.
                unsafe { slab.run::<V>(region, copies, copies.wrapping_add(space)) };
            }
        }
    });
}

/// How `b` is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By tiles from a packed block.
    Packed,
    /// By tiles from where it lies, row after row.
    InPlace,
    /// By tiles from where it lies, column after column.
    Transposed,
    /// Row after row for all columns.
    Swept,
}

fn way<V: Vector>(region: &Region<V::Element>, rows: usize, columns: usize) -> Way {
    if region.b.columns == 1 && rows <= sweep::ROWS {
        Way::Swept
    } else if region.b.columns == 1 && (rows < PACK || is_small::<V::Element>(region.k, columns)) {
        Way::InPlace
    } else if region.b.rows == 1 && rows <= V::ROWS && region.a.columns == 1 {
        Way::Transposed
    } else {
        Way::Packed
    }
}

/// One panel of the inner extent, for some columns.
struct Slab<'r> {
    depth: usize,
    p: usize,
    rows: &'r Range<usize>,
    columns: Range<usize>,
    way: Way,
    copied: bool,
}

impl Slab<'_> {
    /// # Safety
    ///
    /// As [`rectangle`]; `copies` and `packed` have room for a group's rows and for the columns.
    unsafe fn run<V: Vector>(&self, region: &Region<V::Element>, copies: *mut V::Element, packed: *mut V::Element) {
        if self.way == Way::Swept {
            let tile = self.tile(region, region.a.at(self.rows.start, self.p), self.rows.start, self.columns.start);
            // SAFETY: passed on.
            return unsafe { sweep::run::<V>(self.rows.len(), self.columns.len(), &tile, packed) };
        }
        let packed_from = self.packed_from::<V>();
        if packed_from < self.columns.end {
            let b = region.b.at(self.p, packed_from);
            // SAFETY: passed on.
            unsafe { pack_columns::<V>(b, self.depth, self.columns.end - packed_from, packed) };
        }
        for group in self.rows.clone().step_by(GROUP) {
            let end = self.rows.end.min(group + GROUP);
            if self.copied {
                // SAFETY: passed on.
                unsafe { pack_rows::<V>(region.a.at(group, self.p), end - group, self.depth, copies) };
            }
            let mut ahead = self.ahead::<V>(region, end, end - group, GROUP);
            for row in (group..end).step_by(V::ROWS) {
                let rows = row..end.min(row + V::ROWS);
                let a = if self.copied {
                    let line = (row - group) / LINE * LINE;
                    let start = copies.wrapping_add(line * self.depth + row - group - line);
                    Operand { start: start.cast_const(), rows: 1, columns: LINE.cast_signed() }
                } else {
                    ahead = self.ahead::<V>(region, rows.end, rows.len(), V::ROWS);
                    region.a.at(row, self.p)
                };
                // SAFETY: passed on.
                unsafe { self.stripe::<V>(region, rows, a, packed, &mut ahead) };
            }
        }
    }

    /// What is read of `a` after `row`, asked for while `rows` rows are computed.
    fn ahead<V: Vector>(&self, region: &Region<V::Element>, row: usize, rows: usize, next: usize) -> Ahead<V::Element> {
        let (row, p) = if row < self.rows.end { (row, self.p) } else { (self.rows.start, self.p + self.depth) };
        let (rows_left, depth) = (next.min(self.rows.end - row), self.depth.min(region.k.saturating_sub(p)));
        let calls = self.columns.len().div_ceil(WIDEST * V::LANES) * rows;
        let a = region.a.at(row, p);
        if !self.copied {
            Ahead::new(a.start, a.rows, rows_left, depth, calls)
        } else if a.rows == 1 {
            Ahead::new(a.start, a.columns, depth, rows_left, calls)
        } else {
            Ahead::new(a.start, 0, 0, 0, 1)
        }
    }

    /// The first of the columns of `b` that are packed: where the others lie, the last may be no whole register.
    fn packed_from<V: Vector>(&self) -> usize {
        let (Range { start, end }, count) = (self.columns.clone(), self.columns.len());
        match self.way {
            Way::Packed => start,
            Way::InPlace if !count.is_multiple_of(V::LANES) => start + tile::last::<V>(count),
            Way::Transposed => end - count % V::LANES,
            Way::InPlace | Way::Swept => end,
        }
    }

    /// One tile's rows by all columns.
    unsafe fn stripe<V: Vector>(
        &self,
        region: &Region<V::Element>,
        rows: Range<usize>,
        a: Operand<V::Element>,
        packed: *mut V::Element,
        ahead: &mut Ahead<V::Element>,
    ) {
        let packed_from = self.packed_from::<V>();
        let mut j = self.columns.start;
        while j < self.columns.end {
            let left = self.columns.end - j;
            let in_lanes = self.way == Way::Transposed && left >= V::LANES;
            let width = if self.way == Way::Transposed { 1 } else { tile::width(left.div_ceil(V::LANES)) };
            let columns = left.min(width * V::LANES);
            let mut tile = self.tile(region, a, rows.start, j);
            tile.last = columns - (width - 1) * V::LANES;
            if in_lanes {
                tile.b_step = region.b.columns;
            } else if j >= packed_from {
                tile.b = packed.wrapping_add((j - packed_from) * self.depth);
                tile.b_step = (width * V::LANES).cast_signed();
            }
            // SAFETY: the tile lies within the operands, the packed copies and the rectangle.
            unsafe {
                if in_lanes {
                    few_rows::run::<V>(rows.len(), &tile);
                } else {
                    tile::run::<V>(rows.len(), width, &tile, ahead);
                }
            }
            j += columns;
        }
    }

    /// The tile at a row and a column, with `b` where it lies.
    fn tile<T: Copy>(&self, region: &Region<T>, a: Operand<T>, row: usize, column: usize) -> Tile<T> {
        let b = region.b.at(self.p, column);
        let c = region.c.wrapping_add(row * region.n + column);
        let (base, base_step) = match (self.p, region.base.is_null()) {
            (0, true) => (region.base, 0),
            (0, false) => (region.base.wrapping_add(row * region.base_step + column), region.base_step),
            _ => (c.cast_const(), region.n),
        };
        Tile {
            depth: self.depth,
            a: a.start,
            a_row: a.rows,
            a_step: a.columns,
            b: b.start,
            b_step: b.rows,
            last: 0,
            base,
            base_step,
            c,
            c_step: region.n,
        }
    }
}
