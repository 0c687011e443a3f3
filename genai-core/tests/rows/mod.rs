//! The table: one row an op, which brings every law of this folder.
//!
//! To add an op: one row in `elementwise.rs` (with its formula in plain f64) or in `others.rs`. `every_op_has_a_row` in
//! `values.rs` compares the rows with the ops found in the sources.
#![allow(dead_code, reason = "each law uses its part of the table")]

mod elementwise;
mod others;

use genai_core::random::Key;
use genai_core::{DType, Tensor};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What an input is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Floats between two bounds, pairwise different, in random order.
    Float(f64, f64),
    /// Indices below a bound.
    Indices(usize),
    /// Truth values.
    Mask,
}

/// An input of a row.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) shape: Vec<usize>,
    pub(crate) kind: Kind,
}

/// Floats between −2 and 2.
pub(crate) fn t(shape: &[usize]) -> Input {
    Input { shape: shape.to_vec(), kind: Kind::Float(-2.0, 2.0) }
}

/// Floats between 0.2 and 3.
pub(crate) fn positive(shape: &[usize]) -> Input {
    t(shape).within(0.2, 3.0)
}

/// Indices below `n`.
pub(crate) fn indices(shape: &[usize], n: usize) -> Input {
    Input { shape: shape.to_vec(), kind: Kind::Indices(n) }
}

/// Truth values.
pub(crate) fn mask(shape: &[usize]) -> Input {
    Input { shape: shape.to_vec(), kind: Kind::Mask }
}

impl Input {
    pub(crate) fn within(self, low: f64, high: f64) -> Self {
        Self { kind: Kind::Float(low, high), ..self }
    }

    pub(crate) fn of_shape(&self, shape: &[usize]) -> Self {
        Self { shape: shape.to_vec(), ..self.clone() }
    }

    /// As a tensor; floats are of `dtype`, and the same numbers in f32 and f64.
    pub(crate) fn make(&self, key: Key, dtype: DType) -> Tensor {
        let n: usize = self.shape.iter().product();
        let mut u = vec![0.0; n];
        key.uniform_f64(&mut u);
        match self.kind {
            Kind::Float(low, high) => {
                // One number in the middle half of each of n equal cells: no two are close, whatever the key.
                let cells = key.split(1).permutation(n);
                let number = |(cell, u): (usize, &f64)| low + (high - low) * (cell as f64 + 0.25 + 0.5 * u) / n as f64;
                let data: Vec<f32> = cells.into_iter().zip(&u).map(|x| number(x) as f32).collect();
                Tensor::from_vec(data, self.shape.as_slice()).to_dtype(dtype)
            }
            Kind::Indices(below) => {
                let data: Vec<i64> = u.iter().map(|u| (u * below as f64) as i64).collect();
                Tensor::from_vec(data, self.shape.as_slice())
            }
            Kind::Mask => Tensor::from_vec(u.iter().map(|&u| u < 0.6).collect::<Vec<bool>>(), self.shape.as_slice()),
        }
    }
}

/// An op with what its laws need to know.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The op's name, then what distinguishes the row: `matmul/batched`.
    pub(crate) name: &'static str,
    pub(crate) inputs: Vec<Input>,
    pub(crate) f: fn(&[Tensor]) -> Tensor,
    /// The same for one element of each input: for elementwise ops.
    pub(crate) reference: Option<fn(&[f64]) -> f64>,
    /// Error of an elementwise value in units of the last place.
    pub(crate) ulp: f64,
    /// Whether the value comes straight from an op that has a plain form.
    pub(crate) fused: bool,
    /// Whether it is a method made of other ops: there is no op of this name.
    pub(crate) composed: bool,
    pub(crate) differentiable: bool,
    /// Whether it takes i64 too.
    pub(crate) integers: bool,
    /// Inputs that are worth several threads.
    pub(crate) large: Vec<Input>,
}

/// A row of any op.
pub(crate) fn row<const N: usize>(name: &'static str, inputs: [Input; N], f: fn(&[Tensor]) -> Tensor) -> Row {
    Row {
        name,
        large: inputs.to_vec(),
        inputs: Vec::from(inputs),
        f,
        reference: None,
        ulp: 0.0,
        fused: false,
        composed: false,
        differentiable: true,
        integers: false,
    }
}

/// A row of an elementwise op of `n` floats, with its formula.
pub(crate) fn map(name: &'static str, n: usize, f: fn(&[Tensor]) -> Tensor, reference: fn(&[f64]) -> f64) -> Row {
    let mut row = row(name, [], f);
    (row.inputs, row.large) = (vec![t(&[3, 4]); n], vec![t(&[512, 450]); n]);
    Row { reference: Some(reference), ulp: 1.0, ..row }
}

impl Row {
    /// Other bounds of the floats.
    pub(crate) fn within(mut self, low: f64, high: f64) -> Self {
        for input in self.inputs.iter_mut().chain(&mut self.large) {
            input.kind = Kind::Float(low, high);
        }
        self
    }

    pub(crate) fn ulp(self, ulp: f64) -> Self {
        Self { ulp, ..self }
    }

