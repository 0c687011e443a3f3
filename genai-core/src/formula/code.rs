//! Numbers that write down what is done to them.

use super::operation::{
    Both, Choice, Either, Equal, Kind, Less, LessOrEqual, MultiplyAdd, Operation, Opposite, SteepProduct,
};
use super::program::{Place, Program, Step};
use crate::ops::elementwise::{Elementwise, Map};
use crate::ops::{arithmetic as a, functions as f, special as s};
use crate::real::{Mask, Real, sealed};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::Arc;

/// What was written down so far.
#[derive(Default)]
pub(super) struct Recorder {
    steps: RefCell<Vec<Step>>,
    /// Steps by what they compute: what a formula says twice is computed once.
    known: RefCell<HashMap<(String, Vec<Place>), usize>>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} steps", self.steps.borrow().len())
    }
}

impl Recorder {
    /// The program of a formula of `inputs` numbers.
    pub(super) fn record(inputs: usize, formula: &dyn for<'a> Fn(&[Code<'a>]) -> Code<'a>) -> Program {
        let recorder = Self::default();
        let x: Vec<Code<'_>> = (0..inputs).map(|i| Code::Of(&recorder, Place::Input(i))).collect();
        let result = formula(&x).place();
        drop(x);
        Program::new(recorder.steps.into_inner(), vec![result])
    }

    /// The program of a formula's derivatives by its `inputs` numbers, each times the number that follows them: the chain
    /// rule from the result back through the steps of `value`.
    pub(super) fn record_slopes(inputs: usize, value: &Program) -> Program {
        let recorder = Self::default();
        let codes = recorder.replay(value);
        let choices = value.steps.iter().any(|step| step.operation.kind() == Kind::Choice);
        let zero = Code::Literal(0.0);
        let (mut by_input, mut by_step) = (vec![zero; inputs], vec![zero; codes.len()]);
        match value.results[0] {
            Place::Step(i) => by_step[i] = Code::Literal(1.0),
            Place::Input(i) => by_input[i] = Code::Literal(1.0),
            Place::Literal(_) => {}
        }
        for (i, step) in value.steps.iter().enumerate().rev() {
            let by = by_step[i];
            if by.is(0.0) {
                continue;
            }
            let from: Vec<Code<'_>> = step.from.iter().map(|&place| recorder.at(&codes, place)).collect();
            let parts = if step.operation.kind() == Kind::Choice {
                // −0 is what a sum leaves as it is to the bit: what was not chosen can be left out.
                let (mask, nothing) = (CodeMask(from[0]), Code::Literal(-0.0));
                vec![zero, Code::select(mask, by, nothing), Code::select(mask, nothing, by)]
            } else {
                let slopes = step.operation.slopes(&from);
                slopes.into_iter().map(|slope| if choices { steep(by, slope) } else { by * slope }).collect()
            };
            for (&place, part) in step.from.iter().zip(parts) {
                match place {
                    Place::Literal(_) => {}
                    Place::Input(j) => by_input[j] = by_input[j] + part,
                    Place::Step(j) => by_step[j] = by_step[j] + part,
                }
            }
        }
        let g = Code::Of(&recorder, Place::Input(inputs));
        let times_g = by_input.into_iter().map(|slope| match slope {
            Code::Literal(_) => g * slope,
            slope => Code::step(MultiplyAdd, [g, slope, zero]), // of −0 it makes 0
        });
        let results = times_g.map(Code::place).collect();
        drop(codes);
        Program::new(recorder.steps.into_inner(), results)
    }

    /// The steps of a program, written down here.
    fn replay(&self, program: &Program) -> Vec<Code<'_>> {
        let mut codes = Vec::with_capacity(program.steps.len());
        for step in &program.steps {
            let from = step.from.iter().map(|&place| self.at(&codes, place).place()).collect();
            codes.push(Code::Of(self, self.push(&step.name, from, || step.operation.clone())));
        }
        codes
    }

    /// The number at a place of a program whose steps are `codes`.
    fn at<'a>(&'a self, codes: &[Code<'a>], place: Place) -> Code<'a> {
        match place {
            Place::Literal(bits) => Code::Literal(f64::from_bits(bits)),
            Place::Input(_) => Code::Of(self, place),
            Place::Step(i) => codes[i],
        }
    }

    fn push(&self, name: &str, from: Vec<Place>, operation: impl FnOnce() -> Arc<dyn Operation>) -> Place {
        let key = (name.to_owned(), from);
        if let Some(&step) = self.known.borrow().get(&key) {
            return Place::Step(step);
        }
        let mut steps = self.steps.borrow_mut();
        steps.push(Step { name: key.0.clone(), operation: operation(), from: key.1.clone() });
        self.known.borrow_mut().insert(key, steps.len() - 1);
        Place::Step(steps.len() - 1)
    }
}

/// A number of a formula while it is written down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Code<'a> {
    Literal(f64),
    Of(&'a Recorder, Place),
}

/// A comparison of [`Code`]: 1 or 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeMask<'a>(Code<'a>);

impl<'a> Code<'a> {
    fn place(self) -> Place {
        match self {
            Self::Literal(x) => Place::Literal(x.to_bits()),
            Self::Of(_, place) => place,
        }
    }

    fn is(self, literal: f64) -> bool {
        matches!(self, Self::Literal(x) if x == literal)
    }

