//! Formulas as programs: a formula is written down once, as a list of steps that are compiled with this crate, and run block
//! by block through the first-level cache.
//!
//! [`ops::map`](crate::ops::map) compiles a formula for every precision and instruction set, its gradients too; that is the
//! fastest, and takes the compiler seconds a formula. A program takes it nothing, computes what depends on constant inputs
//! once, and each common part once; it pays a load and a store a step. A library of many formulas takes programs.

mod bound;
mod code;
mod fused;
mod operation;
mod program;
mod recorded;

pub use recorded::map;

use crate::kernels::map::{self as kernel, Feed};
use crate::ops::Elementwise;
use code::{Code, Recorder};
use operation::Number;
use program::Program;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// A formula written down.
#[derive(Debug)]
struct Formula {
    name: &'static str,
    inputs: usize,
    value: Program,
    /// The derivatives by the inputs, each times one more input.
    slopes: OnceLock<Program>,
}

impl Formula {
    fn slopes(&self) -> &Program {
        self.slopes.get_or_init(|| Recorder::record_slopes(self.inputs, &self.value))
    }
}

/// The formula written down; those without fields are kept.
fn written<F: Elementwise<N>, const N: usize>(f: F) -> Arc<Formula> {
    let key = (size_of::<F>() == 0).then(TypeId::of::<F>);
    kept(key, F::NAME, N, &|x| f.eval(std::array::from_fn(|i| x[i])))
}

/// As a pointer: compiled once, not once a formula.
fn kept(
    key: Option<TypeId>,
    name: &'static str,
    inputs: usize,
    formula: &dyn for<'a> Fn(&[Code<'a>]) -> Code<'a>,
) -> Arc<Formula> {
    static KEPT: RwLock<Option<HashMap<TypeId, Arc<Formula>>>> = RwLock::new(None);
    let known = KEPT.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(formula) = key.and_then(|key| known.as_ref()?.get(&key)) {
        return formula.clone();
    }
    drop(known);
    let value = Recorder::record(inputs, formula);
    let formula = Arc::new(Formula { name, inputs, value, slopes: OnceLock::new() });
    if let Some(key) = key {
        KEPT.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(key, formula.clone());
    }
    formula
}

/// `out[i] = f(x₀[i], x₁[i], …)`: a formula on the machine's registers, and on several threads where the work is worth it. The
/// bits do not depend on their number.
///
/// An input of one element stands for that number everywhere: what depends on such inputs alone is computed once. So is what
/// depends on the fields of the formula's struct, which [`Real::lit`](crate::Real::lit) brings into the formula.
/// `T` is `f32` or `f64`.
///
/// # Panics
///
/// If an input has neither one element nor as many as `out`.
///
/// The log-density of a gamma distribution, ln f(x) = (α − 1)·ln x − βx + α·ln β − lnΓ(α):
///
/// ```
/// use genai_core::ops::Elementwise;
/// use genai_core::{Real, formula, special};
///
/// #[derive(Clone, Copy, Debug)]
/// struct LnPdf {
///     shape: f64,
///     rate: f64,
///     norm: f64,
/// }
///
/// impl Elementwise<1> for LnPdf {
///     const NAME: &'static str = "gamma";
///
///     #[inline(always)]
///     fn eval<R: Real>(self, [x]: [R; 1]) -> R {
///         x.ln().fma(R::lit(self.shape - 1.0), x.fma(R::lit(-self.rate), R::lit(self.norm)))
///     }
/// }
///
/// let (shape, rate): (f64, f64) = (2.5, 0.5);
/// let density = LnPdf { shape, rate, norm: shape * rate.ln() - special::ln_gamma(shape) };
/// let mut out = [0.0; 3];
/// formula::evaluate(density, [&[1.0, 2.0, 4.0]], &mut out);
/// assert!((out[0] + 2.517_550_821_872_783).abs() < 1e-14);
/// ```
#[track_caller]
#[expect(private_bounds, reason = "f32 and f64")]
pub fn evaluate<T: Number, const N: usize>(f: impl Elementwise<N>, inputs: [&[T]; N], out: &mut [T]) {
    const { assert!(N < kernel::INPUTS, "a formula has five inputs at most") };
    let count = out.len();
    for (i, x) in inputs.iter().enumerate() {
        assert!(x.len() == count || x.len() == 1, "evaluate: input {i} has {} elements, not 1 or {count}", x.len());
    }
    run(&written(f), &inputs, out);
}

/// Inputs of as many elements as `out`, or of one.
fn run<T: Number>(formula: &Formula, inputs: &[&[T]], out: &mut [T]) {
    let count = out.len();
    let known: Vec<Option<T>> =
        inputs.iter().map(|x| if x.len() == 1 && count > 1 { Some(x[0]) } else { None }).collect();
    let bound = formula.value.bind(known, vec![true], count);
    let formula = |x: &[&[T]], out: &mut [T]| bound.run(x, &mut [out]);
    if inputs.iter().all(|x| x.len() == count) {
        return kernel::straight(&formula, inputs, out);
    }
    let feeds: Vec<Feed<'_, T>> =
        inputs.iter().map(|x| if x.len() == count { Feed::Run(x) } else { Feed::Constant(x[0]) }).collect();
    kernel::map(&formula, &feeds, out);
}
