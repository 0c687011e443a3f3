//! A few rows by weights stored `[n, k]`: squares of the weights are transposed in registers on the way to the sums, so
//! that the weights are read once and written nowhere.

use std::marker::PhantomData;

use super::tile::Tile;
use super::vector::{Body, Vector};

/// How many bytes ahead in a column of `b` the next are asked for.
const AHEAD: usize = 512;

/// Runs a tile of `rows` × 1 whole register whose `b` lies column after column, `b_step` apart, and whose `a` row after row.
///
/// # Safety
///
/// As of `tile::run`.
pub(super) unsafe fn run<V: Vector>(rows: usize, tile: &Tile<V::Element>) {
    macro_rules! of_rows {
        ($($rows:literal)*) => {
            match rows {
                // SAFETY: passed on.
                $($rows if $rows <= V::ROWS => unsafe { V::compiled(Compiled::<V, $rows>(tile, PhantomData)) },)*
                _ => unreachable!("few rows are at most a tile's"),
            }
        };
    }
    of_rows!(1 2 3 4 5 6 7 8);
}

struct Compiled<'t, V: Vector, const ROWS: usize>(&'t Tile<V::Element>, PhantomData<V>);

impl<V: Vector, const ROWS: usize> Body for Compiled<'_, V, ROWS> {
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "registers are indexed: iterators would keep them in memory")]
    unsafe fn run(self) {
        if ROWS > V::ROWS {
            return; // never asked for: spares the compiler the body
        }
        let t = self.0;
        let whole = t.depth / V::LANES * V::LANES;
        // SAFETY: the operands have ROWS rows, LANES columns and `depth` inner elements.
        unsafe {
            let mut sums = [V::zero(); ROWS];
            // Room for the widest register's square; it lives in registers.
            let mut square = [const { std::mem::MaybeUninit::<V::Element>::uninit() }; 256];
            let square = square.as_mut_ptr().cast::<V::Element>();
            for p in (0..whole).step_by(V::LANES) {
                // What lies ahead of the last elements are the first ones of the next columns.
                let ahead = p + AHEAD / size_of::<V::Element>();
                let over = if ahead < t.depth { 0 } else { V::LANES.cast_signed() * t.b_step - t.depth.cast_signed() };
                for j in 0..V::LANES {
                    V::prefetch(t.b.wrapping_add(ahead).wrapping_offset(j.cast_signed() * t.b_step + over));
                }
                V::transpose(t.b.add(p), t.b_step, square, V::LANES);
                for q in 0..V::LANES {
                    let columns = V::load(square.add(q * V::LANES));
                    for r in 0..ROWS {
                        let x = V::splat(t.a.wrapping_offset(r.cast_signed() * t.a_row).add(p + q));
                        sums[r] = sums[r].fma(x, columns);
                    }
                }
            }
            for p in whole..t.depth {
                for j in 0..V::LANES {
                    *square.add(j) = *t.b.offset(j.cast_signed() * t.b_step).add(p);
                }
                let columns = V::load(square);
                for r in 0..ROWS {
                    let x = V::splat(t.a.wrapping_offset(r.cast_signed() * t.a_row).add(p));
                    sums[r] = sums[r].fma(x, columns);
                }
            }
            for r in 0..ROWS {
                if !t.base.is_null() {
                    sums[r] = V::load(t.base.add(r * t.base_step)).add(sums[r]);
                }
                sums[r].store(t.c.add(r * t.c_step));
            }
        }
    }
}
