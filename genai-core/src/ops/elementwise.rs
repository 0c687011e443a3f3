//! Ops that act element by element: a formula, from which everything else follows.

use crate::dtype::{DType, Element, Stored};
use crate::graph::Sink;
use crate::kernels::lanes::{Float, Vector};
use crate::kernels::map::{self, Body, Formula, Input};
use crate::layout::{Layout, broadcast};
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::ops::traced::trace;
use crate::real::{Dual, Real};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};
use smallvec::SmallVec;
use std::fmt::Debug;

/// A function of `N` numbers, applied to tensors element by element with broadcasting.
///
/// The formula is evaluated on registers for the value, on dual numbers for the gradient, and on tensors for gradients of
/// higher order, so `NAME` and `eval` are all that an op needs. `gradient` is written out where tensor algebra says it
/// shorter or cheaper.
pub trait Elementwise<const N: usize>: Copy + Debug + Send + Sync + 'static {
    /// Its name in messages.
    const NAME: &'static str;
    /// What `gradient` reads.
    const KEEPS: Keep = Keep::INPUTS;
    /// Whether it is defined on `i64` too, by [`eval_integer`](Self::eval_integer).
    const INTEGER: bool = false;

    /// The formula.
    fn eval<R: Real>(self, x: [R; N]) -> R;

    /// The formula on integers; wraps around on overflow.
    fn eval_integer(self, _x: [i64; N]) -> i64 {
        unreachable!("{} is not defined on integers", Self::NAME)
    }

    /// Adds the gradient of each input that wants one: by dual numbers, in one pass over the elements an input.
    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        slopes(self, saved, g, to);
    }
}

/// Applies an elementwise function.
#[track_caller]
#[inline]
pub fn map<const N: usize>(f: impl Elementwise<N>, x: [&Tensor; N]) -> Tensor {
    apply(Map::<_, N>(f), &x)
}

#[derive(Clone, Copy, Debug)]
struct Map<F, const N: usize>(F);

impl<F: Elementwise<N>, const N: usize> Body<N> for Map<F, N> {
    #[inline(always)]
    fn eval<V: Vector>(self, x: [V; N]) -> V {
        self.0.eval(x)
    }
}

impl<F: Elementwise<N>, const N: usize> Op for Map<F, N> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let spec = broadcast_all(x)?;
        let computes = matches!(spec.dtype, DType::F32 | DType::F64 | DType::Bf16 | DType::F16);
        if computes || (spec.dtype == DType::I64 && F::INTEGER) {
            return Ok(spec);
        }
        Err(format!("is not defined on {}; convert with to_dtype", spec.dtype))
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let f32 = |x: &[&[f32]], out: &mut [f32]| map::over::<f32, N>(*self, x, out);
        let f64 = |x: &[&[f64]], out: &mut [f64]| map::over::<f64, N>(*self, x, out);
        let i64 = |x: &[i64]| self.0.eval_integer(std::array::from_fn(|i| x[i]));
        run(&f32, &f64, &i64, x, &out).into()
    }

    fn keeps(&self) -> Keep {
        F::KEEPS
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        self.0.gradient(saved, g, to);
    }
}

/// Shape and type of a result of tensors of one type that broadcast together.
pub(crate) fn broadcast_all(x: &[&Value]) -> Result<Spec, String> {
    let mut spec = x[0].spec();
    for x in &x[1..] {
        if x.dtype() != spec.dtype {
            return Err(format!("{} and {}: types differ; convert with to_dtype", spec.dtype, x.dtype()));
        }
        if x.shape() == spec.shape.as_slice() {
            continue;
        }
        let Some(shape) = broadcast(&spec.shape, x.shape()) else {
            return Err(format!("{:?} and {:?}: shapes do not broadcast", spec.shape.as_slice(), x.shape()));
        };
        spec.shape = shape;
    }
    Ok(spec)
}

/// Runs a formula in the precision of the output; half precision is widened to f32 and rounded back.
fn run(f32: Formula<'_, f32>, f64: Formula<'_, f64>, i64: &dyn Fn(&[i64]) -> i64, x: &[&Value], out: &Spec) -> Value {
    match out.dtype {
        DType::F32 => run_as::<f32>(f32, x, &out.shape),
        DType::F64 => run_as::<f64>(f64, x, &out.shape),
        DType::I64 => integers(i64, x, &out.shape),
        _ => {
            let wide: Vec<Value> = x.iter().map(|x| x.to_dtype(DType::F32)).collect();
            let wide: Vec<&Value> = wide.iter().collect();
            run_as::<f32>(f32, &wide, &out.shape).to_dtype(out.dtype)
        }
    }
}

