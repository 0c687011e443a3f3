//! The tile: a few rows by one to three registers of columns of `c`, held in registers while a panel of the inner extent
//! runs.
//!
//! Three registers of `b` are loaded for as many rows as there are registers left: in AVX-512 8 rows, 11 loads for 24 fused
//! multiply-adds. A taller and narrower tile (14 × 2) asks for 16 loads for 28 and lost a tenth where the core's other half
//! was busy. The steps of `a` are told at run time, so that `a` is read where it lies or from a copy by the same code.

use std::marker::PhantomData;

use super::ahead::Ahead;
use super::vector::{Body, Vector};

/// How many registers wide a tile is at most.
pub(super) const WIDEST: usize = 3;

/// The operands of a tile.
///
/// `a` has rows `a_row` and columns `a_step` apart; `b` has rows `b_step` apart and whole registers of columns side by side;
/// the tile's sums are added to the rows of `base`, `base_step` apart, where it is not null, and go to `c`, whose last
/// register of a row has `last` columns.
#[derive(Debug)]
pub(super) struct Tile<T> {
    pub depth: usize,
    pub a: *const T,
    pub a_row: isize,
    pub a_step: isize,
    pub b: *const T,
    pub b_step: isize,
    pub last: usize,
    pub base: *const T,
    pub base_step: usize,
    pub c: *mut T,
    pub c_step: usize,
}

impl<T> Tile<T> {
    /// The tile without its first rows.
    pub(super) fn below(&self, rows: usize) -> Self {
        let base = if self.base.is_null() { self.base } else { self.base.wrapping_add(rows * self.base_step) };
        let a = self.a.wrapping_offset(rows.cast_signed() * self.a_row);
        Self { a, base, c: self.c.wrapping_add(rows * self.c_step), ..*self }
    }
}

struct Compiled<'t, V: Vector, const ROWS: usize, const WIDTH: usize>(
    &'t Tile<V::Element>,
    &'t mut Ahead<V::Element>,
    PhantomData<V>,
);

impl<V: Vector, const ROWS: usize, const WIDTH: usize> Body for Compiled<'_, V, ROWS, WIDTH> {
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "registers are indexed: iterators would keep them in memory")]
    unsafe fn run(self) {
        if ROWS > V::ROWS {
            return; // never asked for: spares the compiler the body
        }
        let t = self.0;
        // SAFETY: the caller promises that the operands have ROWS rows, WIDTH registers of columns (those of `base` and `c`
        // masked) and `depth` inner elements; pointers beyond are formed with wrapping steps and not read.
        unsafe {
            let mut sums = [[V::zero(); WIDTH]; ROWS];
            let (mut a, mut b, mut c) = (t.a, t.b, t.c);
            // A row of `c` and a few lines of what comes next at a time: many at once would hold up the loads of `b`.
            let (mut left, segment) = (t.depth, t.depth.div_ceil(ROWS));
            while left > 0 {
                for v in 0..WIDTH {
                    V::prefetch(c.wrapping_add(v * V::LANES));
                }
                c = c.wrapping_add(t.c_step);
                self.1.ask::<V>();
                let steps = left.min(segment);
                left -= steps;
                for _ in 0..steps {
                    let mut columns = [V::zero(); WIDTH];
                    for v in 0..WIDTH {
                        columns[v] = V::load(b.add(v * V::LANES));
                        V::prefetch(b.wrapping_offset(8 * t.b_step).wrapping_add(v * V::LANES));
                    }
                    for r in 0..ROWS {
                        let x = V::splat(a.wrapping_offset(r.cast_signed() * t.a_row));
                        for v in 0..WIDTH {
                            sums[r][v] = sums[r][v].fma(x, columns[v]);
                        }
                    }
                    (a, b) = (a.wrapping_offset(t.a_step), b.wrapping_offset(t.b_step));
                }
            }
            let mask = V::mask(t.last);
            for r in 0..ROWS {
                let (base, c) = (t.base.wrapping_add(r * t.base_step), t.c.add(r * t.c_step));
                for v in 0..WIDTH {
                    let (i, whole) = (v * V::LANES, v < WIDTH - 1);
                    if !t.base.is_null() {
                        let base = if whole { V::load(base.add(i)) } else { V::load_masked(base.add(i), mask) };
                        sums[r][v] = base.add(sums[r][v]);
                    }
                    if whole {
                        sums[r][v].store(c.add(i));
                    } else {
                        sums[r][v].store_masked(c.add(i), mask);
                    }
                }
            }
        }
    }
}

/// The width of the next tile where `left` registers of columns are left: the widest, but two of two for four.
pub(super) fn width(left: usize) -> usize {
    if left == WIDEST + 1 { 2 } else { left.min(WIDEST) }
}

/// Where the last tile of `columns` columns begins.
pub(super) fn last<V: Vector>(columns: usize) -> usize {
    let registers = columns.div_ceil(V::LANES);
    let width = match registers % WIDEST {
        0 => WIDEST,
        1 if registers > 1 => 2,
        rest => rest,
    };
    (registers - width) * V::LANES
}

/// Runs a tile of `rows` × `width` registers.
///
/// # Safety
///
/// The instruction set is there; `rows` is 1 to `V::ROWS`, `width` 1 to [`WIDEST`]; the operands reach as far as [`Tile`]
/// says and no other thread touches the tile of `c`.
pub(super) unsafe fn run<V: Vector>(rows: usize, width: usize, tile: &Tile<V::Element>, ahead: &mut Ahead<V::Element>) {
    macro_rules! of_rows {
        ($($rows:literal)*) => {
            match (rows, width) {
                $(
                    // SAFETY: passed on.
                    ($rows, 1) => unsafe { V::compiled(Compiled::<V, $rows, 1>(tile, ahead, PhantomData)) },
                    // SAFETY: passed on.
                    ($rows, 2) => unsafe { V::compiled(Compiled::<V, $rows, 2>(tile, ahead, PhantomData)) },
                    // SAFETY: passed on.
                    ($rows, 3) => unsafe { V::compiled(Compiled::<V, $rows, 3>(tile, ahead, PhantomData)) },
                )*
                _ => unreachable!("a tile has at most 8 rows and 3 registers"),
            }
        };
    }
    of_rows!(1 2 3 4 5 6 7 8);
}
