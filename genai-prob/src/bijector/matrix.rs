//! Lower triangular matrices.

use super::Bijector;
use crate::tensor::Constraint;
use genai_core::{DType, Tensor};

/// n(n + 1)/2 numbers to a lower triangular matrix, row by row.
#[derive(Clone, Copy, Debug)]
pub struct LowerTriangular;

/// The same with e^x on the diagonal: a Cholesky factor.
#[derive(Clone, Copy, Debug)]
pub struct Cholesky;

/// The same times its transpose: L·Lᵀ, symmetric and positive definite. The Jacobian is that of the lower triangle.
#[derive(Clone, Copy, Debug)]
pub struct PositiveDefinite;

/// n(n − 1)/2 numbers to the Cholesky factor of a correlation matrix: tanh gives partial correlations, row by row below the
/// diagonal, and each takes its share of what is left of its row's unit length.
///
/// Source: Lewandowski, Kurowicka & Joe 2009, *Generating random correlation matrices based on vines and extended onion
/// method*.
#[derive(Clone, Copy, Debug)]
pub struct CorrelationCholesky;

/// The extent of the matrix whose lower triangle has this many elements, with or without the diagonal.
#[track_caller]
fn extent(elements: usize, diagonal: bool) -> usize {
    let n = (1..=elements + 1).find(|n| if diagonal { n * (n + 1) / 2 } else { n * (n - 1) / 2 } >= elements);
    let n = n.expect("some matrix is large enough");
    let exact = if diagonal { n * (n + 1) / 2 } else { n * (n - 1) / 2 };
    assert!(exact == elements, "{elements} numbers do not fill the lower triangle of a matrix");
    n
}

/// Places of the lower triangle in the flat matrix, row by row.
fn places(n: usize, diagonal: bool) -> Tensor {
    let rows = (0..n).flat_map(|i| (0..i + usize::from(diagonal)).map(move |j| (i * n + j) as i64));
    let places: Vec<i64> = rows.collect();
    let count = places.len();
    Tensor::from_vec(places, [count])
}

/// [.., k] → [.., n, n], zero elsewhere.
fn filled(x: &Tensor, n: usize, diagonal: bool) -> Tensor {
    let outer = &x.shape()[..x.rank() - 1];
    let places = places(n, diagonal).expand(x.shape());
    let flat = Tensor::zeros_of([outer, &[n * n]].concat(), x.dtype());
    flat.scatter_add(-1, &places.contiguous(), x).reshape([outer, &[n, n]].concat())
}

/// [.., n, n] → [.., k].
fn taken(y: &Tensor, diagonal: bool) -> Tensor {
    let n = y.extent(-1);
    let outer = &y.shape()[..y.rank() - 2];
    y.reshape([outer, &[n * n]].concat()).index_select(-1, &places(n, diagonal))
}

fn triangle_shape(x: &[usize], diagonal: bool) -> Vec<usize> {
    let (last, outer) = x.split_last().expect("an axis of elements");
    let n = extent(*last, diagonal);
    [outer, &[n, n]].concat()
}

fn elements_shape(y: &[usize], diagonal: bool) -> Vec<usize> {
    let (n, outer) = (y[y.len() - 1], &y[..y.len() - 2]);
    [outer, &[if diagonal { n * (n + 1) / 2 } else { n * (n - 1) / 2 }]].concat()
}

/// 1 on the diagonal's places among the elements.
fn on_diagonal(n: usize, dtype: DType) -> Tensor {
    let marks: Vec<f64> = (0..n).flat_map(|i| (0..=i).map(move |j| f64::from(u8::from(i == j)))).collect();
    let count = marks.len();
    Tensor::from_vec(marks, [count]).to_dtype(dtype)
}

impl Bijector for LowerTriangular {
    fn forward(&self, x: &Tensor) -> Tensor {
        filled(x, extent(x.extent(-1), true), true)
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        taken(y, true)
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        x.sum_over(-1, false).zeros_like()
    }

    fn axes(&self) -> (usize, usize) {
        (1, 2)
    }

    fn range(&self) -> Constraint {
        Constraint::LowerTriangular
    }

    fn forward_shape(&self, x: &[usize]) -> Vec<usize> {
        triangle_shape(x, true)
    }

    fn inverse_shape(&self, y: &[usize]) -> Vec<usize> {
        elements_shape(y, true)
    }
}

