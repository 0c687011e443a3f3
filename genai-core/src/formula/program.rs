//! A formula as a list of steps, and what constants make of it.

use super::operation::{Kind, Number, Operation};
use crate::kernels::lanes::Float;
use crate::tensor::Tensor;
use smallvec::SmallVec;
use std::fmt;
use std::sync::Arc;

/// Operands of a step at most.
pub(super) const OPERANDS: usize = 3;

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// The bits of an f64.
    Literal(u64),
    Input(usize),
    Step(usize),
}

/// An operation on earlier numbers.
pub(super) struct Step {
    /// With its parameters: equal names are equal operations.
    pub(super) name: String,
    pub(super) operation: Arc<dyn Operation>,
    pub(super) from: Vec<Place>,
}

/// Steps in an order in which they can be done, and which numbers are wanted of them.
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) results: Vec<Place>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program of {} steps, {} results", self.steps.len(), self.results.len())
    }
}

impl Program {
    pub(super) fn new(steps: Vec<Step>, results: Vec<Place>) -> Self {
        Self { steps, results }
    }

    /// The first result on tensors: each step becomes an op of the graph, which gives gradients of every order.
    pub(super) fn on_tensors(&self, x: &[Tensor]) -> Tensor {
        let mut values: Vec<Tensor> = Vec::with_capacity(self.steps.len());
        let at = |values: &[Tensor], place: Place| match place {
            Place::Literal(bits) => Tensor::full_of((), f64::from_bits(bits), x[0].dtype()),
            Place::Input(i) => x[i].clone(),
            Place::Step(i) => values[i].clone(),
        };
        for step in &self.steps {
            let from: Vec<Tensor> = step.from.iter().map(|&place| at(&values, place)).collect();
            values.push(step.operation.tensor(&from.iter().collect::<Vec<_>>()));
        }
        at(&values, self.results[0])
    }

    /// What follows from the constant inputs and from what is assumed: numbers, and steps that only pass an operand on.
    pub(super) fn fold<T: Number>(&self, known: &[Option<T>], assumed: &[Option<bool>]) -> Folded<T> {
        let count = self.steps.len();
        let mut folded = Folded {
            values: Vec::with_capacity(count),
            places: Vec::with_capacity(count),
            from: Vec::with_capacity(count),
            own: vec![0; count],
            relies: Vec::with_capacity(count),
            decides: vec![false; count],
        };
        let mut bit = 1u64;
        for (i, step) in self.steps.iter().enumerate() {
            let from: Vec<Place> = step.from.iter().map(|&place| folded.found(place)).collect();
            let values: Vec<Option<T>> = from.iter().map(|&place| folded.value(place, known)).collect();
            let relies = |at: usize| folded.relies(step.from[at]);
            let mut on = (0..from.len()).fold(0, |on, at| on | relies(at));
            let (mut place, mut value) = (Place::Step(i), None);
            if let Some(truth) = assumed.get(i).copied().flatten() {
                value = Some(if truth { T::ONE } else { T::ZERO });
                folded.own[i] = bit;
                on |= bit;
                bit = bit.wrapping_shl(1);
            } else if let Some(at) = step.passes_on(&values) {
                // Of a choice that is made, what was not chosen does not matter.
                let made = step.operation.kind() == Kind::Choice && values[0].is_some();
                on = if made { relies(0) | relies(at) } else { on };
                (place, value) = (from[at], values[at]);
            } else if let Some(x) = values.iter().copied().collect::<Option<Vec<T>>>() {
                value = Some(step.of_numbers(&x));
            } else if let (Kind::Choice, Place::Step(mask)) = (step.operation.kind(), from[0]) {
                folded.decides[mask] = true;
            }
            folded.places.push(place);
            folded.values.push(value);
            folded.from.push(from);
            folded.relies.push(on);
        }
        folded
    }

    /// After which step each step's number is no longer needed: none where it never is, beyond the last for results. A
    /// comparison of which something is assumed is needed until it is made.
    pub(super) fn last_uses<T: Number>(&self, wanted: &[bool], folded: &Folded<T>) -> Vec<Option<usize>> {
        let mut last = vec![None; self.steps.len()];
        let mut relied = 0;
        for (&place, _) in self.results.iter().zip(wanted).filter(|(_, wanted)| **wanted) {
            relied |= folded.relies(place);
            if let Place::Step(i) = folded.found(place)
                && folded.values[i].is_none()
            {
                last[i] = Some(usize::MAX);
            }
        }
        for i in (0..self.steps.len()).rev() {
            if relied & folded.own[i] != 0 {
                last[i] = Some(i);
            }
            if last[i].is_none() {
                continue;
            }
            for place in &folded.from[i] {
                if let Place::Step(j) = *place
                    && folded.values[j].is_none()
                    && last[j].is_none()
                {
                    last[j] = Some(i);
                }
            }
        }
        last
    }
}

impl Step {
    /// See [`Operation::passes_on`].
    fn passes_on<T: Number>(&self, values: &[Option<T>]) -> Option<usize> {
        self.operation.passes_on(&in_f64(values))
    }

    /// See [`Operation::affine`].
    pub(super) fn affine<T: Number>(&self, values: &[Option<T>]) -> Option<(usize, [T; 2])> {
        let (at, map) = self.operation.affine(&in_f64(values))?;
        Some((at, map.map(<T as Float>::from_f64)))
    }

    /// Its number.
    fn of_numbers<T: Number>(&self, x: &[T]) -> T {
        let x: Vec<&[T]> = x.chunks(1).collect();
        let mut y = [T::ZERO];
        T::compute(&*self.operation, &x, &mut y);
        y[0]
    }
}

/// Numbers where they are known; `f64` holds those of both precisions.
fn in_f64<T: Number>(values: &[Option<T>]) -> SmallVec<[Option<f64>; OPERANDS]> {
    values.iter().map(|value| value.map(Float::to_f64)).collect()
}

/// What the constant inputs, and what is assumed, make of a program, step by step.
pub(super) struct Folded<T> {
    /// Its number, where it is known.
    pub(super) values: Vec<Option<T>>,
    /// Where its number is found: a step that only passes an operand on is that operand.
    places: Vec<Place>,
    /// Where its operands are found.
    pub(super) from: Vec<Vec<Place>>,
    /// A bit, where something is assumed of it.
    own: Vec<u64>,
    /// The bits of all assumptions without which it would be another.
    relies: Vec<u64>,
    /// Whether a choice hangs on it that is not made.
    pub(super) decides: Vec<bool>,
}

impl<T: Number> Folded<T> {
    pub(super) fn found(&self, place: Place) -> Place {
        if let Place::Step(i) = place { self.places[i] } else { place }
    }

    pub(super) fn value(&self, place: Place, known: &[Option<T>]) -> Option<T> {
        match place {
            Place::Literal(bits) => Some(T::lit(f64::from_bits(bits))),
            Place::Input(i) => known[i],
            Place::Step(i) => self.values[i],
        }
    }

    fn relies(&self, place: Place) -> u64 {
        if let Place::Step(i) = place { self.relies[i] } else { 0 }
    }
}
