//! What every distribution of tensors obeys: a row each in `rows.rs`, a file for each kind of law.
#![cfg(test)]

mod divergences;
mod draws;
mod gradients;
mod rows;
mod shapes;
mod values;

use genai_core::{DType, Tensor};
use genai_prob::tensor::Distribution;
use rows::{Row, rows};

/// What failed, of all rows: a law tells all at once.
#[derive(Default)]
struct Failures(Vec<String>);

impl Failures {
    fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }

    /// Element by element; relative where the truth is above 1.
    fn close(&mut self, what: &str, got: &Tensor, truth: &Tensor, tolerance: f64) {
        if got.shape() != truth.shape() {
            return self.0.push(format!("{what}: shape {:?}, expected {:?}", got.shape(), truth.shape()));
        }
        let (got, truth) = (numbers(got), numbers(truth));
        let near =
            |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(1.0);
        if let Some(i) = (0..got.len()).find(|i| !near(got[*i], truth[*i])) {
            self.0.push(format!("{what}: {:e} at {i}, expected {:e}", got[i], truth[i]));
        }
    }
}

fn number(x: f64) -> Tensor {
    Tensor::full_of([], x, DType::F64)
}

fn numbers(x: &Tensor) -> Vec<f64> {
    x.detach().to_dtype(DType::F64).to_vec()
}

/// Runs a law on every member of every row.
fn every(law: impl Fn(&Row, &[Tensor], &dyn Distribution, &mut Failures)) {
    each_row(|row, failures| {
        for member in &row.members {
            let d = (row.make)(member).unwrap_or_else(|e| panic!("{}: {e}", row.name));
            let mut own = Failures::default();
            law(row, member, &*d, &mut own);
            let parameters: Vec<Vec<f64>> = member.iter().map(numbers).collect();
            failures.0.extend(own.0.into_iter().map(|f| format!("{parameters:?}: {f}")));
        }
    });
}

/// Runs a law on every row.
fn each_row(law: impl Fn(&Row, &mut Failures)) {
    let mut all = Vec::new();
    for row in rows() {
        let mut failures = Failures::default();
        law(&row, &mut failures);
        all.extend(failures.0.into_iter().map(|f| format!("{} {f}", row.name)));
    }
    assert!(all.is_empty(), "{} failures:\n{}", all.len(), all.join("\n"));
}

/// Ten events of a row's first member, and the parameters that they were drawn with.
fn some(row: &Row, member: &[Tensor]) -> Tensor {
    let d = (row.make)(member).unwrap_or_else(|e| panic!("{}: {e}", row.name));
    d.sample(genai_core::random::Key::new(5).named(row.name), &[10])
}
