//! How a product is cut into tasks: rectangles of `c` whose size the shape alone decides.

use super::blocks::{Rectangle, Region, is_small, rectangle};
use super::pack::Operand;
use super::tile::WIDEST;
use super::vector::Vector;
use super::{Matrix, Scalar, Start};
use crate::kernels::parallel::{Shared, pieces};
use crate::kernels::{Isa, isa};

/// Below this many multiply-adds a second thread costs more than it saves.
const SERIAL: usize = 200_000;
/// The least work of a task of several products in multiply-adds: some ten microseconds.
const TASK: usize = 1_000_000;
/// The least work of a part of a product that is cut into more than two: to be cut costs copies.
const PART: usize = 6_000_000;
/// Parts of a product whose `c` is small, at most.
const PARTS: usize = 4;
/// Where operands are read in place and a cut costs nothing, parts are so much smaller and more: one thread seldom waits long
/// for another, whose core may be slower at the moment.
const FINER: usize = 3;
/// How many multiply-adds an element costs that has to be fetched from beyond the second-level cache.
const FETCH: usize = 10;
/// The elements of `c` in a task of a large product: rectangles this large copy their operands at a few percent's cost.
const AREA: usize = 1 << 19;

/// The extents of a batch of products.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub count: usize,
    pub m: usize,
    pub n: usize,
    pub k: usize,
}

/// A matrix of a batch and where that of product `i` begins.
type Batched<'a, T, F> = (Matrix<'a, T>, F);

