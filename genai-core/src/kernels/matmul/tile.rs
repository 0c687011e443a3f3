//! The tile: a few rows by one to eight registers of columns of `c`, held in registers while a panel of the inner extent
//! runs.

use std::marker::PhantomData;

use super::vector::{Body, Sealed, Vector};

/// The step from a row to the next in the copy of `a`'s rows that keeps their order: a panel's depth and a cache line, so
/// that rows fall into different sets of the first-level cache.
pub(super) const fn row_step<T: Sealed>() -> usize {
    T::DEPTH + 16
}

/// The step from an element of the inner extent to the next in the copy of `a` that stores its columns.
pub(super) const COLUMN_STEP: usize = 16;

/// How the copy of `a` lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Row after row, [`row_step`] apart.
    Rows,
    /// Column after column, [`COLUMN_STEP`] apart.
    Columns,
}

/// The operands of a tile.
///
/// `a` is a copy in some [`Order`]; `b` has rows `b_step` apart and columns side by side; the tile's sums are added to the
/// rows of `base`, `base_step` apart, where it is not null, and go to `c`. The last register of a row has `last` columns.
#[derive(Debug)]
pub(super) struct Tile<T> {
    pub depth: usize,
    pub a: *const T,
    pub b: *const T,
    pub b_step: isize,
    pub last: usize,
    pub base: *const T,
    pub base_step: usize,
    pub c: *mut T,
    pub c_step: usize,
}

struct Compiled<'t, V: Vector, const ROWS: usize, const WIDTH: usize, const IN_ROWS: bool>(
    &'t Tile<V::Element>,
    PhantomData<V>,
);

impl<V: Vector, const ROWS: usize, const WIDTH: usize, const IN_ROWS: bool> Body
    for Compiled<'_, V, ROWS, WIDTH, IN_ROWS>
{
    #[inline(always)]
    unsafe fn run(self) {
        // SAFETY: the promise of `run`.
        unsafe { product::<V, ROWS, WIDTH, IN_ROWS>(self.0) }
    }
}

#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "registers are indexed: iterators would keep them in memory")]
unsafe fn product<V: Vector, const ROWS: usize, const WIDTH: usize, const IN_ROWS: bool>(t: &Tile<V::Element>) {
    // SAFETY: the caller promises that the operands have ROWS rows, WIDTH registers of columns (the last masked) and
    // `depth` inner elements; pointers beyond are formed with wrapping steps and not read.
    unsafe {
        let mask = V::mask(t.last);
        for r in 0..ROWS {
            for v in 0..WIDTH {
                V::prefetch(t.c.wrapping_add(r * t.c_step + v * V::LANES));
            }
        }
        let mut sums = [[V::zero(); WIDTH]; ROWS];
        let (mut a, mut b) = (t.a, t.b);
        let (a_row, a_step) = if IN_ROWS { (row_step::<V::Element>(), 1) } else { (1, COLUMN_STEP) };
        for _ in 0..t.depth {
            let mut columns = [V::zero(); WIDTH];
            for v in 0..WIDTH - 1 {
                columns[v] = V::load(b.add(v * V::LANES));
            }
            columns[WIDTH - 1] = V::load_masked(b.add((WIDTH - 1) * V::LANES), mask);
            for v in 0..WIDTH {
                V::prefetch(b.wrapping_offset(8 * t.b_step).wrapping_add(v * V::LANES));
            }
            for r in 0..ROWS {
                let x = V::splat(a.add(r * a_row));
                for v in 0..WIDTH {
                    sums[r][v] = sums[r][v].fma(x, columns[v]);
                }
            }
            (a, b) = (a.wrapping_add(a_step), b.wrapping_offset(t.b_step));
        }
        if !t.base.is_null() {
            for r in 0..ROWS {
                let base = t.base.add(r * t.base_step);
                for v in 0..WIDTH - 1 {
                    sums[r][v] = V::load(base.add(v * V::LANES)).add(sums[r][v]);
                }
                sums[r][WIDTH - 1] = V::load_masked(base.add((WIDTH - 1) * V::LANES), mask).add(sums[r][WIDTH - 1]);
            }
        }
        for r in 0..ROWS {
            let c = t.c.add(r * t.c_step);
            for v in 0..WIDTH - 1 {
                sums[r][v].store(c.add(v * V::LANES));
            }
            sums[r][WIDTH - 1].store_masked(c.add((WIDTH - 1) * V::LANES), mask);
        }
    }
}

