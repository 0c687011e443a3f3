//! A formula as a list of steps, and how it runs: block by block through the first-level cache.

use super::operation::{Number, Operation};
use crate::buffer::Buffer;
use crate::tensor::Tensor;
use std::fmt;
use std::sync::Arc;

/// Bytes that a step computes at a time: a formula's dozen of intermediate results stays in the first-level cache.
const BLOCK: usize = 2048;

/// Operands of a step at most.
const OPERANDS: usize = 3;

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

/// A program whose constant inputs are known: what follows from them alone is computed, what nobody wants is left out.
pub(super) struct Bound<'p, T> {
    steps: Vec<BoundStep<'p>>,
    results: Vec<Option<Operand>>,
    constants: Vec<T>,
    slots: usize,
}

struct BoundStep<'p> {
    operation: &'p dyn Operation,
    from: Vec<Operand>,
    to: usize,
}

#[derive(Clone, Copy)]
enum Operand {
    Constant(usize),
    Input(usize),
    Slot(usize),
}

impl Program {
    pub(super) fn new(steps: Vec<Step>, results: Vec<Place>) -> Self {
        Self { steps, results }
    }

    /// `known[i]` is input number i where it is one number; `wanted[i]` says whether result number i is.
    pub(super) fn bind<T: Number>(&self, known: &[Option<T>], wanted: &[bool]) -> Bound<'_, T> {
        let folded = self.fold(known);
        let last = self.last_uses(wanted, &folded);
        let mut bound = Bound { steps: Vec::new(), results: Vec::new(), constants: Vec::new(), slots: 0 };
        let (mut slot_of, mut free) = (vec![0; self.steps.len()], Vec::new());
        for (i, step) in self.steps.iter().enumerate() {
            if last[i].is_none() || folded.values[i].is_some() {
                continue;
            }
            let places = &folded.from[i];
            let from = places.iter().map(|&place| bound.operand(place, folded.value(place, known), &slot_of)).collect();
            // Its own slot first: an operation does not write where it reads.
            let to = free.pop().unwrap_or_else(|| {
                bound.slots += 1;
                bound.slots - 1
            });
            slot_of[i] = to;
            bound.steps.push(BoundStep { operation: &*step.operation, from, to });
            for (at, &place) in places.iter().enumerate() {
                if let Place::Step(j) = place
                    && last[j] == Some(i)
                    && folded.values[j].is_none()
                    && !places[..at].contains(&place)
                {
                    free.push(slot_of[j]);
                }
            }
        }
        for (&place, &wanted) in self.results.iter().zip(wanted) {
            let place = folded.found(place);
            let result = wanted.then(|| bound.operand(place, folded.value(place, known), &slot_of));
            bound.results.push(result);
        }
        bound
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

    /// What follows from the constant inputs: numbers, and choices that are made.
    fn fold<T: Number>(&self, known: &[Option<T>]) -> Folded<T> {
        let mut folded = Folded { values: Vec::new(), places: Vec::new(), from: Vec::new() };
        for (i, step) in self.steps.iter().enumerate() {
            let from: Vec<Place> = step.from.iter().map(|&place| folded.found(place)).collect();
            let values: Vec<Option<T>> = from.iter().map(|&place| folded.value(place, known)).collect();
            let (place, value) = match (step.operation.chooses(), values[0]) {
                (true, Some(mask)) => {
                    let side = if mask == T::ZERO { 2 } else { 1 };
                    (from[side], values[side])
                }
                _ => (Place::Step(i), values.into_iter().collect::<Option<Vec<T>>>().map(|x| step.of_numbers(&x))),
            };
            folded.places.push(place);
            folded.values.push(value);
            folded.from.push(from);
        }
        folded
    }

