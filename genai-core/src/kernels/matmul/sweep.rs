//! A few rows by weights stored `[k, n]`: the sums stay in the first-level cache while the weights are swept, eight rows of
//! them side by side, each read in order as memory likes it.

use std::marker::PhantomData;

use super::tile::Tile;
use super::vector::{Body, Vector};

/// How many rows are swept at once.
pub(super) const AT_ONCE: usize = 8;
/// The most rows that are swept.
pub(super) const ROWS: usize = 16;
/// The most bytes of the sums.
pub(super) const BYTES: usize = 1 << 14;
/// How many rows of the weights a pass takes.
const STEPS: usize = 8;

/// Computes `rows` × `columns` elements like a tile; `sums` has room for the columns of [`AT_ONCE`] rows in whole registers.
///
/// # Safety
///
/// As of `tile::run`, for any number of rows; the tile's `last` is not looked at.
pub(super) unsafe fn run<V: Vector>(rows: usize, columns: usize, tile: &Tile<V::Element>, sums: *mut V::Element) {
    let mut done = 0;
    while done < rows {
        let tile = tile.below(done);
        macro_rules! at_most {
            ($($rows:literal)*) => {
                match rows - done {
                    // SAFETY: passed on.
                    $($rows.. => unsafe {
                        V::compiled(Sweep::<V, $rows> { tile: &tile, columns, sums, register: PhantomData });
                        done += $rows;
                    },)*
                    0 => {}
                }
            };
        }
        at_most!(8 4 2 1);
    }
}

struct Sweep<'t, V: Vector, const ROWS: usize> {
    tile: &'t Tile<V::Element>,
    columns: usize,
    sums: *mut V::Element,
    register: PhantomData<V>,
}

impl<V: Vector, const ROWS: usize> Body for Sweep<'_, V, ROWS> {
    #[inline(always)]
    unsafe fn run(self) {
        let whole = self.tile.depth / STEPS * STEPS;
        // SAFETY: the promise of `run`.
        unsafe {
            for p in (0..whole).step_by(STEPS) {
                self.pass::<STEPS>(p);
            }
            for p in whole..self.tile.depth {
                self.pass::<1>(p);
            }
            self.finish();
        }
    }
}

impl<V: Vector, const ROWS: usize> Sweep<'_, V, ROWS> {
    /// The step from a row's sums to the next's.
    #[inline(always)]
    fn width(&self) -> usize {
        self.columns.next_multiple_of(V::LANES)
    }

    /// Adds the products of `N` inner elements from `p` on.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "registers are indexed: iterators would keep them in memory")]
    unsafe fn pass<const N: usize>(&self, p: usize) {
        let t = self.tile;
        // SAFETY: the operands have `ROWS` rows, the columns and `p + N` inner elements.
        unsafe {
            let mut x = [[V::zero(); N]; ROWS];
            for r in 0..ROWS {
                for q in 0..N {
                    x[r][q] = V::splat(t.a.offset(r.cast_signed() * t.a_row + (p + q).cast_signed() * t.a_step));
                }
            }
            let b = t.b.offset(p.cast_signed() * t.b_step);
            for j in (0..self.columns).step_by(V::LANES) {
                let mask = V::mask(V::LANES.min(self.columns - j));
                // What lies ahead of the last columns are the first ones, a pass on.
                let ahead = j + AHEAD / size_of::<V::Element>();
                let over = if ahead < self.columns { 0 } else { STEPS.cast_signed() * t.b_step };
                let ahead = b.wrapping_offset(over).wrapping_add(if over == 0 { ahead } else { ahead - self.columns });
                let mut weights = [V::zero(); N];
                for q in 0..N {
                    let row = q.cast_signed() * t.b_step;
                    let from = b.offset(row).add(j);
                    V::prefetch(ahead.wrapping_offset(row));
                    weights[q] = V::load_masked(from, mask);
                }
                for r in 0..ROWS {
                    let to = self.sums.add(r * self.width() + j);
                    let mut sum = if p == 0 { V::zero() } else { V::load(to) };
                    for q in 0..N {
                        sum = sum.fma(x[r][q], weights[q]);
                    }
                    sum.store(to);
                }
            }
        }
    }

    /// Adds the sums to the base.
    #[inline(always)]
    unsafe fn finish(&self) {
        let t = self.tile;
        for r in 0..ROWS {
            for j in (0..self.columns).step_by(V::LANES) {
                // SAFETY: the promise of `run`.
                unsafe {
                    let mask = V::mask(V::LANES.min(self.columns - j));
                    let mut sum = V::load(self.sums.add(r * self.width() + j));
                    if !t.base.is_null() {
                        sum = V::load_masked(t.base.add(r * t.base_step + j), mask).add(sum);
                    }
                    sum.store_masked(t.c.add(r * t.c_step + j), mask);
                }
            }
        }
    }
}

/// How many bytes ahead in a row of the weights the next are asked for.
const AHEAD: usize = 512;
