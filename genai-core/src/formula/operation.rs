//! What one step of a program computes: kernels that are compiled with this crate, once for all formulas.

use super::code::Code;
use crate::dtype::{Element, Stored};
use crate::graph::Sink;
use crate::kernels::lanes::Float;
use crate::kernels::map;
use crate::op::{Saved, apply};
use crate::ops::Elementwise;
use crate::ops::arithmetic as a;
use crate::ops::elementwise::Map;
use crate::real::{Dual, Mask, Real};
use crate::tensor::Tensor;
use std::any::TypeId;

/// Operations that a program treats apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Chooses between its second and third operand.
    Choice,
    /// Whether the first operand is less than the second.
    Less,
    /// Whether both operands are true.
    Both,
    /// Any other.
    Plain,
}

/// An operation of one to three numbers.
pub(super) trait Operation: Send + Sync {
    /// Over runs of elements.
    fn f32(&self, x: &[&[f32]], out: &mut [f32]);
    /// Over runs of elements.
    fn f64(&self, x: &[&[f64]], out: &mut [f64]);
    /// On tensors, as an op of the graph.
    fn tensor(&self, x: &[&Tensor]) -> Tensor;
    /// Its derivatives by its operands.
    fn slopes<'a>(&self, x: &[Code<'a>]) -> Vec<Code<'a>>;
    /// What a program must know of it.
    fn kind(&self) -> Kind;
    /// Where it is x·a + b, to the bit, in its only operand x that is not known: which one that is, a and b.
    fn affine(&self, known: &[Option<f64>]) -> Option<(usize, [f64; 2])>;
    /// The operand that is its result, to the bit, whatever the numbers are that are not known.
    fn passes_on(&self, known: &[Option<f64>]) -> Option<usize>;
}

impl<F: Elementwise<N>, const N: usize> Operation for Map<F, N> {
    fn f32(&self, x: &[&[f32]], out: &mut [f32]) {
        map::over::<f32, N>(*self, x, out);
    }

    fn f64(&self, x: &[&[f64]], out: &mut [f64]) {
        map::over::<f64, N>(*self, x, out);
    }

    fn tensor(&self, x: &[&Tensor]) -> Tensor {
        apply(*self, x)
    }

    fn slopes<'a>(&self, x: &[Code<'a>]) -> Vec<Code<'a>> {
        let x = std::array::from_fn(|i| Dual::<_, N>::variable(x[i], i));
        self.0.eval(x).derivatives.to_vec()
    }

    fn kind(&self) -> Kind {
        if is::<F, Choice>() {
            Kind::Choice
        } else if is::<F, Less>() {
            Kind::Less
        } else if is::<F, Both>() {
            Kind::Both
        } else {
            Kind::Plain
        }
    }

    fn affine(&self, known: &[Option<f64>]) -> Option<(usize, [f64; 2])> {
        // A sum with −0 is what is added to it, to the bit.
        let nothing = -0.0;
        match known {
            [None] if is::<F, a::Negative>() => Some((0, [-1.0, nothing])),
            &[None, Some(b)] if is::<F, a::Sum>() => Some((0, [1.0, b])),
            &[Some(b), None] if is::<F, a::Sum>() => Some((1, [1.0, b])),
            &[None, Some(b)] if is::<F, a::Difference>() => Some((0, [1.0, -b])),
            &[Some(b), None] if is::<F, a::Difference>() => Some((1, [-1.0, b])),
            &[None, Some(a)] if is::<F, a::Product>() => Some((0, [a, nothing])),
            &[Some(a), None] if is::<F, a::Product>() => Some((1, [a, nothing])),
            // A zero stays as it is.
            &[None, Some(a)] if is::<F, SteepProduct>() && a > 0.0 && a < f64::INFINITY => Some((0, [a, nothing])),
            &[Some(a), None] if is::<F, SteepProduct>() && a != 0.0 => Some((1, [a, nothing])),
            &[None, Some(a), Some(b)] if is::<F, MultiplyAdd>() => Some((0, [a, b])),
            &[Some(a), None, Some(b)] if is::<F, MultiplyAdd>() => Some((1, [a, b])),
            _ => None,
        }
    }

    fn passes_on(&self, known: &[Option<f64>]) -> Option<usize> {
        let one = |at: usize| known[at] == Some(1.0);
        let zero = |at: usize| known[at] == Some(0.0);
        let signed_zero = |at: usize, sign: f64| known[at].is_some_and(|x| x.to_bits() == sign.to_bits());
        let first = |first: bool, second: bool| if first { Some(0) } else { second.then_some(1) };
        if is::<F, Choice>() {
            let either = || known[1].zip(known[2]).filter(|(x, y)| x.to_bits() == y.to_bits()).map(|_| 1);
            known[0].map(|mask| if mask == 0.0 { 2 } else { 1 }).or_else(either)
        } else if is::<F, a::Product>() {
            first(one(1), one(0))
        } else if is::<F, SteepProduct>() {
            first(zero(0) || one(1), one(0))
        } else if is::<F, a::Sum>() {
            first(signed_zero(1, -0.0), signed_zero(0, -0.0))
        } else if is::<F, a::Difference>() {
            first(signed_zero(1, 0.0), false)
        } else if is::<F, a::Quotient>() {
            first(one(1), false)
        } else {
            None
        }
    }
}

