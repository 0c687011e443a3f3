//! Formulas evaluated on tensors: each step becomes an op of the graph, which gives gradients of every order.

use crate::ops::elementwise::map;
use crate::ops::{arithmetic as a, compare as c, functions as f, special as s};
use crate::real::{Mask, Real, sealed};
use crate::tensor::Tensor;
use std::cell::RefCell;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Evaluates a formula on tensors.
pub(crate) fn trace<'t, const N: usize>(
    x: impl Iterator<Item = &'t Tensor>,
    formula: impl for<'a> FnOnce([Traced<'a>; N]) -> Traced<'a>,
) -> Tensor {
    let steps = Steps(RefCell::new(x.cloned().collect()));
    let like = steps.0.borrow()[0].clone();
    let y = formula(std::array::from_fn(|i| Traced::Step(&steps, i))).tensor(&like);
    drop(steps);
    y
}

/// The tensors of a formula's steps; a [`Traced`] is an index into them, and so can be copied as numbers are.
pub(crate) struct Steps(RefCell<Vec<Tensor>>);

/// A step of a formula on tensors, or a constant.
#[derive(Clone, Copy)]
pub(crate) enum Traced<'a> {
    Literal(f64),
    Step(&'a Steps, usize),
}

/// A comparison of [`Traced`] numbers.
#[derive(Clone, Copy)]
pub(crate) enum TracedMask<'a> {
    Literal(bool),
    Step(&'a Steps, usize),
}

impl fmt::Debug for Traced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(x) => write!(f, "{x}"),
            Self::Step(_, i) => write!(f, "step {i}"),
        }
    }
}

impl fmt::Debug for TracedMask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(x) => write!(f, "{x}"),
            Self::Step(_, i) => write!(f, "step {i}"),
        }
    }
}

impl Steps {
    fn push(&self, x: Tensor) -> usize {
        self.0.borrow_mut().push(x);
        self.0.borrow().len() - 1
    }

    fn at(&self, i: usize) -> Tensor {
        self.0.borrow()[i].clone()
    }
}

impl<'a> Traced<'a> {
    /// As a tensor; a constant takes the type of `like`.
    fn tensor(self, like: &Tensor) -> Tensor {
        match self {
            Self::Literal(x) => Tensor::full_of((), x, like.dtype()),
            Self::Step(steps, i) => steps.at(i),
        }
    }

    fn one(self, scalar: impl FnOnce(f64) -> f64, op: impl FnOnce(&Tensor) -> Tensor) -> Self {
        match self {
            Self::Literal(x) => Self::Literal(scalar(x)),
            Self::Step(steps, i) => Self::Step(steps, steps.push(op(&steps.at(i)))),
        }
    }

    fn two(
        self,
        other: Self,
        scalar: impl FnOnce(f64, f64) -> f64,
        op: impl FnOnce(&Tensor, &Tensor) -> Tensor,
    ) -> Self {
        match (self, other) {
            (Self::Literal(x), Self::Literal(y)) => Self::Literal(scalar(x, y)),
            (Self::Step(steps, _), _) | (_, Self::Step(steps, _)) => {
                let like = steps.at(0);
                Self::Step(steps, steps.push(op(&self.tensor(&like), &other.tensor(&like))))
            }
        }
    }

    fn compared(
        self,
        other: Self,
        scalar: impl FnOnce(f64, f64) -> bool,
        op: impl FnOnce(&Tensor, &Tensor) -> Tensor,
    ) -> TracedMask<'a> {
        match (self, other) {
            (Self::Literal(x), Self::Literal(y)) => TracedMask::Literal(scalar(x, y)),
            (Self::Step(steps, _), _) | (_, Self::Step(steps, _)) => {
                let like = steps.at(0);
                TracedMask::Step(steps, steps.push(op(&self.tensor(&like), &other.tensor(&like))))
            }
        }
    }
}