fn run_as<T: Float + Stored + Element<Stored = T>>(formula: Formula<'_, T>, x: &[&Value], shape: &[usize]) -> Value {
    let mut straight = [&[][..]; map::INPUTS];
    let mut all = true;
    for (part, x) in straight.iter_mut().zip(x) {
        match x.as_slice::<T>() {
            Some(elements) if x.shape() == shape => *part = elements,
            _ => all = false,
        }
    }
    if all {
        return Value::filled::<T>(shape, |out| map::straight(formula, &straight[..x.len()], out));
    }
    let inputs: SmallVec<[Input<'_, T>; map::INPUTS]> =
        x.iter().map(|x| Input { data: x.data::<T>(), layout: expanded(x, shape) }).collect();
    Value::filled::<T>(shape, |out| map::map(formula, &inputs, out))
}

#[inline]
fn expanded(x: &Value, shape: &[usize]) -> Layout {
    if x.shape() == shape { x.layout().clone() } else { x.layout().expanded(shape) }
}

fn integers(f: &dyn Fn(&[i64]) -> i64, x: &[&Value], shape: &[usize]) -> Value {
    let x: Vec<Value> = x.iter().map(|x| x.with_layout(expanded(x, shape))).collect();
    let x: Vec<_> = x.iter().map(|x| x.read::<i64>()).collect();
    Value::filled::<i64>(shape, |out| {
        let mut element = vec![0; x.len()];
        for (i, y) in out.iter_mut().enumerate() {
            element.iter_mut().zip(&x).for_each(|(e, x)| *e = x[i]);
            *y = f(&element);
        }
    })
}

/// The gradient that any formula has: g times its derivative by each input, on dual numbers.
pub(crate) fn slopes<F: Elementwise<N>, const N: usize>(f: F, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
    let inputs = saved.all_inputs();
    for by in 0..N {
        if to.wants(by) {
            let x: Vec<&Tensor> = inputs.iter().chain([g]).collect();
            to.add(by, apply(Slope::<F, N> { f, by }, &x));
        }
    }
}

/// g · ∂f/∂x for input number `by`; its inputs are those of `f`, then g.
#[derive(Clone, Copy, Debug)]
struct Slope<F, const N: usize> {
    f: F,
    by: usize,
}

impl<F: Elementwise<N>, const N: usize> Slope<F, N> {
    #[inline(always)]
    fn derivative<R: Real>(self, x: [R; N]) -> R {
        let mut duals = [Dual::<R, 1>::constant(R::lit(0.0)); N];
        for i in 0..N {
            duals[i].value = x[i];
        }
        duals[self.by].derivatives[0] = R::lit(1.0);
        self.f.eval(duals).derivatives[0]
    }

    /// `M` is `N` + 1.
    fn run<const M: usize>(self, x: &[&Value], out: &Spec) -> Value {
        let f32 = |x: &[&[f32]], out: &mut [f32]| map::over::<f32, M>(self, x, out);
        let f64 = |x: &[&[f64]], out: &mut [f64]| map::over::<f64, M>(self, x, out);
        run(&f32, &f64, &|_| unreachable!("integers have no gradients"), x, out)
    }
}

/// `M` is `N` + 1: the inputs of `f`, then g.
impl<F: Elementwise<N>, const N: usize, const M: usize> Body<M> for Slope<F, N> {
    #[inline(always)]
    fn eval<V: Vector>(self, x: [V; M]) -> V {
        let mut inputs = [V::lit(0.0); N];
        inputs.copy_from_slice(&x[..N]);
        x[N] * self.derivative(inputs)
    }
}

impl<F: Elementwise<N>, const N: usize> Op for Slope<F, N> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        broadcast_all(x)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        match N {
            1 => self.run::<2>(x, &out).into(),
            2 => self.run::<3>(x, &out).into(),
            _ => self.run::<4>(x, &out).into(),
        }
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn plain(&self, x: &[Tensor]) -> Option<Tensor> {
        let (inputs, g) = x.split_at(N);
        let inputs: Vec<Tensor> = inputs.iter().map(|x| if x.is_tracked() { x.alias() } else { x.tracked() }).collect();
        let y = trace(inputs.iter(), |x: [_; N]| self.f.eval(x));
        let how = crate::graph::Backward { create_graph: true, ..Default::default() };
        let seed = g[0].expand(y.shape());
        Some(how.grad_with(&y, &[&inputs[self.by]], &seed).remove(0))
    }
}
