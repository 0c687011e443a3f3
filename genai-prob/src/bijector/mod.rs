//! Differentiable bijections of tensors, with the logarithms of their Jacobians' determinants.
//!
//! To add one: a file with [`Bijector`], `mod` and `pub use` here, a row in `tests/bijectors`.

mod combined;
mod elementwise;
mod matrix;
mod ordered;
mod stick_breaking;

pub use combined::{Compose, Inverse, Permutation};
pub use elementwise::{Affine, Exp, Power, Sigmoid, Softplus, Tanh};
pub use matrix::{Cholesky, CorrelationCholesky, LowerTriangular, PositiveDefinite};
pub use ordered::{Ordered, PositiveOrdered};
pub use stick_breaking::StickBreaking;

use crate::tensor::Constraint;
use genai_core::Tensor;
use std::fmt::Debug;

/// A bijection y = b(x) between tensors.
pub trait Bijector: Debug + Send + Sync {
    /// b(x).
    fn forward(&self, x: &Tensor) -> Tensor;

    /// b⁻¹(y).
    fn inverse(&self, y: &Tensor) -> Tensor;

    /// ln |det ∂y/∂x| at x and y = b(x), one number for each event: the shape of x without the axes that it mixes.
    fn log_determinant(&self, x: &Tensor, y: &Tensor) -> Tensor;

    /// How many of the last axes of x and of y it mixes; 0 for a function of each element.
    fn axes(&self) -> (usize, usize) {
        (0, 0)
    }

    /// Whether it grows or falls, where it is a monotone function of each element.
    fn is_increasing(&self) -> Option<bool> {
        None
    }

    /// Where x lies.
    fn domain(&self) -> Constraint {
        Constraint::Real
    }

    /// Where y lies.
    fn range(&self) -> Constraint;

    /// The shape of y for an x of this shape.
    fn forward_shape(&self, x: &[usize]) -> Vec<usize> {
        x.to_vec()
    }

    /// The shape of x for a y of this shape.
    fn inverse_shape(&self, y: &[usize]) -> Vec<usize> {
        y.to_vec()
    }
}