/// `c[i] = start + a[i] · b[i]`.
pub(super) fn products<T: Scalar>(
    shape: Shape,
    a: Batched<'_, T, impl Fn(usize) -> usize + Sync>,
    b: Batched<'_, T, impl Fn(usize) -> usize + Sync>,
    start: Start<'_, T>,
    c: &mut [T],
) {
    let Shape { count, m, n, k } = shape;
    assert_eq!(
        Some(c.len()),
        count.checked_mul(m).and_then(|c| c.checked_mul(n)),
        "matmul: c is not {count} × [{m}, {n}]"
    );
    if c.is_empty() {
        return;
    }
    if k == 0 {
        return empty_sums(n, start, c);
    }
    #[cfg(target_arch = "x86_64")]
    match isa() {
        // SAFETY: `isa` names an instruction set only after the processor has reported its features.
        Isa::Avx512 => unsafe { compiled::<T::Avx512>(shape, a, b, start, c) },
        // SAFETY: as above.
        Isa::Avx2 => unsafe { compiled::<T::Avx2>(shape, a, b, start, c) },
        // SAFETY: the plain register asks nothing of the machine.
        Isa::Portable => unsafe { compiled::<T::Portable>(shape, a, b, start, c) },
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: the plain register asks nothing of the machine.
    unsafe {
        compiled::<T::Portable>(shape, a, b, start, c);
    }
}

/// The product of matrices without an inner extent.
fn empty_sums<T: Scalar>(n: usize, start: Start<'_, T>, c: &mut [T]) {
    match start {
        Start::Zero => c.fill(T::default()),
        Start::Add => {}
        Start::Row(row) => c.chunks_exact_mut(n).for_each(|c| c.copy_from_slice(row)),
    }
}

/// # Safety
///
/// The register's instruction set is there.
unsafe fn compiled<V: Vector>(
    shape: Shape,
    (a, a_offset): Batched<'_, V::Element, impl Fn(usize) -> usize + Sync>,
    (b, b_offset): Batched<'_, V::Element, impl Fn(usize) -> usize + Sync>,
    start: Start<'_, V::Element>,
    c: &mut [V::Element],
) {
    let Shape { count, m, n, k } = shape;
    let grid = Grid::new::<V>(shape, a.columns != 1, b.columns != 1);
    let c = Shared::new(c);
    let products = |part: usize| {
        // A part is some products of a batch, or a rectangle of one.
        let (each, cell) = (part / grid.cells(), part % grid.cells());
        for i in each * grid.together..count.min((each + 1) * grid.together) {
            let a = Operand { start: a.start(a_offset(i), m, k), rows: a.rows, columns: a.columns };
            let b = Operand { start: b.start(b_offset(i), k, n), rows: b.rows, columns: b.columns };
            let c = c.at(i * m * n);
            let (base, base_step) = match start {
                Start::Zero => (std::ptr::null(), 0),
                Start::Add => (c.cast_const(), n),
                Start::Row(row) => (row.as_ptr(), 0),
            };
            let region = Region { n, k, a, b, base, base_step, c };
            // SAFETY: `start` has checked the operands' bounds; the rectangles of the grid are disjoint parts of `c`, whose
            // length was checked, as was the row's; the instruction set is there.
            unsafe { rectangle::<V>(&region, &grid.cell(cell)) };
        }
    };
    let all = count.div_ceil(grid.together) * grid.cells();
    pieces(all, if grid.serial { 0 } else { usize::MAX / all.max(1) }, products);
}

/// The cut of a batch: `together` products a task, or `rows` × `columns` tasks a product.
struct Grid {
    serial: bool,
    together: usize,
    rows: usize,
    columns: usize,
    tiles: usize,
    panels: usize,
    m: usize,
    n: usize,
    tile: usize,
    panel: usize,
}

impl Grid {
    fn new<V: Vector>(Shape { count, m, n, k }: Shape, copied: bool, transposed: bool) -> Self {
        let panel = WIDEST * V::LANES;
        let (tiles, panels) = (m.div_ceil(V::ROWS), n.div_ceil(panel));
        let sums = m.saturating_mul(n).saturating_mul(k);
        let work = sums.saturating_add(FETCH.saturating_mul(m * n + m * k + k * n)); // of one product
        let serial = count.saturating_mul(sums) < SERIAL;
        let together = if serial { count } else { (TASK / work).clamp(1, count) };
        let wanted = if serial || together > 1 {
            1
        } else {
            let in_place = !copied && !transposed && is_small::<V::Element>(k, n);
            let finer = if in_place { FINER } else { 1 };
            let most = (m * n / AREA).max(finer * PARTS).div_ceil(count);
            (finer * work / PART).max((work / TASK).min(2)).clamp(1, most)
        };
        let (a, b) = if copied { (3 * m, 2 * n) } else { (m, n) };
        let (rows, columns) = cheapest_cut(wanted, tiles, panels, a, b);
        Self { serial, together, rows, columns, tiles, panels, m, n, tile: V::ROWS, panel }
    }

    fn cells(&self) -> usize {
        self.rows * self.columns
    }

    /// The rectangle of a cell: whole tiles by whole panels, as even as they come.
    fn cell(&self, i: usize) -> Rectangle {
        let (row, column) = (i / self.columns, i % self.columns);
        let tile = |row: usize| (row * self.tiles / self.rows * self.tile).min(self.m);
        let panel = |column: usize| (column * self.panels / self.columns * self.panel).min(self.n);
        Rectangle { rows: tile(row)..tile(row + 1), columns: panel(column)..panel(column + 1) }
    }
}

/// Cuts into about `wanted` rectangles, such that reading `a` once a column of rectangles and `b` once a row of them costs
/// least.
fn cheapest_cut(wanted: usize, tiles: usize, panels: usize, a: usize, b: usize) -> (usize, usize) {
    let cuts = (1..=wanted.min(tiles)).map(|rows| (rows, wanted.div_ceil(rows).min(panels)));
    let most = cuts.clone().map(|(rows, columns)| rows * columns).max().unwrap_or(1).min(wanted);
    cuts.filter(|(rows, columns)| rows * columns >= most)
        .min_by_key(|(rows, columns)| columns * a + rows * b)
        .unwrap_or((1, 1))
}

#[cfg(test)]
mod tests {
    use super::cheapest_cut;

    #[test]
    fn a_cut_has_the_wanted_tasks_where_the_shape_allows() {
        assert_eq!(cheapest_cut(4, 1, 100, 8, 9600), (1, 4));
        assert_eq!(cheapest_cut(4, 100, 1, 800, 96), (4, 1));
        assert_eq!(cheapest_cut(8, 2, 2, 16, 192), (2, 2));
        assert_eq!(cheapest_cut(1, 9, 9, 72, 432), (1, 1));
    }
}