    /// After which step each step's number is no longer needed: none where it never is, beyond the last for results.
    fn last_uses<T: Number>(&self, wanted: &[bool], folded: &Folded<T>) -> Vec<Option<usize>> {
        let mut last = vec![None; self.steps.len()];
        for (&place, _) in self.results.iter().zip(wanted).filter(|(_, wanted)| **wanted) {
            if let Place::Step(i) = folded.found(place) {
                last[i] = Some(usize::MAX);
            }
        }
        for i in (0..self.steps.len()).rev() {
            if last[i].is_none() || folded.values[i].is_some() {
                continue;
            }
            for place in &folded.from[i] {
                if let Place::Step(j) = *place
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
    /// Its number.
    fn of_numbers<T: Number>(&self, x: &[T]) -> T {
        let x: Vec<&[T]> = x.chunks(1).collect();
        let mut y = [T::ZERO];
        T::compute(&*self.operation, &x, &mut y);
        y[0]
    }
}

/// What the constant inputs make of a program, step by step.
struct Folded<T> {
    /// Its number, where it is known.
    values: Vec<Option<T>>,
    /// Where its number is found: a choice that is made is what it chose.
    places: Vec<Place>,
    /// Where its operands are found.
    from: Vec<Vec<Place>>,
}

impl<T: Number> Folded<T> {
    fn found(&self, place: Place) -> Place {
        if let Place::Step(i) = place { self.places[i] } else { place }
    }

    fn value(&self, place: Place, known: &[Option<T>]) -> Option<T> {
        match place {
            Place::Literal(bits) => Some(T::lit(f64::from_bits(bits))),
            Place::Input(i) => known[i],
            Place::Step(i) => self.values[i],
        }
    }
}

impl<T: Number> Bound<'_, T> {
    fn operand(&mut self, place: Place, value: Option<T>, slot_of: &[usize]) -> Operand {
        match (value, place) {
            (Some(x), _) => {
                self.constants.push(x);
                Operand::Constant(self.constants.len() - 1)
            }
            (None, Place::Input(i)) => Operand::Input(i),
            (None, Place::Step(i)) => Operand::Slot(slot_of[i]),
            (None, Place::Literal(_)) => unreachable!("a literal is known"),
        }
    }

    /// One run of elements of each input that is not constant, to the results that are wanted.
    pub(super) fn run(&self, x: &[&[T]], out: &mut [&mut [T]]) {
        let count = out.first().map_or(0, |out| out.len());
        let size = count.min(BLOCK / size_of::<T>());
        if size == 0 {
            return;
        }
        let blocks = self.constants.len() + self.slots;
        let mut scratch = Buffer::fresh(blocks * size * size_of::<T>());
        let scratch = scratch.elements_mut::<T>().expect("a fresh buffer can be written");
        let (constants, slots) = scratch.split_at_mut(self.constants.len() * size);
        for (block, &x) in constants.chunks_mut(size).zip(&self.constants) {
            block.fill(x);
        }
        let constants: Vec<&[T]> = constants.chunks(size).collect();
        let mut slots: Vec<&mut [T]> = slots.chunks_mut(size).collect();
        for start in (0..count).step_by(size) {
            let n = size.min(count - start);
            for step in &self.steps {
                let to = std::mem::take(&mut slots[step.to]);
                let mut from = [&[][..]; OPERANDS];
                for (from, &operand) in from.iter_mut().zip(&step.from) {
                    *from = operand.read(&constants, &slots, x, start, n);
                }
                T::compute(step.operation, &from[..step.from.len()], &mut to[..n]);
                slots[step.to] = to;
            }
            for (out, result) in out.iter_mut().zip(&self.results) {
                if let Some(result) = *result {
                    out[start..start + n].copy_from_slice(result.read(&constants, &slots, x, start, n));
                }
            }
        }
    }
}

impl Operand {
    /// Its `n` elements from `start` on.
    #[inline]
    fn read<'a, T>(
        self,
        constants: &[&'a [T]],
        slots: &'a [&mut [T]],
        x: &[&'a [T]],
        start: usize,
        n: usize,
    ) -> &'a [T] {
        match self {
            Self::Constant(i) => &constants[i][..n],
            Self::Input(i) => &x[i][start..start + n],
            Self::Slot(i) => &slots[i][..n],
        }
    }
}
