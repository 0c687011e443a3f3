//! Matrix products of slices: `c = start + a · b` for any strides of `a` and `b`, and batches of them.
//!
//! **What an element is.** The inner extent `k` is cut into panels whose depth depends on `k` alone ([`Scalar`]). In each
//! panel an element of `c` is one chain of fused multiply-adds from zero in ascending order of `k`; the first panel's sum is
//! added to the start value (`start + sum`), later ones to that, in ascending order. Every path below computes this and
//! nothing else, so the bits of an element depend on its row of `a`, its column of `b` and its start value only: not on
//! `m`, `n`, strides, batch or threads. AVX-512 and AVX2 agree; without fused multiply-add the rounding differs.
//!
//! **How.** A tile of `c` (8 × 48 in AVX-512) is held in registers while its panel runs; rows of `a` are broadcast from
//! where they lie (from a copy where its columns are the contiguous ones), `b` streams from a packed block in the
//! second-level cache, or from where it lies when too few rows would pay for the packing. While a tile runs it asks for its
//! part of `c` and for the next tile's part of `a`. Up to 16 rows by weights `[k, n]` sweep the weights row after row with
//! their sums in the first-level cache. Threads own rectangles of `c` and share nothing, not even packed copies: a product is
//! one parallel section without a barrier.
//!
//! | file | what |
//! |---|---|
//! | `vector` | what a tile asks of a vector register; the plain one |
//! | `x86` | the same on AVX2 and AVX-512 |
//! | `tile` | the tile |
//! | `ahead` | what a tile asks for ahead of time |
//! | `pack` | copies of `a` and `b` in the order that the tile reads |
//! | `few_rows` | a tile that reads weights `[n, k]` where they lie |
//! | `sweep` | a few rows by weights `[k, n]` |
//! | `blocks` | the loops around them |
//! | `plan` | how a product is cut into tasks |

mod ahead;
mod blocks;
mod few_rows;
mod pack;
mod plan;
mod sweep;
mod tile;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use vector::Scalar;

/// A matrix inside a slice: element (i, j) is `data[offset + i · rows + j · columns]`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    /// Where the elements lie.
    pub data: &'a [T],
    /// The position of element (0, 0).
    pub offset: usize,
    /// The step from a row to the next, zero or negative too.
    pub rows: isize,
    /// The step from a column to the next, zero or negative too.
    pub columns: isize,
}

impl<'a, T> Matrix<'a, T> {
    /// The matrix `[_, width]` that lies row after row from the slice's start.
    pub fn row_major(data: &'a [T], width: usize) -> Self {
        Self { data, offset: 0, rows: width.cast_signed(), columns: 1 }
    }

    /// The same elements with rows and columns exchanged.
    #[must_use]
    pub fn t(self) -> Self {
        Self { rows: self.columns, columns: self.rows, ..self }
    }

    /// A pointer to element (0, 0) of the matrix `further` elements on.
    ///
    /// # Panics
    ///
    /// If one of its `height` × `width` elements (both positive) lies outside the slice.
    fn start(&self, further: usize, height: usize, width: usize) -> *const T {
        let last = |extent: usize, step: isize| (extent as i128 - 1) * step as i128;
        let (down, right) = (last(height, self.rows), last(width, self.columns));
        let first = self.offset as i128 + further as i128;
        let (least, most) = (first + down.min(0) + right.min(0), first + down.max(0) + right.max(0));
        assert!(
            least >= 0 && most < self.data.len() as i128,
            "matmul: a [{height}, {width}] matrix with strides [{}, {}] spans {least}..={most} of {} elements",
            self.rows,
            self.columns,
            self.data.len()
        );
        self.data[first as usize..].as_ptr()
    }
}

/// What a product starts from.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// `c = a · b`.
    Zero,
    /// `c = c + a · b`.
    Add,
    /// `c = row + a · b`: the row, `[n]`, is added to each row of the product.
    Row(&'a [T]),
}

/// The product `c = start + a · b`.
///
/// | matrix | shape |
/// |---|---|
/// | `a` | `[m, k]`, any strides |
/// | `b` | `[k, n]`, any strides |
/// | `c` | `[m, n]`, row after row |
///
/// Integers wrap around.
///
/// # Panics
///
/// If `a` or `b` reaches outside its slice, or `c` or the start row has another length.
///
/// # Examples
///
/// ```
/// # use genai_core::kernels::matmul::{Matrix, Start, matmul};
/// let (a, b, mut c) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0], [0.0; 2]);
/// matmul(2, 1, 2, Matrix::row_major(&a, 2), Matrix::row_major(&b, 1), Start::Row(&[100.0]), &mut c);
/// assert_eq!(c, [117.0, 139.0]);
/// ```
pub fn matmul<T: Scalar>(
    m: usize,
    n: usize,
    k: usize,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    start: Start<'_, T>,
    c: &mut [T],
) {
    if let Start::Row(row) = start {
        assert_eq!(row.len(), n, "matmul: a start row of another length than the product's {n} columns");
    }
    plan::products(plan::Shape { count: 1, m, n, k }, (a, |_| 0), (b, |_| 0), start, c);
}

/// `count` products of one shape: `c[i] = a[i] · b[i]`, where the matrices of product `i` lie `a_offset(i)` and
/// `b_offset(i)` elements after those of `a` and `b`.
///
/// | matrix | shape |
/// |---|---|
/// | `a[i]` | `[m, k]`, any strides |
/// | `b[i]` | `[k, n]`, any strides |
/// | `c` | `[count, m, n]`, row after row |
///
/// # Panics
///
/// If a matrix reaches outside its slice, or `c` has another length.
#[expect(clippy::too_many_arguments, reason = "a product's extents and operands, and where each of the batch begins")]
pub fn matmul_batch<T: Scalar>(
    count: usize,
    m: usize,
    n: usize,
    k: usize,
    a: Matrix<'_, T>,
    a_offset: impl Fn(usize) -> usize + Sync,
    b: Matrix<'_, T>,
    b_offset: impl Fn(usize) -> usize + Sync,
    c: &mut [T],
) {
    plan::products(plan::Shape { count, m, n, k }, (a, a_offset), (b, b_offset), Start::Zero, c);
}
