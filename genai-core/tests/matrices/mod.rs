//! Matrices that lie in memory in every way, for the tests of products.

use genai_core::kernels::matmul::{Matrix, Scalar};
use genai_core::kernels::{Isa, isa};

/// An element type with its unit roundoff and how exactly representable values are made from it.
pub(crate) trait Float: Scalar + PartialEq + std::ops::Neg<Output = Self> {
    const ROUNDOFF: f64;
    const PANEL: usize;
    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
    fn bits(self) -> u64;
    fn plus(self, other: Self) -> Self;
    /// `self + a · b`, fused where the instruction set in use fuses.
    fn step(self, a: Self, b: Self) -> Self;
}

impl Float for f32 {
    const ROUNDOFF: f64 = 1.0 / (1_u64 << 24) as f64;
    const PANEL: usize = 384;
    fn of(x: f64) -> Self {
        x as Self
    }
    fn wide(self) -> f64 {
        self.into()
    }
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn step(self, a: Self, b: Self) -> Self {
        if isa() == Isa::Portable { self + a * b } else { a.mul_add(b, self) }
    }
}

impl Float for f64 {
    const ROUNDOFF: Self = 1.0 / (1_u64 << 53) as Self;
    const PANEL: usize = 192;
    fn of(x: f64) -> Self {
        x
    }
    fn wide(self) -> f64 {
        self
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn step(self, a: Self, b: Self) -> Self {
        if isa() == Isa::Portable { self + a * b } else { a.mul_add(b, self) }
    }
}

/// Numbers in (−1, 1) that depend on the seed.
pub(crate) fn numbers<T: Float>(n: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..n).map(|_| T::of(next())).collect()
}

/// How a matrix lies in memory: row after row, column after column, both reversed, apart, with repeated rows or columns.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lay {
    Rows,
    Columns,
    RowsReversed,
    ColumnsReversed,
    WideRows,
    Scattered,
    OneRow,
    OneColumn,
}

pub(crate) const LAYS: [Lay; 8] = [
    Lay::Rows,
    Lay::Columns,
    Lay::RowsReversed,
    Lay::ColumnsReversed,
    Lay::WideRows,
    Lay::Scattered,
    Lay::OneRow,
    Lay::OneColumn,
];

/// Where a matrix lies: offset, step of rows, step of columns, elements in all.
pub(crate) fn place(lay: Lay, height: usize, width: usize) -> (usize, isize, isize, usize) {
    let (h, w) = (height.cast_signed(), width.cast_signed());
    match lay {
        Lay::Rows => (0, w, 1, height * width),
        Lay::Columns => (0, 1, h, height * width),
        Lay::RowsReversed => ((height * width).saturating_sub(width), -w, 1, height * width),
        Lay::ColumnsReversed => ((height * width).saturating_sub(height), 1, -h, height * width),
        Lay::WideRows => (3, w + 5, 1, height * (width + 5) + 3),
        Lay::Scattered => (height * width * 6, -3 * w, -2, height * width * 6 + 1),
        Lay::OneRow => (1, 0, 1, width + 1),
        Lay::OneColumn => (1, 1, 0, height + 1),
    }
}

pub(crate) struct Stored<T> {
    pub(crate) data: Vec<T>,
    pub(crate) offset: usize,
    pub(crate) rows: isize,
    pub(crate) columns: isize,
}

impl<T: Float> Stored<T> {
    pub(crate) fn new(lay: Lay, height: usize, width: usize, seed: u64) -> Self {
        let (offset, rows, columns, all) = place(lay, height, width);
        Self { data: numbers(all, seed), offset, rows, columns }
    }

    pub(crate) fn matrix(&self) -> Matrix<'_, T> {
        Matrix { data: &self.data, offset: self.offset, rows: self.rows, columns: self.columns }
    }

    pub(crate) fn at(&self, i: usize, j: usize) -> T {
        self.data[(self.offset.cast_signed() + i.cast_signed() * self.rows + j.cast_signed() * self.columns) as usize]
    }

    /// The same elements, row after row.
    pub(crate) fn plain(&self, height: usize, width: usize) -> Self {
        let data = (0..height * width).map(|e| self.at(e / width, e % width)).collect();
        Self { data, offset: 0, rows: width.cast_signed(), columns: 1 }
    }
}
