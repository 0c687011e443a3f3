//! Gradients of every order against finite differences, in f64, for every op.
#![cfg(test)]

mod rows;

use genai_core::{DType, Mismatch, Tensor, check_gradient, check_second_gradient, grad};
use rows::{Row, for_each};

/// Relative to an input's largest gradient; what finite differences leave is about 1e-11 of the function's scale.
const FIRST: f64 = 1e-8;
const SECOND: f64 = 1e-8;
const THIRD: f64 = 1e-7;

fn said(result: Result<(), Mismatch>) -> Result<(), String> {
    result.map_err(|mismatch| mismatch.to_string())
}

#[test]
fn first_gradients() {
    for_each(|row| row.differentiable, |row| said(check_gradient(row.f, &row.make(DType::F64), FIRST)));
}

#[test]
fn second_gradients() {
    for_each(|row| row.differentiable, |row| said(check_second_gradient(row.f, &row.make(DType::F64), SECOND)));
}

/// Rows whose plain forms, formulas and view gradients are walked once more.
#[test]
fn third_gradients() {
    let about = |row: &Row| {
        let of_all_kinds = ["gelu", "pow", "div", "matmul", "prod", "slice", "log_sum_exp", "mul"];
        row.differentiable && (row.fused || of_all_kinds.contains(&row.op()))
    };
    for_each(about, |row| {
        let slope = |x: &[Tensor]| {
            let leaf = |x: &Tensor| if x.is_tracked() || !x.dtype().is_float() { x.clone() } else { x.tracked() };
            let leaves: Vec<Tensor> = x.iter().map(leaf).collect();
            let y = (row.f)(&leaves);
            let gradients = grad(&y, &rows::leaves(&leaves), true);
            gradients
                .iter()
                .map(|g| g.square().sum())
                .reduce(|a, b| a + b)
                .expect("a differentiable row has a float input")
        };
        said(check_second_gradient(slope, &row.make(DType::F64), THIRD))
    });
}
