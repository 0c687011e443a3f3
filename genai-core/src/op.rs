//! What an operation is: a shape rule, a value and a gradient in one place.

use crate::graph::{Node, Sink};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};
use smallvec::SmallVec;
use std::fmt::Debug;
use std::panic::Location;

/// An operation on tensors: a small struct that holds its arguments. Users can write their own and run it by [`apply`].
///
/// To add one: a struct with this trait (or, for one that acts element by element,
/// [`Elementwise`](crate::ops::Elementwise)) and a method that applies it, in one file of `ops/`, and one row in the test
/// table.
pub trait Op: Debug + Send + Sync + 'static {
    /// Its name in messages.
    fn name(&self) -> &'static str;

    /// The rule for shapes and types, and the only check of them.
    ///
    /// # Errors
    ///
    /// What is wrong with the inputs; behind the op's name it becomes the text of a panic at the caller's line.
    fn infer(&self, x: &[&Value]) -> Result<Spec, String>;

    /// The result for inputs that [`infer`](Self::infer) has accepted; `out` is what it returned.
    fn value(&self, x: &[&Value], out: Spec) -> Kept;

    /// What must live until the gradient is asked for.
    fn keeps(&self) -> Keep {
        Keep::NOTHING
    }

    /// Adds to each input that [wants](Sink::wants) one its gradient, given the gradient `g` of the output. Written in
    /// tensor operations on what was saved, it has gradients of its own.
    ///
    /// An op that only has a [plain form](Self::plain) leaves this out: that form is differentiated.
    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let found = to.through_plain(|x| self.plain(x), saved, g);
        assert!(found, "{} has neither a gradient nor a plain form", self.name());
    }

    /// For fused ops, whose value and gradient are kernels: the same value from other ops. The engine differentiates it
    /// when the gradient itself must have gradients, so that every order is exact. Such an op keeps all its inputs.
    fn plain(&self, _x: &[Tensor]) -> Option<Tensor> {
        None
    }
}

/// A result, and what only the gradient needs of its making.
#[derive(Debug)]
pub struct Kept {
    /// The result.
    pub out: Value,
    /// By-products, such as a row's log-sum-exp; kept only if the result is tracked.
    pub aside: Vec<Value>,
}

impl From<Value> for Kept {
    fn from(out: Value) -> Self {
        Self { out, aside: Vec::new() }
    }
}

/// Which inputs, and whether the output, an op keeps for its gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    inputs: u32,
    output: bool,
}

impl Keep {
    /// Nothing but shapes.
    pub const NOTHING: Self = Self { inputs: 0, output: false };
    /// The output.
    pub const OUTPUT: Self = Self { inputs: 0, output: true };
    /// Every input.
    pub const INPUTS: Self = Self { inputs: u32::MAX, output: false };
    /// Every input and the output.
    pub const ALL: Self = Self { inputs: u32::MAX, output: true };

    /// Input `i`.
    pub const fn input(i: u32) -> Self {
        Self { inputs: 1 << i, output: false }
    }

    /// What either keeps.
    pub const fn and(self, other: Self) -> Self {
        Self { inputs: self.inputs | other.inputs, output: self.output || other.output }
    }

    pub(crate) fn keeps_input(self, i: usize) -> bool {
        self.inputs >> i & 1 == 1
    }

    pub(crate) fn keeps_output(self) -> bool {
        self.output
    }
}

/// What an op saved for its gradient. While the gradient is recorded, values come attached to the graph they are from.
#[derive(Debug)]
pub struct Saved<'a> {
    pub(crate) node: &'a std::sync::Arc<Node>,
    pub(crate) recorded: bool,
}

impl Saved<'_> {
    /// Input `i`.
    ///
    /// # Panics
    ///
    /// If the op does not keep it.
    pub fn input(&self, i: usize) -> Tensor {
        let edge = &self.node.edges[i];
        let value = edge.value.clone().unwrap_or_else(|| panic!("{}: input {i} was not kept", self.node.op.name()));
        Tensor::from_parts(value, if self.recorded { edge.node.clone() } else { None })
    }

    /// The output.
    ///
    /// # Panics
    ///
    /// If the op does not keep it.
    pub fn output(&self) -> Tensor {
        let value = self.node.output.clone().unwrap_or_else(|| panic!("{}: output was not kept", self.node.op.name()));
        Tensor::from_parts(value, self.recorded.then(|| self.node.clone()))
    }

    /// By-product `i`; never tracked.
    pub fn aside(&self, i: usize) -> Tensor {
        Tensor::from(self.node.aside[i].clone())
    }

    /// Shape of input `i`, kept or not.
    pub fn shape(&self, i: usize) -> &[usize] {
        self.node.edges[i].shape()
    }

    /// Number of inputs.
    pub fn inputs(&self) -> usize {
        self.node.edges.len()
    }

    pub(crate) fn all_inputs(&self) -> Vec<Tensor> {
        (0..self.node.edges.len()).map(|i| self.input(i)).collect()
    }
}

/// Runs an op. The result is tracked if an input is and the result is a float; otherwise nothing is saved.
///
/// # Panics
///
/// At the caller's line, with the op's name, if its [shape rule](Op::infer) refuses the inputs.
#[track_caller]
pub fn apply<O: Op>(op: O, x: &[&Tensor]) -> Tensor {
    let mut aside = None;
    let out = match *x {
        [a] => run(&op, x, &[a.value()], &mut aside),
        [a, b] => run(&op, x, &[a.value(), b.value()], &mut aside),
        _ => run(&op, x, &x.iter().map(|x| x.value()).collect::<SmallVec<[&Value; 4]>>(), &mut aside),
    };
    match aside {
        None => Tensor::from(out),
        Some(aside) => record(Box::new(op), x, out, aside),
    }
}

/// The value of an op and, if it is to be recorded, its by-products. Compiled once for all ops.
#[track_caller]
#[inline(never)]
fn run(op: &dyn Op, x: &[&Tensor], values: &[&Value], recorded: &mut Option<Vec<Value>>) -> Value {
    let spec = match op.infer(values) {
        Ok(spec) => spec,
        Err(what) => panic!("{}: {what}", op.name()),
    };
    let tracked = spec.dtype.is_float() && x.iter().any(|x| x.is_tracked());
    let Kept { out, aside } = op.value(values, spec);
    if tracked {
        *recorded = Some(aside);
    }
    out
}

#[track_caller]
#[inline(never)]
fn record(op: Box<dyn Op>, x: &[&Tensor], out: Value, aside: Vec<Value>) -> Tensor {
    let node = Node::new(op, x, &out, aside, Location::caller());
    Tensor::from_parts(out, Some(node))
}

/// What made this tensor, once more by its plain form; `None` if that was no fused op. For tests.
#[doc(hidden)]
pub fn plain_form(y: &Tensor) -> Option<Tensor> {
    let node = y.node()?;
    let kept = !node.edges.is_empty() && node.edges.iter().all(|edge| edge.value.is_some());
    if kept { node.op.plain(&Saved { node, recorded: false }.all_inputs()) } else { None }
}