impl TracedMask<'_> {
    fn tensor(self) -> Tensor {
        match self {
            Self::Literal(x) => Tensor::from(x),
            Self::Step(steps, i) => steps.at(i),
        }
    }

    fn two(
        self,
        other: Self,
        scalar: impl FnOnce(bool, bool) -> bool,
        op: impl FnOnce(&Tensor, &Tensor) -> Tensor,
    ) -> Self {
        match (self, other) {
            (Self::Literal(x), Self::Literal(y)) => Self::Literal(scalar(x, y)),
            (Self::Step(steps, _), _) | (_, Self::Step(steps, _)) => {
                Self::Step(steps, steps.push(op(&self.tensor(), &other.tensor())))
            }
        }
    }
}

impl Mask for TracedMask<'_> {
    fn and(self, other: Self) -> Self {
        self.two(other, |x, y| x & y, Tensor::logical_and)
    }

    fn or(self, other: Self) -> Self {
        self.two(other, |x, y| x | y, Tensor::logical_or)
    }

    fn not(self) -> Self {
        match self {
            Self::Literal(x) => Self::Literal(!x),
            Self::Step(steps, i) => Self::Step(steps, steps.push(steps.at(i).logical_not())),
        }
    }
}

macro_rules! operators {
    ($($trait:ident, $method:ident, $op:ident;)*) => {$(
        impl $trait for Traced<'_> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.two(other, |x, y| x.$method(y), |x, y| map(a::$op, [x, y]))
            }
        }
    )*};
}

operators! { Add, add, Sum; Sub, sub, Difference; Mul, mul, Product; Div, div, Quotient; }

impl Neg for Traced<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.one(|x| -x, |x| map(a::Negative, [x]))
    }
}

impl sealed::Sealed for Traced<'_> {}

macro_rules! functions {
    ($($method:ident $op:path),*) => {$(
        fn $method(self) -> Self {
            self.one(Real::$method, |x| map($op, [x]))
        }
    )*};
}

impl<'a> Real for Traced<'a> {
    type Mask = TracedMask<'a>;

    fn lit(x: f64) -> Self {
        Self::Literal(x)
    }

    fn fma(self, b: Self, c: Self) -> Self {
        self * b + c
    }

    functions!(
        abs f::Abs, sqrt f::Sqrt, exp f::Exp, exp_m1 f::ExpM1, ln f::Ln, ln_1p f::Ln1p, sin f::Sin, cos f::Cos,
        tanh f::Tanh, sigmoid f::SigmoidOfFormula, erf f::Erf, floor f::Floor, round f::Round, erfc s::Erfc, erfcx s::Erfcx,
        erf_inv s::ErfInv, normal_quantile s::NormalQuantile, ln_gamma s::LnGamma, bessel_i0e s::BesselI0e,
        bessel_i1e s::BesselI1e
    );

    fn polygamma(self, n: u32) -> Self {
        self.one(|x| x.polygamma(n), |x| map(s::Polygamma { n }, [x]))
    }

    fn pow(self, y: Self) -> Self {
        self.two(y, Real::pow, |x, y| map(a::Power, [x, y]))
    }

    fn max(self, other: Self) -> Self {
        self.two(other, Real::max, |x, y| map(a::Maximum, [x, y]))
    }

    fn min(self, other: Self) -> Self {
        self.two(other, Real::min, |x, y| map(a::Minimum, [x, y]))
    }

    fn lt(self, other: Self) -> TracedMask<'a> {
        self.compared(other, |x, y| x < y, |x, y| c::compare(x, y, c::Relation::Less))
    }

    fn le(self, other: Self) -> TracedMask<'a> {
        self.compared(other, |x, y| x <= y, |x, y| c::compare(x, y, c::Relation::LessOrEqual))
    }

    fn eq(self, other: Self) -> TracedMask<'a> {
        self.compared(other, |x, y| x == y, |x, y| c::compare(x, y, c::Relation::Equal))
    }

    fn select(mask: TracedMask<'a>, x: Self, y: Self) -> Self {
        match mask {
            TracedMask::Literal(true) => x,
            TracedMask::Literal(false) => y,
            TracedMask::Step(steps, i) => {
                let (mask, like) = (steps.at(i), steps.at(0));
                Self::Step(steps, steps.push(Tensor::choose(&mask, &x.tensor(&like), &y.tensor(&like))))
            }
        }
    }
}
