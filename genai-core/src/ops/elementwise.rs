//! Ops that act element by element: a formula, from which everything else follows.

use crate::axes::equal;
use crate::dtype::{DType, Element, Stored};
use crate::graph::Sink;
use crate::kernels::lanes::{Float, Vector};
use crate::kernels::map::{self, Body, Feed, Formula};
use crate::layout::{Dims, Layout, broadcast};
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::ops::slopes::slopes;
use crate::real::Real;
use crate::tensor::Tensor;
use crate::value::{Spec, Value};
use smallvec::SmallVec;
use std::fmt::Debug;

/// A function of `N` numbers, five at most, applied to tensors element by element with broadcasting.
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

    /// Adds the gradient of each input that wants one: by dual numbers, in one pass over the elements.
    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        slopes(self, saved, g, to);
    }
}

/// Applies an elementwise function: the user's own too.
///
/// ```
/// use genai_core::ops::{Elementwise, map};
/// use genai_core::{Real, Tensor, grad};
///
/// /// ln B(a, b) = lnΓ(a) + lnΓ(b) − lnΓ(a + b).
/// #[derive(Clone, Copy, Debug)]
/// struct LnBeta;
///
/// impl Elementwise<2> for LnBeta {
///     const NAME: &'static str = "ln_beta";
///
///     #[inline(always)]
///     fn eval<R: Real>(self, [a, b]: [R; 2]) -> R {
///         a.ln_gamma() + b.ln_gamma() - (a + b).ln_gamma()
///     }
/// }
///
/// let a = Tensor::from_vec(vec![2.0_f64, 3.0], [2]).tracked();
/// let b = Tensor::from_vec(vec![1.0_f64], [1]).tracked();
/// let y = map(LnBeta, [&a, &b]); // −ln a
/// let by_a = grad(&y, &[&a], true).remove(0);
/// let second = grad(&by_a, &[&a], false).remove(0);
/// assert!((by_a.to_vec::<f64>()[1] + 1.0 / 3.0).abs() < 1e-14);
/// assert!((second.to_vec::<f64>()[1] - 1.0 / 9.0).abs() < 1e-14);
/// ```
#[track_caller]
#[inline]
pub fn map<const N: usize>(f: impl Elementwise<N>, x: [&Tensor; N]) -> Tensor {
    const { assert!(N < map::INPUTS, "a formula has five inputs at most") };
    apply(Map::<_, N>(f), &x)
}

/// A formula as an op, and as what kernels compute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Map<F, const N: usize>(pub(crate) F);

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
        infer(x, F::INTEGER)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let f32 = |x: &[&[f32]], out: &mut [f32]| map::over::<f32, N>(*self, x, out);
        let f64 = |x: &[&[f64]], out: &mut [f64]| map::over::<f64, N>(*self, x, out);
        let i64 = |x: &[i64]| self.0.eval_integer(std::array::from_fn(|i| x[i]));
        run(&f32, &f64, &i64, x, out).into()
    }

    fn keeps(&self) -> Keep {
        F::KEEPS
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        self.0.gradient(saved, g, to);
    }
}

pub(crate) fn infer(x: &[&Value], integer: bool) -> Result<Spec, String> {
    let dtype = x[0].dtype();
    let computes = dtype.is_float() || (dtype == DType::I64 && integer);
    if !computes && x.iter().all(|x| x.dtype() == dtype) {
        return Err(format!("is not defined on {dtype}; convert with to_dtype"));
    }
    broadcast_all(x)
}

/// Shape and type of a result of tensors of one type that broadcast together.
pub(crate) fn broadcast_all(x: &[&Value]) -> Result<Spec, String> {
    let mut spec = x[0].spec();
    for x in &x[1..] {
        if x.dtype() != spec.dtype {
            return Err(format!("{} and {}: types differ; convert with to_dtype", spec.dtype, x.dtype()));
        }
        if equal(x.shape(), &spec.shape) {
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
pub(super) fn run(
    f32: Formula<'_, f32>,
    f64: Formula<'_, f64>,
    i64: &dyn Fn(&[i64]) -> i64,
    x: &[&Value],
    out: Spec,
) -> Value {
    match out.dtype {
        DType::F32 => run_as::<f32>(f32, x, out.shape),
        DType::F64 => run_as::<f64>(f64, x, out.shape),
        DType::I64 => integers(i64, x, &out.shape),
        _ => {
            let wide: Vec<Value> = x.iter().map(|x| x.to_dtype(DType::F32)).collect();
            let wide: Vec<&Value> = wide.iter().collect();
            run_as::<f32>(f32, &wide, out.shape).to_dtype(out.dtype)
        }
    }
}

pub(crate) fn run_as<T: Float + Stored + Element<Stored = T>>(
    formula: Formula<'_, T>,
    x: &[&Value],
    shape: Dims,
) -> Value {
    let mut straight = [&[][..]; map::INPUTS];
    let mut all = true;
    for (part, x) in straight.iter_mut().zip(x) {
        match x.as_slice::<T>() {
            Some(elements) if equal(x.shape(), &shape) => *part = elements,
            _ => all = false,
        }
    }
    if all {
        return Value::filled_in::<T>(shape, |out| map::straight(formula, &straight[..x.len()], out));
    }
    let inputs = feeds::<T>(x, &shape);
    Value::filled_in::<T>(shape, |out| map::map(formula, &inputs, out))
}

/// Inputs expanded to the shape of the output.
pub(super) fn feeds<'a, T: Stored>(x: &[&'a Value], shape: &[usize]) -> SmallVec<[Feed<'a, T>; map::INPUTS]> {
    x.iter().map(|x| Feed::new(x.data::<T>(), &expanded(x, shape))).collect()
}

#[inline]
fn expanded(x: &Value, shape: &[usize]) -> Layout {
    if equal(x.shape(), shape) { x.layout().clone() } else { x.layout().expanded(shape) }
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
