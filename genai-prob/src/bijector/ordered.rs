//! Ascending rows.

use super::Bijector;
use crate::tensor::Constraint;
use genai_core::Tensor;

/// y₁ = x₁, yᵢ = yᵢ₋₁ + e^xᵢ on the last axis.
#[derive(Clone, Copy, Debug)]
pub struct Ordered;

/// The same with y₁ = e^x₁.
#[derive(Clone, Copy, Debug)]
pub struct PositiveOrdered;

/// The elements from the second on.
fn rest(x: &Tensor) -> Tensor {
    x.narrow(-1, 1, x.extent(-1) - 1)
}

/// Differences of neighbours.
fn steps(y: &Tensor) -> Tensor {
    rest(y) - y.narrow(-1, 0, y.extent(-1) - 1)
}

impl Bijector for Ordered {
    fn forward(&self, x: &Tensor) -> Tensor {
        Tensor::concat(&[&x.narrow(-1, 0, 1), &rest(x).exp()], -1).cumulative_sum(-1)
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        Tensor::concat(&[&y.narrow(-1, 0, 1), &steps(y).ln()], -1)
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        rest(x).sum_over(-1, false)
    }

    fn axes(&self) -> (usize, usize) {
        (1, 1)
    }

    fn range(&self) -> Constraint {
        Constraint::Ordered
    }
}

impl Bijector for PositiveOrdered {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.exp().cumulative_sum(-1)
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        Tensor::concat(&[&y.narrow(-1, 0, 1), &steps(y)], -1).ln()
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        x.sum_over(-1, false)
    }

    fn axes(&self) -> (usize, usize) {
        (1, 1)
    }

    fn range(&self) -> Constraint {
        Constraint::PositiveOrdered
    }
}
