//! Rows on the simplex.

use super::Bijector;
use crate::tensor::Constraint;
use genai_core::Tensor;

/// n − 1 numbers to n that are positive and sum to 1: each breaks a share off what is left of a stick,
/// zᵢ = σ(xᵢ − ln(n − i)), so that x = 0 gives equal parts.
#[derive(Clone, Copy, Debug)]
pub struct StickBreaking;

/// ln(n − 1), …, ln 1 for n − 1 shares.
fn offsets(x: &Tensor) -> Tensor {
    let shares = x.extent(-1);
    let logs: Vec<f64> = (0..shares).map(|i| ((shares - i) as f64).ln()).collect();
    Tensor::from_vec(logs, [shares]).to_dtype(x.dtype())
}

/// What is left before each share, and after the last: `ln 1, ln(1 − z₁), ln(1 − z₁)(1 − z₂), …`.
fn ln_left(t: &Tensor) -> Tensor {
    let kept = (-t.softplus()).cumulative_sum(-1); // ln(1 − σ(t)) = −softplus(t)
    Tensor::concat(&[&kept.narrow(-1, 0, 1).zeros_like(), &kept], -1)
}

impl Bijector for StickBreaking {
    fn forward(&self, x: &Tensor) -> Tensor {
        let t = x - offsets(x);
        let left = ln_left(&t);
        let shares = left.narrow(-1, 0, x.extent(-1)) - (-&t).softplus();
        Tensor::concat(&[&shares, &left.narrow(-1, x.extent(-1), 1)], -1).exp()
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        let n = y.extent(-1) - 1;
        let first = y.narrow(-1, 0, n);
        // What is left after each share, summed from the end: no difference of nearly equal numbers.
        let after = y.flip(-1).cumulative_sum(-1).flip(-1).narrow(-1, 1, n);
        first.ln() - after.ln() + offsets(&first)
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        let t = x - offsets(x);
        let left = ln_left(&t).narrow(-1, 0, x.extent(-1));
        (left - t.softplus() - (-&t).softplus()).sum_over(-1, false)
    }

    fn axes(&self) -> (usize, usize) {
        (1, 1)
    }

    fn range(&self) -> Constraint {
        Constraint::Simplex
    }

    fn forward_shape(&self, x: &[usize]) -> Vec<usize> {
        let mut shape = x.to_vec();
        shape.last_mut().into_iter().for_each(|n| *n += 1);
        shape
    }

    fn inverse_shape(&self, y: &[usize]) -> Vec<usize> {
        let mut shape = y.to_vec();
        shape.last_mut().into_iter().for_each(|n| *n -= 1);
        shape
    }
}
