//! Programs as ops of tensors.

use super::{Formula, Number, written};
use crate::dtype::DType;
use crate::graph::Sink;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::ops::Elementwise;
use crate::ops::elementwise::{broadcast_all, infer, run_as};
use crate::ops::slopes::{Want, add_all, all_as, plain};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};
use std::sync::Arc;

/// A formula of tensors, element by element with broadcasting, as a program: one node of the graph, its gradients another
/// program that yields all of them in one pass, differentiable again.
///
/// What depends on inputs of one number alone is computed once, in the gradients too. [`ops::map`](crate::ops::map) gives the
/// same function compiled.
///
/// ```
/// use genai_core::ops::Elementwise;
/// use genai_core::{Real, Tensor, formula, grad};
///
/// /// The log-density of an exponential distribution.
/// #[derive(Clone, Copy, Debug)]
/// struct Exponential;
///
/// impl Elementwise<2> for Exponential {
///     const NAME: &'static str = "exponential";
///
///     #[inline(always)]
///     fn eval<R: Real>(self, [x, rate]: [R; 2]) -> R {
///         rate.ln() - rate * x
///     }
/// }
///
/// let (x, rate) = (Tensor::of([1.0_f64, 3.0]), Tensor::of([2.0_f64]).tracked());
/// let y = formula::map(Exponential, [&x, &rate]).sum();
/// assert_eq!(grad(&y, &[&rate], false)[0].item::<f64>(), 2.0 * 0.5 - 4.0);
/// ```
#[track_caller]
pub fn map<const N: usize>(f: impl Elementwise<N>, x: [&Tensor; N]) -> Tensor {
    const { assert!(N < crate::kernels::map::INPUTS, "a formula has five inputs at most") };
    apply(Recorded(written(f)), &x)
}

/// A formula as an op.
#[derive(Debug)]
struct Recorded(Arc<Formula>);

impl Op for Recorded {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        infer(x, false)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        match out.dtype {
            DType::F64 => self.value_as::<f64>(x, out).into(),
            DType::F32 => self.value_as::<f32>(x, out).into(),
            half => {
                let wide = widened(x);
                let out = Spec { dtype: DType::F32, ..out };
                self.value_as::<f32>(&wide.iter().collect::<Vec<_>>(), out).to_dtype(half).into()
            }
        }
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let inputs = saved.all_inputs();
        let x: Vec<&Tensor> = inputs.iter().chain([g]).collect();
        if to.recorded() {
            for by in 0..inputs.len() {
                if to.wants(by) {
                    to.add(by, apply(Slope { formula: self.0.clone(), by }, &x));
                }
            }
            return;
        }
        let x: Vec<&Value> = x.iter().map(|x| x.value()).collect();
        add_all(saved, inputs.len(), to, |wanted| slopes(&self.0, &x, g.shape(), wanted));
    }
}

impl Recorded {
    fn value_as<T: Number>(&self, x: &[&Value], out: Spec) -> Value {
        let bound = self.0.value.bind::<T>(known(x), vec![true], out.shape.iter().product());
        run_as::<T>(&|x, out| bound.run(x, &mut [out]), x, out.shape)
    }
}

/// Inputs that are one number, wherever they stand.
fn known<T: Number>(x: &[&Value]) -> Vec<Option<T>> {
    x.iter().map(|x| x.layout().is_constant().then(|| x.data::<T>()[x.layout().offset()])).collect()
}

/// Inputs of half precision in f32.
fn widened(x: &[&Value]) -> Vec<Value> {
    x.iter().map(|x| x.to_dtype(DType::F32)).collect()
}

/// The gradients of a formula; `x` are its inputs, then g.
fn slopes(formula: &Formula, x: &[&Value], shape: &[usize], wanted: &[Want]) -> Vec<Option<Value>> {
    match x[0].dtype() {
        DType::F32 => slopes_as::<f32>(formula, x, shape, wanted),
        DType::F64 => slopes_as::<f64>(formula, x, shape, wanted),
        half => {
            let wide = widened(x);
            let gradients = slopes_as::<f32>(formula, &wide.iter().collect::<Vec<_>>(), shape, wanted);
            gradients.into_iter().map(|g| g.map(|g| g.to_dtype(half))).collect()
        }
    }
}

fn slopes_as<T: Number>(formula: &Formula, x: &[&Value], shape: &[usize], wanted: &[Want]) -> Vec<Option<Value>> {
    let is_wanted: Vec<bool> = wanted.iter().map(|&want| want != Want::Nothing).collect();
    let bound = formula.slopes().bind::<T>(known(x), is_wanted, shape.iter().product());
    all_as::<T>(&|x, out| bound.run(x, out), x, shape, wanted)
}

/// g · ∂f/∂x for input number `by`; its inputs are those of the formula, then g.
#[derive(Debug)]
struct Slope {
    formula: Arc<Formula>,
    by: usize,
}

impl Op for Slope {
    fn name(&self) -> &'static str {
        self.formula.name
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        broadcast_all(x)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let mut wanted = vec![Want::Nothing; self.formula.inputs];
        wanted[self.by] = Want::Elements;
        let gradient = slopes(&self.formula, x, &out.shape, &wanted).swap_remove(self.by);
        gradient.expect("it was wanted").into()
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn plain(&self, x: &[Tensor]) -> Option<Tensor> {
        Some(plain(&|x| self.formula.value.on_tensors(x), self.by, x))
    }
}
