//! The loops around the tile, for one rectangle of `c`.

use std::ops::Range;

use super::pack::{Operand, pack_columns, pack_rows, rows_space, scratch};
use super::tile::{self, Tile};
use super::vector::{Sealed, Vector};

/// The bytes of `b` that are packed at a time: half of a second-level cache.
const BLOCK: usize = 1 << 20;
/// From this many rows on, the packing of `b` pays although its rows lie in order already.
const PACK: usize = 48;

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
    let (panel, few) = (2 * V::LANES, at.rows.len() <= V::ROWS);
    let in_place = region.b.columns == 1 && at.rows.len() < PACK;
    // A few rows take each panel while it is fresh; more rows pack as many as the cache holds.
    let fits = BLOCK / (depth * size_of::<V::Element>()) / panel * panel;
    let block = if in_place {
        at.columns.len()
    } else if few {
        panel
    } else {
        fits.min(at.columns.len().next_multiple_of(panel))
    };
    let space = rows_space::<V::Element>() + if in_place { 0 } else { block * depth };
    scratch(space, |space: *mut V::Element| {
        let packed = space.wrapping_add(rows_space::<V::Element>());
        for first in at.columns.clone().step_by(block) {
            for p in (0..region.k).step_by(depth) {
                let columns = first..at.columns.end.min(first + block);
                let slab = Slab { depth: depth.min(region.k - p), p, rows: &at.rows, columns, in_place };
                // SAFETY: passed on; the scratch has the rows' and a block's space.
                unsafe { slab.run::<V>(region, space, packed) };
            }
        }
    });
}

/// One panel of the inner extent, for some columns.
struct Slab<'r> {
    depth: usize,
    p: usize,
    rows: &'r Range<usize>,
    columns: Range<usize>,
    in_place: bool,
}

impl Slab<'_> {
    /// # Safety
    ///
    /// As [`rectangle`]; `rows` and `packed` have room for a tile's rows and for the columns.
    unsafe fn run<V: Vector>(&self, region: &Region<V::Element>, rows: *mut V::Element, packed: *mut V::Element) {
        let (from, m) = (self.rows.start, self.rows.len());
        let tiles = m.div_ceil(V::ROWS);
        if !self.in_place {
            let b = region.b.at(self.p, self.columns.start);
            // SAFETY: passed on.
            unsafe { pack_columns::<V>(b, self.depth, self.columns.len(), packed) };
        }
        for t in 0..tiles {
            let these = from + t * m / tiles..from + (t + 1) * m / tiles;
            // SAFETY: passed on.
            unsafe { self.stripe::<V>(region, these, rows, packed) };
        }
    }

    /// One tile's rows by all columns.
    unsafe fn stripe<V: Vector>(
        &self,
        region: &Region<V::Element>,
        these: Range<usize>,
        rows: *mut V::Element,
        packed: *const V::Element,
    ) {
        // SAFETY: passed on.
        let order = unsafe { pack_rows::<V>(region.a.at(these.start, self.p), these.len(), self.depth, rows) };
        let panel = 2 * V::LANES;
        let mut j = self.columns.start;
        while j < self.columns.end {
            let left = (self.columns.end - j).div_ceil(V::LANES);
            let width = tile::width::<V>(these.len(), if self.in_place { left } else { left.min(2) });
            let end = self.columns.end.min(j + width * V::LANES);
            let (b, b_step) = if self.in_place {
                (region.b.at(self.p, j).start, region.b.rows)
            } else {
                (packed.wrapping_add((j - self.columns.start) * self.depth), panel.cast_signed())
            };
            let c = region.c.wrapping_add(these.start * region.n + j);
            let (base, base_step) = match (self.p, region.base.is_null()) {
                (0, true) => (region.base, 0),
                (0, false) => (region.base.wrapping_add(these.start * region.base_step + j), region.base_step),
                _ => (c.cast_const(), region.n),
            };
            let last = end - j - (width - 1) * V::LANES;
            let tile = Tile { depth: self.depth, a: rows, b, b_step, last, base, base_step, c, c_step: region.n };
            // SAFETY: the tile lies within the operands, the packed copies and the rectangle.
            unsafe { tile::run::<V>(these.len(), width, order, &tile) };
            j = end;
        }
    }
}
