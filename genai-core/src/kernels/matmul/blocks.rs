//! The loops around the tile, for one rectangle of `c`.

use std::ops::Range;

use super::few_rows;
use super::pack::{Operand, order, pack_columns, pack_rows, rows_space, scratch};
use super::tile::{self, Order, Tile};
use super::vector::{Sealed, Vector};

/// The bytes of `b` that are packed at a time: half of a second-level cache.
const BLOCK: usize = 1 << 20;
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

/// Computes a rectangle of a product whose inner extent is not zero.
///
/// # Safety
///
/// The instruction set is there; the operands have the elements of the product; no other thread touches the rectangle.
pub(super) unsafe fn rectangle<V: Vector>(region: &Region<V::Element>, at: &Rectangle) {
    let depth = depth::<V::Element>(region.k);
    let (panel, rows, columns) = (2 * V::LANES, at.rows.len(), at.columns.len());
    let (order, together) = order(region.a);
    let (space, way) = (rows_space::<V::Element>() * together, way::<V>(region, rows, columns, depth, order));
    // A few rows take each panel while it is fresh; more rows pack as many as the cache holds.
    let fits = BLOCK / (depth * size_of::<V::Element>()) / panel * panel;
    let block = match way {
        Way::Packed if rows <= V::ROWS => panel,
        Way::Packed => fits.min(columns.next_multiple_of(panel)),
        Way::InPlace | Way::Transposed => columns,
    };
    let packed = match way {
        Way::Packed => block * depth,
        Way::Transposed => panel * depth,
        Way::InPlace => 0,
    };
    scratch(space + packed, |copies: *mut V::Element| {
        for first in at.columns.clone().step_by(block) {
            for p in (0..region.k).step_by(depth) {
                let columns = first..at.columns.end.min(first + block);
                let depth = depth.min(region.k - p);
                let slab = Slab { depth, p, rows: &at.rows, columns, way, order, together };
                // SAFETY: passed on; the scratch has the rows' and a block's space.
                unsafe { slab.run::<V>(region, copies, copies.wrapping_add(space)) };
            }
        }
    });
}

/// How a tile reads `b`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From a packed block.
    Packed,
    /// From where it lies, row after row.
    InPlace,
    /// From where it lies, column after column.
    Transposed,
}

fn way<V: Vector>(region: &Region<V::Element>, rows: usize, columns: usize, depth: usize, order: Order) -> Way {
    let bytes = depth.min(region.k) * columns * size_of::<V::Element>();
    if region.b.columns == 1 && (rows < PACK || bytes <= SMALL) {
        Way::InPlace
    } else if region.b.rows == 1 && rows <= V::ROWS && order == Order::Rows {
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
    order: Order,
    together: usize,
}

impl Slab<'_> {
    /// # Safety
    ///
    /// As [`rectangle`]; `copies` and `packed` have room for the tiles' rows and for the columns.
    unsafe fn run<V: Vector>(&self, region: &Region<V::Element>, copies: *mut V::Element, packed: *mut V::Element) {
        let (from, m) = (self.rows.start, self.rows.len());
        let tiles = m.div_ceil(V::ROWS);
        if self.way == Way::Packed {
            let b = region.b.at(self.p, self.columns.start);
            // SAFETY: passed on.
            unsafe { pack_columns::<V>(b, self.depth, self.columns.len(), packed) };
        }
        let mut bounds = [0; 9];
        for first in (0..tiles).step_by(self.together) {
            let these = self.together.min(tiles - first);
            for (t, bound) in bounds[..=these].iter_mut().enumerate() {
                *bound = from + (first + t) * m / tiles;
            }
            let bounds = &bounds[..=these];
            // SAFETY: passed on.
            unsafe { pack_rows::<V>(region.a.at(0, self.p), bounds, self.depth, self.order, copies) };
            for (t, rows) in bounds.windows(2).enumerate() {
                // SAFETY: passed on.
                unsafe {
                    self.stripe::<V>(region, rows[0]..rows[1], copies.add(t * rows_space::<V::Element>()), packed);
                };
            }
        }
    }

    /// One tile's rows by all columns.
    unsafe fn stripe<V: Vector>(
        &self,
        region: &Region<V::Element>,
        rows: Range<usize>,
        a: *const V::Element,
        packed: *mut V::Element,
    ) {
        let mut j = self.columns.start;
        while j < self.columns.end {
            let left = (self.columns.end - j).div_ceil(V::LANES);
            let in_lanes = self.way == Way::Transposed && self.columns.end - j >= V::LANES;
            let width = match self.way {
                Way::InPlace => tile::width::<V>(rows.len(), left),
                Way::Packed => left.min(2),
                Way::Transposed => 1,
            };
            let end = self.columns.end.min(j + width * V::LANES);
            let at = region.b.at(self.p, j);
            let (b, b_step) = match self.way {
                Way::InPlace => (at.start, at.rows),
                Way::Packed => {
                    (packed.wrapping_add((j - self.columns.start) * self.depth).cast_const(), 2 * V::LANES as isize)
                }
                Way::Transposed if in_lanes => (at.start, at.columns),
                Way::Transposed => {
                    // SAFETY: passed on: the last columns, fewer than a register has, go through the packed block.
                    unsafe { pack_columns::<V>(at, self.depth, end - j, packed) };
                    (packed.cast_const(), 2 * V::LANES as isize)
                }
            };
            let c = region.c.wrapping_add(rows.start * region.n + j);
            let (base, base_step) = match (self.p, region.base.is_null()) {
                (0, true) => (region.base, 0),
                (0, false) => (region.base.wrapping_add(rows.start * region.base_step + j), region.base_step),
                _ => (c.cast_const(), region.n),
            };
            let last = end - j - (width - 1) * V::LANES;
            let tile = Tile { depth: self.depth, a, b, b_step, last, base, base_step, c, c_step: region.n };
            // SAFETY: the tile lies within the operands, the packed copies and the rectangle.
            unsafe {
                if in_lanes {
                    few_rows::run::<V>(rows.len(), &tile);
                } else {
                    tile::run::<V>(rows.len(), width, self.order, &tile);
                }
            }
            j = end;
        }
    }
}