    pub(crate) fn fused(self) -> Self {
        Self { fused: true, ..self }
    }

    pub(crate) fn composed(self) -> Self {
        Self { composed: true, ..self }
    }

    pub(crate) fn integers(self) -> Self {
        Self { integers: true, ..self }
    }

    pub(crate) fn not_differentiable(self) -> Self {
        Self { differentiable: false, ..self }
    }

    /// Inputs that are worth several threads.
    pub(crate) fn large<const N: usize>(self, inputs: [Input; N]) -> Self {
        assert_eq!(N, self.inputs.len(), "{}: a large input for each", self.name);
        Self { large: Vec::from(inputs), ..self }
    }

    /// The op's name.
    pub(crate) fn op(&self) -> &'static str {
        self.name.split('/').next().expect("a split has a first part")
    }

    /// Inputs of the row.
    pub(crate) fn make(&self, dtype: DType) -> Vec<Tensor> {
        made(&self.inputs, self.name, dtype)
    }

    /// Large inputs of the row.
    pub(crate) fn make_large(&self, dtype: DType) -> Vec<Tensor> {
        made(&self.large, self.name, dtype)
    }
}

/// Tensors of some inputs; each has numbers of its own.
pub(crate) fn made(inputs: &[Input], name: &str, dtype: DType) -> Vec<Tensor> {
    let key = Key::new(7).named(name);
    inputs.iter().enumerate().map(|(i, input)| input.make(key.split(i as u64), dtype)).collect()
}

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    elementwise::rows().into_iter().chain(others::rows()).collect()
}

/// Runs a law on every row that it is about, and reports all rows that break it, not just the first.
pub(crate) fn for_each(about: impl Fn(&Row) -> bool, law: impl Fn(&Row) -> Result<(), String>) {
    let rows = rows();
    let mut broken = Vec::new();
    let mut count = 0;
    for row in rows.iter().filter(|row| about(row)) {
        count += 1;
        match catch_unwind(AssertUnwindSafe(|| law(row))) {
            Ok(Ok(())) => {}
            Ok(Err(what)) => broken.push(format!("{}: {what}", row.name)),
            Err(_) => broken.push(format!("{}: panicked, see above", row.name)),
        }
    }
    assert!(count > 0, "a law about no row");
    assert!(broken.is_empty(), "{} of {count} rows break the law:\n{}", broken.len(), broken.join("\n"));
}

/// Inputs with floats as leaves.
pub(crate) fn tracked(x: &[Tensor]) -> Vec<Tensor> {
    x.iter().map(|x| if x.dtype().is_float() { x.tracked() } else { x.clone() }).collect()
}

/// The leaves among inputs.
pub(crate) fn leaves(x: &[Tensor]) -> Vec<&Tensor> {
    x.iter().filter(|x| x.is_tracked()).collect()
}

/// As f64, whatever the type.
pub(crate) fn numbers(x: &Tensor) -> Vec<f64> {
    x.to_dtype(DType::F64).to_vec()
}

/// Largest |a − b| as a share of the largest finite |b|, or of 1 where that is smaller; infinite where shapes differ.
pub(crate) fn gap(a: &Tensor, b: &Tensor) -> f64 {
    if a.shape() != b.shape() {
        return f64::INFINITY;
    }
    let (a, b) = (numbers(a), numbers(b));
    let scale = b.iter().filter(|x| x.is_finite()).fold(1.0, |max: f64, x| max.max(x.abs()));
    let apart = |(a, b): (&f64, &f64)| if a == b || (a.is_nan() && b.is_nan()) { 0.0 } else { (a - b).abs() };
    let worst =
        a.iter().zip(&b).map(apart).fold(0.0, |max: f64, d| if d.is_nan() { f64::INFINITY } else { max.max(d) });
    worst / scale
}

/// Whether two tensors are the same to the bit.
pub(crate) fn same(a: &Tensor, b: &Tensor) -> bool {
    let bits = |x: &Tensor| numbers(x).iter().map(|x| x.to_bits()).collect::<Vec<_>>(); // widening keeps every number
    a.shape() == b.shape() && a.dtype() == b.dtype() && bits(a) == bits(b)
}

/// Value, and gradients of Σ w·value for fixed w, by the kernels.
pub(crate) fn value_and_gradients(f: fn(&[Tensor]) -> Tensor, x: &[Tensor]) -> Vec<Tensor> {
    value_and_gradients_by(f, x, false)
}

/// Value, and gradients of Σ w·value for fixed w; recorded, by the plain forms.
pub(crate) fn value_and_gradients_by(f: fn(&[Tensor]) -> Tensor, x: &[Tensor], create_graph: bool) -> Vec<Tensor> {
    let x = tracked(x);
    let y = f(&x);
    if !y.is_tracked() {
        return vec![y];
    }
    let seed = Input { shape: y.shape().to_vec(), kind: Kind::Float(0.5, 1.5) }.make(Key::new(3), y.dtype());
    let how = genai_core::Backward { create_graph, ..Default::default() };
    let gradients = how.grad_with(&y, &leaves(&x), &seed);
    std::iter::once(y).chain(gradients).map(|x| x.detach()).collect()
}