impl Bijector for Cholesky {
    fn forward(&self, x: &Tensor) -> Tensor {
        let n = extent(x.extent(-1), true);
        let mark = on_diagonal(n, x.dtype()).ne(0.0).expand(x.shape());
        filled(&Tensor::choose(&mark, &Tensor::choose(&mark, x, &x.zeros_like()).exp(), x), n, true)
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        let x = taken(y, true);
        let mark = on_diagonal(y.extent(-1), y.dtype()).ne(0.0).expand(x.shape());
        Tensor::choose(&mark, &Tensor::choose(&mark, &x, &x.ones_like()).ln(), &x)
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        (x * on_diagonal(extent(x.extent(-1), true), x.dtype())).sum_over(-1, false)
    }

    fn axes(&self) -> (usize, usize) {
        (1, 2)
    }

    fn range(&self) -> Constraint {
        Constraint::LowerCholesky
    }

    fn forward_shape(&self, x: &[usize]) -> Vec<usize> {
        triangle_shape(x, true)
    }

    fn inverse_shape(&self, y: &[usize]) -> Vec<usize> {
        elements_shape(y, true)
    }
}

impl Bijector for PositiveDefinite {
    fn forward(&self, x: &Tensor) -> Tensor {
        let factor = Cholesky.forward(x);
        factor.matmul(&factor.t())
    }

    /// # Panics
    ///
    /// If a matrix is not positive definite.
    #[track_caller]
    fn inverse(&self, y: &Tensor) -> Tensor {
        Cholesky.inverse(&y.cholesky().unwrap_or_else(|e| panic!("PositiveDefinite: {e}")))
    }

    /// n ln 2 + Σ (n − i + 1) ln Lᵢᵢ, i from 0.
    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        let n = extent(x.extent(-1), true);
        let powers: Vec<f64> =
            (0..n).flat_map(|i| (0..=i).map(move |j| if i == j { (n - i + 1) as f64 } else { 0.0 })).collect();
        let powers = Tensor::from_vec(powers, [x.extent(-1)]).to_dtype(x.dtype());
        (x * powers).sum_over(-1, false) + n as f64 * std::f64::consts::LN_2
    }

    fn axes(&self) -> (usize, usize) {
        (1, 2)
    }

    fn range(&self) -> Constraint {
        Constraint::PositiveDefinite
    }

    fn forward_shape(&self, x: &[usize]) -> Vec<usize> {
        triangle_shape(x, true)
    }

    fn inverse_shape(&self, y: &[usize]) -> Vec<usize> {
        elements_shape(y, true)
    }
}

impl CorrelationCholesky {
    /// ln √(1 − rᵢⱼ²) of the partial correlations, as a matrix that is 0 from the diagonal on.
    fn ln_rest(x: &Tensor, n: usize) -> Tensor {
        // ln(1 − tanh² x) = 2 (ln 2 − x − softplus(−2x)), smooth at 0
        let square = (std::f64::consts::LN_2 - x - (x * -2.0).softplus()) * 2.0;
        filled(&(square * 0.5), n, false)
    }
}

impl Bijector for CorrelationCholesky {
    fn forward(&self, x: &Tensor) -> Tensor {
        let n = extent(x.extent(-1), false);
        let rest = Self::ln_rest(x, n);
        let before = (rest.cumulative_sum(-1) - &rest).exp(); // ∏ₖ₍ₖ₌₀..ⱼ₎ √(1 − rᵢₖ²)
        let unit = filled(&x.tanh(), n, false) + Tensor::eye(n).to_dtype(x.dtype());
        unit * before
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        // What the row still has at j: the squares from j to the diagonal, summed from the end.
        let squares = y.square();
        let left = squares.flip(-1).cumulative_sum(-1).flip(-1);
        let (r, rest) = (taken(y, false), taken(&left, false));
        let after = taken(&(&left - &squares), false);
        // artanh(y / √left) = ln((√left + y) / √after)
        ((rest.sqrt() + &r.abs()) / after.sqrt()).ln() * r.sign()
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        let n = extent(x.extent(-1), false);
        let rest = Self::ln_rest(x, n);
        let before = rest.cumulative_sum(-1) - &rest;
        let tanh = taken(&(&rest * 2.0), false).sum_over(-1, false); // ln of tanh's derivative
        taken(&before, false).sum_over(-1, false) + tanh
    }

    fn axes(&self) -> (usize, usize) {
        (1, 2)
    }

    fn range(&self) -> Constraint {
        Constraint::CorrelationCholesky
    }

    fn forward_shape(&self, x: &[usize]) -> Vec<usize> {
        triangle_shape(x, false)
    }

    fn inverse_shape(&self, y: &[usize]) -> Vec<usize> {
        elements_shape(y, false)
    }
}