/// Whether these are the same operation.
fn is<F: 'static, G: 'static>() -> bool {
    TypeId::of::<F>() == TypeId::of::<G>()
}

/// The two precisions that programs run in.
pub(super) trait Number: Float + Stored + Element<Stored = Self> {
    fn compute(operation: &dyn Operation, x: &[&[Self]], out: &mut [Self]);
}

impl Number for f32 {
    fn compute(operation: &dyn Operation, x: &[&[Self]], out: &mut [Self]) {
        operation.f32(x, out);
    }
}

impl Number for f64 {
    fn compute(operation: &dyn Operation, x: &[&[Self]], out: &mut [Self]) {
        operation.f64(x, out);
    }
}

/// Writes operations that are steps of programs and no ops of tensors. A truth value is 1 or 0 there, and has no gradient.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident |$x:pat_param| -> $n:literal $value:expr, |$s:ident, $g:ident, $to:ident| $gradient:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $name;

        impl Elementwise<$n> for $name {
            const NAME: &'static str = stringify!($name);

            #[inline(always)]
            fn eval<R: Real>(self, $x: [R; $n]) -> R {
                $value
            }

            fn gradient(self, $s: &Saved<'_>, $g: &Tensor, $to: &mut Sink<'_>) {
                $gradient
            }
        }
    )*};
}

/// 1 where it is true, else 0.
#[inline(always)]
fn number<R: Real>(truth: R::Mask) -> R {
    R::select(truth, R::lit(1.0), R::lit(0.0))
}

/// Where it is not 0.
#[inline(always)]
fn truth<R: Real>(number: R) -> R::Mask {
    number.eq(R::lit(0.0)).not()
}

/// No gradient.
fn flat(g: &Tensor, inputs: usize, to: &mut Sink<'_>) {
    (0..inputs).for_each(|i| to.add(i, g.zeros_like()));
}

operations! {
    /// x·y + z, fused.
    MultiplyAdd |[x, y, z]| -> 3 x.fma(y, z), |s, g, to| {
        to.add(0, g * s.input(1));
        to.add(1, g * s.input(0));
        to.add(2, g.clone());
    };
    /// x < y.
    Less |[x, y]| -> 2 number(x.lt(y)), |_s, g, to| flat(g, 2, to);
    /// y < x < z.
    Within |[x, low, high]| -> 3 number(low.lt(x).and(x.lt(high))), |_s, g, to| flat(g, 3, to);
    /// x ≤ y.
    LessOrEqual |[x, y]| -> 2 number(x.le(y)), |_s, g, to| flat(g, 2, to);
    /// x = y.
    Equal |[x, y]| -> 2 number(x.eq(y)), |_s, g, to| flat(g, 2, to);
    /// Both.
    Both |[x, y]| -> 2 number(truth(x).and(truth(y))), |_s, g, to| flat(g, 2, to);
    /// Either.
    Either |[x, y]| -> 2 number(truth(x).or(truth(y))), |_s, g, to| flat(g, 2, to);
    /// The opposite.
    Opposite |[x]| -> 1 number(x.eq(R::lit(0.0))), |_s, g, to| flat(g, 1, to);
    /// x·y, 0 where x is.
    SteepProduct |[x, y]| -> 2 R::select(x.eq(R::lit(0.0)), x, x * y), |s, g, to| {
        let flat = s.input(0).eq(0.0);
        to.add(0, (g * s.input(1)).masked_fill(&flat, 0.0));
        to.add(1, (g * s.input(0)).masked_fill(&flat, 0.0));
    };
    /// y where x is true, else z.
    Choice |[x, y, z]| -> 3 R::select(truth(x), y, z), |s, g, to| {
        let (mask, zero) = (s.input(0).ne(0.0), g.zeros_like());
        to.add(0, zero.clone());
        to.add(1, Tensor::choose(&mask, g, &zero));
        to.add(2, Tensor::choose(&mask, &zero, g));
    };
}