    /// An operation on numbers: done at once where all of them are known.
    fn step<const N: usize>(operation: impl Elementwise<N>, x: [Self; N]) -> Self {
        let recorder = x.iter().find_map(|x| match x {
            Self::Of(recorder, _) => Some(*recorder),
            Self::Literal(_) => None,
        });
        match recorder {
            Some(recorder) => {
                let name = format!("{operation:?}");
                let place = recorder.push(&name, x.map(Self::place).to_vec(), || Arc::new(Map::<_, N>(operation)));
                Self::Of(recorder, place)
            }
            None => Self::Literal(operation.eval(x.map(|x| match x {
                Self::Literal(x) => x,
                Self::Of(..) => unreachable!("a number that is written down has a recorder"),
            }))),
        }
    }
}

/// by · slope, the first where that is 0 or −0: what was not chosen stays so, also beside an infinite slope.
fn steep<'a>(by: Code<'a>, slope: Code<'a>) -> Code<'a> {
    match (by, slope) {
        (Code::Literal(_), _) => by * slope,
        (_, slope) if slope.is(0.0) || slope.is(1.0) => by * slope,
        _ => Code::step(SteepProduct, [by, slope]),
    }
}

impl Add for Code<'_> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        match (self, other) {
            (x, zero) | (zero, x) if zero.is(0.0) => x,
            (x, y) => Self::step(a::Sum, [x, y]),
        }
    }
}

impl Sub for Code<'_> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        match (self, other) {
            (x, zero) if zero.is(0.0) => x,
            (zero, x) if zero.is(0.0) => -x,
            (x, y) => Self::step(a::Difference, [x, y]),
        }
    }
}

/// A factor that is the literal 0 gives 0: it is a derivative by what a number does not depend on, and stays one beside an
/// infinite slope (see [`Dual`](crate::real::Dual)).
impl Mul for Code<'_> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        match (self, other) {
            (zero, _) | (_, zero) if zero.is(0.0) => Self::Literal(0.0),
            (x, one) | (one, x) if one.is(1.0) => x,
            (x, y) => Self::step(a::Product, [x, y]),
        }
    }
}

impl Div for Code<'_> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        match (self, other) {
            (x, one) if one.is(1.0) => x,
            (x, y) => Self::step(a::Quotient, [x, y]),
        }
    }
}

impl Neg for Code<'_> {
    type Output = Self;

    fn neg(self) -> Self {
        Self::step(a::Negative, [self])
    }
}

impl Mask for CodeMask<'_> {
    fn and(self, other: Self) -> Self {
        Self(Code::step(Both, [self.0, other.0]))
    }

    fn or(self, other: Self) -> Self {
        Self(Code::step(Either, [self.0, other.0]))
    }

    fn not(self) -> Self {
        Self(Code::step(Opposite, [self.0]))
    }
}

impl sealed::Sealed for Code<'_> {}

macro_rules! functions {
    ($($method:ident $op:path),*) => {$(
        fn $method(self) -> Self {
            Self::step($op, [self])
        }
    )*};
}

impl<'a> Real for Code<'a> {
    type Mask = CodeMask<'a>;

    fn lit(x: f64) -> Self {
        Self::Literal(x)
    }

    fn fma(self, b: Self, c: Self) -> Self {
        match (self, b, c) {
            (zero, _, c) | (_, zero, c) if zero.is(0.0) => c,
            (x, one, c) | (one, x, c) if one.is(1.0) => x + c,
            (a, b, zero) if zero.is(0.0) => a * b,
            (a, b, c) => Self::step(MultiplyAdd, [a, b, c]),
        }
    }

    functions!(
        abs f::Abs, sqrt f::Sqrt, exp f::Exp, exp_m1 f::ExpM1, ln f::Ln, ln_1p f::Ln1p, sin f::Sin, cos f::Cos,
        tanh f::Tanh, sigmoid f::Sigmoid, erf f::Erf, floor f::Floor, round f::Round, erfc s::Erfc, erfcx s::Erfcx,
        erf_inv s::ErfInv, normal_quantile s::NormalQuantile, ln_gamma s::LnGamma, bessel_i0e s::BesselI0e,
        bessel_i1e s::BesselI1e
    );

    fn polygamma(self, n: u32) -> Self {
        Self::step(s::Polygamma { n }, [self])
    }

    fn pow(self, y: Self) -> Self {
        Self::step(a::Power, [self, y])
    }

    fn max(self, other: Self) -> Self {
        Self::step(a::Maximum, [self, other])
    }

    fn min(self, other: Self) -> Self {
        Self::step(a::Minimum, [self, other])
    }

    fn lt(self, other: Self) -> CodeMask<'a> {
        CodeMask(Self::step(Less, [self, other]))
    }

    fn le(self, other: Self) -> CodeMask<'a> {
        CodeMask(Self::step(LessOrEqual, [self, other]))
    }

    fn eq(self, other: Self) -> CodeMask<'a> {
        CodeMask(Self::step(Equal, [self, other]))
    }

    fn select(mask: CodeMask<'a>, x: Self, y: Self) -> Self {
        match mask.0 {
            Self::Literal(truth) if truth != 0.0 => x,
            Self::Literal(_) => y,
            // Both the same literal: the derivatives of what is flat on both sides.
            _ if matches!((x, y), (Self::Literal(x), Self::Literal(y)) if x == y) => x,
            mask => Self::step(Choice, [mask, x, y]),
        }
    }
}