/// The widest tile of `rows` rows whose sums fit the registers, at most `left` registers wide.
pub(super) fn width<V: Vector>(rows: usize, left: usize) -> usize {
    let fits = |width: &usize| *width <= left.min(V::WIDEST) && rows * width <= 2 * V::ROWS;
    [8, 4, 2].into_iter().find(fits).unwrap_or(1)
}

/// Runs a tile of `rows` × `width` registers. Not every height is compiled: seven rows and more are odd ones out, run as
/// two tiles of which each is high enough to keep the multipliers busy.
///
/// # Safety
///
/// The instruction set is there; `rows` is 1 to `V::ROWS`, `width` is of [`width`]; the operands reach as far as
/// [`Tile`] says and no other thread touches the tile of `c`.
pub(super) unsafe fn run<V: Vector>(rows: usize, width: usize, order: Order, tile: &Tile<V::Element>) {
    if rows > 6 && !rows.is_multiple_of(2) {
        let below = if rows == 7 { 3 } else { 5 };
        // SAFETY: the rows above and those below are parts of the tile.
        return unsafe {
            run::<V>(rows - below, width, order, tile);
            run::<V>(below, width, order, &tile.below(rows - below, order));
        };
    }
    macro_rules! of_rows {
        ($($rows:literal)*) => {
            match rows {
                // SAFETY: passed on.
                $($rows => unsafe { of_width::<V, $rows>(width, order, tile) },)*
                _ => unreachable!("a tile has at most 14 rows"),
            }
        };
    }
    of_rows!(1 2 3 4 5 6 8 10 12 14);
}

impl<T: Sealed> Tile<T> {
    /// The part of the tile below its first `rows` rows.
    fn below(&self, rows: usize, order: Order) -> Self {
        let a_row = if order == Order::Rows { row_step::<T>() } else { 1 };
        let base = if self.base.is_null() { self.base } else { self.base.wrapping_add(rows * self.base_step) };
        Self { a: self.a.wrapping_add(rows * a_row), base, c: self.c.wrapping_add(rows * self.c_step), ..*self }
    }
}

unsafe fn of_width<V: Vector, const ROWS: usize>(width: usize, order: Order, tile: &Tile<V::Element>) {
    // SAFETY: passed on.
    unsafe {
        match width {
            1 => of_order::<V, ROWS, 1>(order, tile),
            2 => of_order::<V, ROWS, 2>(order, tile),
            4 if ROWS * 4 <= 2 * V::ROWS => of_order::<V, ROWS, 4>(order, tile),
            8 if ROWS * 8 <= 2 * V::ROWS => of_order::<V, ROWS, 8>(order, tile),
            _ => unreachable!("the sums of a tile fit the registers"),
        }
    }
}

#[inline(always)]
unsafe fn of_order<V: Vector, const ROWS: usize, const WIDTH: usize>(order: Order, tile: &Tile<V::Element>) {
    if ROWS > V::ROWS || WIDTH > V::WIDEST || ROWS * WIDTH > 2 * V::ROWS {
        return; // never asked for: spares the compiler the body
    }
    // SAFETY: passed on.
    unsafe {
        match order {
            Order::Rows => V::compiled(Compiled::<V, ROWS, WIDTH, true>(tile, PhantomData)),
            Order::Columns => V::compiled(Compiled::<V, ROWS, WIDTH, false>(tile, PhantomData)),
        }
    }
}
