//! Gradients of formulas: on dual numbers, for all inputs at once.

use super::elementwise::{Elementwise, broadcast_all, feeds, run};
use super::traced::trace;
use crate::axes::equal;
use crate::dtype::{DType, Element, Stored};
use crate::graph::Sink;
use crate::kernels::lanes::{Float, Vector};
use crate::kernels::map::{self, Body, SlopesBody, SlopesFormula, Wanted};
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::real::{Dual, Real};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// The gradient that any formula has: g times its derivative by each input, on dual numbers. One pass yields the gradients of
/// all inputs; gradients that are themselves recorded are an op each.
pub(crate) fn slopes<F: Elementwise<N>, const N: usize>(f: F, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
    let inputs = saved.all_inputs();
    let x: Vec<&Tensor> = inputs.iter().chain([g]).collect();
    if N == 1 || to.recorded() {
        for by in 0..N {
            if to.wants(by) {
                to.add(by, apply(Slope::<F, N> { f, by }, &x));
            }
        }
        return;
    }
    let x: Vec<&Value> = x.iter().map(|x| x.value()).collect();
    add_all(saved, N, to, |wanted| All::<F, N>(f).run(&x, g.shape(), wanted));
}

/// Adds the gradients of all `n` inputs, which `run` computes in one pass; those of inputs of one number as sums.
pub(crate) fn add_all(saved: &Saved<'_>, n: usize, to: &mut Sink<'_>, run: impl FnOnce(&[Want]) -> Vec<Option<Value>>) {
    let wanted: Vec<Want> = (0..n)
        .map(|i| match (to.wants(i), saved.shape(i).iter().product::<usize>()) {
            (false, _) => Want::Nothing,
            (true, 1) => Want::Sum,
            (true, _) => Want::Elements,
        })
        .collect();
    for (i, gradient) in run(&wanted).into_iter().enumerate() {
        if let Some(gradient) = gradient {
            let whole = Tensor::from(gradient);
            to.add(i, if wanted[i] == Want::Sum { whole.reshape(saved.shape(i)) } else { whole });
        }
    }
}

/// What is wanted of an input's gradient: see [`Wanted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Nothing,
    Elements,
    Sum,
}

/// g times the derivatives of `f` by all of its inputs.
#[derive(Clone, Copy, Debug)]
struct All<F, const N: usize>(F);

impl<F: Elementwise<N>, const N: usize> SlopesBody<N> for All<F, N> {
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "an iterator would not be inlined into the shell")]
    fn eval<V: Vector>(self, x: [V; N], g: V) -> [V; N] {
        let mut duals = [Dual::<V, N>::constant(g); N];
        for i in 0..N {
            duals[i].value = x[i];
            duals[i].derivatives[i] = V::lit(1.0);
        }
        let mut slopes = self.0.eval(duals).derivatives;
        for i in 0..N {
            slopes[i] = g * slopes[i];
        }
        slopes
    }
}

impl<F: Elementwise<N>, const N: usize> All<F, N> {
    /// `x` are the inputs, then g.
    fn run(self, x: &[&Value], shape: &[usize], wanted: &[Want]) -> Vec<Option<Value>> {
        let f32 = |x: &[&[f32]], out: &mut [&mut [f32]]| map::slopes_over::<f32, N>(self, x, out);
        let f64 = |x: &[&[f64]], out: &mut [&mut [f64]]| map::slopes_over::<f64, N>(self, x, out);
        match x[0].dtype() {
            DType::F32 => all_as::<f32>(&f32, x, shape, wanted),
            DType::F64 => all_as::<f64>(&f64, x, shape, wanted),
            half => {
                let wide: Vec<Value> = x.iter().map(|x| x.to_dtype(DType::F32)).collect();
                let wide: Vec<&Value> = wide.iter().collect();
                let gradients = all_as::<f32>(&f32, &wide, shape, wanted);
                gradients.into_iter().map(|g| g.map(|g| g.to_dtype(half))).collect()
            }
        }
    }
}

pub(crate) fn all_as<T: Float + Stored + Element<Stored = T>>(
    formula: SlopesFormula<'_, T>,
    x: &[&Value],
    shape: &[usize],
    wanted: &[Want],
) -> Vec<Option<Value>> {
    let mut out: Vec<Option<Value>> = wanted
        .iter()
        .map(|want| match want {
            Want::Nothing => None,
            Want::Elements => Some(Value::filled::<T>(shape, |_| ())),
            Want::Sum => Some(Value::filled::<T>(&[], |_| ())),
        })
        .collect();
    let mut places: Vec<Wanted<'_, T>> = out
        .iter_mut()
        .zip(wanted)
        .map(|(out, want)| match (out, want) {
            (Some(out), Want::Elements) => Wanted::Elements(out.make_mut()),
            (Some(out), Want::Sum) => Wanted::Sum(out.make_mut().try_into().expect("a scalar has one element")),
            _ => Wanted::Nothing,
        })
        .collect();
    map::slopes(formula, &feeds::<T>(x, shape), shape.iter().product(), &mut places);
    out
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
    fn run<const M: usize>(self, x: &[&Value], out: Spec) -> Value {
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
        if N == 1 {
            return self.run::<2>(x, out).into();
        }
        // The pass for all inputs, with the others' gradients left where they fall: a formula is compiled once for both.
        let mut wanted = [Want::Nothing; N];
        wanted[self.by] = Want::Elements;
        let gradient = All::<F, N>(self.f).run(x, &out.shape, &wanted).swap_remove(self.by);
        gradient.expect("it was wanted").into()
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn plain(&self, x: &[Tensor]) -> Option<Tensor> {
        Some(plain(&|x| trace(x.iter(), |x: [_; N]| self.f.eval(x)), self.by, x))
    }
}

/// The gradient of a formula by input number `by` as ops, to be differentiated again; `x` are the inputs, then g.
pub(crate) fn plain(formula: &dyn Fn(&[Tensor]) -> Tensor, by: usize, x: &[Tensor]) -> Tensor {
    let (inputs, g) = x.split_at(x.len() - 1);
    // Broadcast before, so that the gradient has the result's shape, as its value has.
    let values: Vec<&Value> = x.iter().map(|x| x.value()).collect();
    let shape = broadcast_all(&values).expect("their value was computed").shape;
    let inputs: Vec<Tensor> = inputs
        .iter()
        .map(|x| if equal(x.shape(), &shape) { x.clone() } else { x.expand(&shape[..]) })
        .map(|x| if x.is_tracked() { x.alias() } else { x.tracked() })
        .collect();
    let y = formula(&inputs);
    let how = crate::graph::Backward { create_graph: true, ..Default::default() };
    let seed = g[0].expand(y.shape());
    how.grad_with(&y, &[&inputs[by]], &seed).remove(0)
}
