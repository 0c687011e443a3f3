//! A formula as a list of steps, and how it runs: block by block through the first-level cache.

use super::operation::{Number, Operation};
use crate::buffer::Buffer;
use crate::kernels::lanes::{Float, Vector};
use crate::kernels::{Kernel, Simd, dispatch};
use crate::real::Real;
use crate::tensor::Tensor;
use std::fmt;
use std::sync::{Arc, OnceLock};

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
///
/// A choice that an element decides is mostly decided alike throughout: all of them lie inside the support. Over many elements
/// the first block is looked at, and the program bound once more with the choices made that it makes throughout. Blocks run
/// that one, which goes without the other sides and without what only they need; it compares as before, and where a
/// comparison comes out otherwise the block is done again in full. The bits are the same.
pub(super) struct Bound<'p, T> {
    program: &'p Program,
    known: Vec<Option<T>>,
    wanted: Vec<bool>,
    steps: Vec<BoundStep<'p>>,
    /// Where results are found that are wanted and no step writes.
    results: Vec<Option<Operand>>,
    /// Elements of a block.
    size: usize,
    /// A block of each.
    constants: Buffer,
    slots: usize,
    /// Whether there are so many elements that the usual choices are worth a look.
    many: bool,
    usual: OnceLock<Option<Box<Self>>>,
}

struct BoundStep<'p> {
    number: usize,
    operation: &'p dyn Operation,
    from: Vec<Operand>,
    to: usize,
    /// The result that it writes, instead of its slot.
    result: Option<usize>,
    /// Whether a choice hangs on it.
    decides: bool,
    /// How it is assumed to come out for all elements.
    assumed: Option<bool>,
}

#[derive(Clone, Copy)]
enum Operand {
    Constant(usize),
    Input(usize),
    Slot(usize),
}

/// Blocks from which on a look for the usual choices is worth it.
const MANY: usize = 4;
/// Blocks of a run that may fall out of the usual before the others are done in full at once.
const UNUSUAL: usize = 3;

impl Program {
    pub(super) fn new(steps: Vec<Step>, results: Vec<Place>) -> Self {
        Self { steps, results }
    }

    /// For runs of up to `count` elements. `known[i]` is input number i where it is one number; `wanted[i]` says whether result
    /// number i is.
    pub(super) fn bind<T: Number>(&self, known: Vec<Option<T>>, wanted: Vec<bool>, count: usize) -> Bound<'_, T> {
        let size = count.min(BLOCK / size_of::<T>());
        let mut bound = self.assuming(known, wanted, size, &[]);
        bound.many = count >= MANY * size && bound.steps.iter().any(|step| step.decides);
        bound
    }

    /// `assumed[i]` is how step number i is assumed to come out.
    fn assuming<T: Number>(
        &self,
        known: Vec<Option<T>>,
        wanted: Vec<bool>,
        size: usize,
        assumed: &[Option<bool>],
    ) -> Bound<'_, T> {
        let folded = self.fold(&known, assumed);
        let last = self.last_uses(&wanted, &folded);
        let mut binder = Binder { size, constants: Vec::new(), slot_of: vec![0; self.steps.len()], slots: 0 };
        let (mut steps, mut free) = (Vec::new(), Vec::new());
        for (i, step) in self.steps.iter().enumerate() {
            let Some(end) = last[i] else { continue };
            let places = &folded.from[i];
            let from = places.iter().map(|&place| binder.operand(place, folded.value(place, &known))).collect();
            // Its own slot first: an operation does not write where it reads.
            let to = free.pop().unwrap_or_else(|| {
                binder.slots += 1;
                binder.slots - 1
            });
            binder.slot_of[i] = to;
            let assumed = assumed.get(i).copied().flatten();
            steps.push(BoundStep {
                number: i,
                operation: &*step.operation,
                from,
                to,
                result: None,
                decides: folded.decides[i],
                assumed,
            });
            if end == i {
                free.push(to);
            }
            for (at, &place) in places.iter().enumerate() {
                if let Place::Step(j) = place
                    && last[j] == Some(i)
                    && folded.values[j].is_none()
                    && !places[..at].contains(&place)
                {
                    free.push(binder.slot_of[j]);
                }
            }
        }
        let read: Vec<Place> =
            steps.iter().flat_map(|step: &BoundStep<'_>| &folded.from[step.number]).copied().collect();
        let mut results = Vec::with_capacity(self.results.len());
        for (at, (&place, &wanted)) in self.results.iter().zip(&wanted).enumerate() {
            let place = folded.found(place);
            let of_step = |step: &&mut BoundStep<'_>| place == Place::Step(step.number) && step.result.is_none();
            match steps.iter_mut().find(of_step).filter(|_| wanted && !read.contains(&place)) {
                Some(step) if folded.value(place, &known).is_none() => {
                    step.result = Some(at);
                    results.push(None);
                }
                _ => results.push(wanted.then(|| binder.operand(place, folded.value(place, &known)))),
            }
        }
        let (constants, slots) = (binder.blocks(), binder.slots);
        let (many, usual) = (false, OnceLock::new());
        Bound { program: self, known, wanted, steps, results, size, constants, slots, many, usual }
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
    fn fold<T: Number>(&self, known: &[Option<T>], assumed: &[Option<bool>]) -> Folded<T> {
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
                // Of a choice, what was not chosen does not matter.
                on = if step.operation.chooses() { relies(0) | relies(at) } else { on };
                (place, value) = (from[at], values[at]);
            } else if let Some(x) = values.iter().copied().collect::<Option<Vec<T>>>() {
                value = Some(step.of_numbers(&x));
            } else if let (true, Place::Step(mask)) = (step.operation.chooses(), from[0]) {
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
    fn last_uses<T: Number>(&self, wanted: &[bool], folded: &Folded<T>) -> Vec<Option<usize>> {
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
        let mut known = [None; OPERANDS];
        for (known, value) in known.iter_mut().zip(values) {
            *known = value.map(Float::to_f64);
        }
        self.operation.passes_on(&known)
    }

    /// Its number.
    fn of_numbers<T: Number>(&self, x: &[T]) -> T {
        let x: Vec<&[T]> = x.chunks(1).collect();
        let mut y = [T::ZERO];
        T::compute(&*self.operation, &x, &mut y);
        y[0]
    }
}

/// What the constant inputs, and what is assumed, make of a program, step by step.
struct Folded<T> {
    /// Its number, where it is known.
    values: Vec<Option<T>>,
    /// Where its number is found: a step that only passes an operand on is that operand.
    places: Vec<Place>,
    /// Where its operands are found.
    from: Vec<Vec<Place>>,
    /// A bit, where something is assumed of it.
    own: Vec<u64>,
    /// The bits of all assumptions without which it would be another.
    relies: Vec<u64>,
    /// Whether a choice hangs on it that is not made.
    decides: Vec<bool>,
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

    fn relies(&self, place: Place) -> u64 {
        if let Place::Step(i) = place { self.relies[i] } else { 0 }
    }
}

/// Constants and slots, as they are given out.
struct Binder<T> {
    size: usize,
    constants: Vec<T>,
    slot_of: Vec<usize>,
    slots: usize,
}

impl<T: Number> Binder<T> {
    fn operand(&mut self, place: Place, value: Option<T>) -> Operand {
        match (value, place) {
            (Some(x), _) => {
                self.constants.push(x);
                Operand::Constant((self.constants.len() - 1) * self.size)
            }
            (None, Place::Input(i)) => Operand::Input(i),
            (None, Place::Step(i)) => Operand::Slot(self.slot_of[i]),
            (None, Place::Literal(_)) => unreachable!("a literal is known"),
        }
    }

    fn blocks(&self) -> Buffer {
        let mut blocks = Buffer::fresh(self.constants.len() * self.size * size_of::<T>());
        let elements = blocks.elements_mut::<T>().expect("a fresh buffer can be written");
        for (block, &x) in elements.chunks_mut(self.size.max(1)).zip(&self.constants) {
            block.fill(x);
        }
        blocks
    }
}

impl<T: Number> Bound<'_, T> {
    /// One run of elements of each input that is not constant, to the results that are wanted.
    pub(super) fn run(&self, x: &[&[T]], out: &mut [&mut [T]]) {
        let count = out.first().map_or(0, |out| out.len());
        if count == 0 {
            return;
        }
        let mut start = 0;
        let mut unusual = Vec::new();
        if let Some(usual) = self.usual(x, count) {
            let mut memory = usual.memory();
            let mut slots: Vec<&mut [T]> = slots(&mut memory, usual.size);
            while start < count && unusual.len() < UNUSUAL {
                if !usual.steps(&usual.block(x, start, count), &mut slots, out) {
                    unusual.push(start);
                }
                start += self.size;
            }
        }
        unusual.extend((start..count).step_by(self.size));
        if !unusual.is_empty() {
            let mut memory = self.memory();
            let mut slots: Vec<&mut [T]> = slots(&mut memory, self.size);
            for start in unusual {
                self.steps(&self.block(x, start, count), &mut slots, out);
            }
        }
    }

    /// The program with those choices made that the first block met makes throughout.
    fn usual(&self, x: &[&[T]], count: usize) -> Option<&Self> {
        let learn = || {
            let mut memory = self.memory();
            let mut slots: Vec<&mut [T]> = slots(&mut memory, self.size);
            let mut assumed = vec![None; self.program.steps.len()];
            let (mut assumptions, block) = (0, self.block(x, 0, count));
            for step in &self.steps {
                step.run(&block, &mut slots, &mut []);
                if step.decides && assumptions < u64::BITS {
                    assumed[step.number] = throughout(slots[step.to]);
                    assumptions += u32::from(assumed[step.number].is_some());
                }
            }
            let (known, wanted) = (self.known.clone(), self.wanted.clone());
            (assumptions > 0).then(|| Box::new(self.program.assuming(known, wanted, self.size, &assumed)))
        };
        if !self.many || count < self.size {
            return None;
        }
        self.usual.get_or_init(learn).as_deref()
    }

    /// A block of each slot.
    fn memory(&self) -> Buffer {
        Buffer::fresh(self.slots * self.size * size_of::<T>())
    }

    /// The block from `start` on, of `count` elements in all.
    fn block<'a>(&'a self, x: &'a [&'a [T]], start: usize, count: usize) -> Block<'a, T> {
        Block { constants: self.constants.elements(), x, start, n: self.size.min(count - start) }
    }

    /// All steps of a block; whether all comparisons came out as assumed.
    fn steps(&self, block: &Block<'_, T>, slots: &mut [&mut [T]], out: &mut [&mut [T]]) -> bool {
        for step in &self.steps {
            step.run(block, slots, out);
            if step.assumed.is_some() && step.assumed != throughout(&slots[step.to][..block.n]) {
                return false;
            }
        }
        for (out, result) in out.iter_mut().zip(&self.results) {
            if let Some(result) = *result {
                out[block.start..block.start + block.n].copy_from_slice(block.read(result, slots));
            }
        }
        true
    }
}

impl BoundStep<'_> {
    /// This step of a block; without `out` results go to their slots too.
    #[inline]
    fn run<T: Number>(&self, block: &Block<'_, T>, slots: &mut [&mut [T]], out: &mut [&mut [T]]) {
        let slot = std::mem::take(&mut slots[self.to]);
        let mut from = [&[][..]; OPERANDS];
        for (from, &operand) in from.iter_mut().zip(&self.from) {
            *from = block.read(operand, slots);
        }
        let to = match self.result.and_then(|at| out.get_mut(at)) {
            Some(out) => &mut out[block.start..block.start + block.n],
            None => &mut slot[..block.n],
        };
        T::compute(self.operation, &from[..self.from.len()], to);
        slots[self.to] = slot;
    }
}

/// Some elements of everything that steps read, but for the slots.
struct Block<'a, T> {
    constants: &'a [T],
    x: &'a [&'a [T]],
    start: usize,
    n: usize,
}

impl<T> Block<'_, T> {
    #[inline]
    fn read<'b>(&'b self, operand: Operand, slots: &'b [&mut [T]]) -> &'b [T] {
        match operand {
            Operand::Constant(at) => &self.constants[at..at + self.n],
            Operand::Input(i) => &self.x[i][self.start..self.start + self.n],
            Operand::Slot(i) => &slots[i][..self.n],
        }
    }
}

fn slots<T: Number>(memory: &mut Buffer, size: usize) -> Vec<&mut [T]> {
    memory.elements_mut::<T>().expect("a fresh buffer can be written").chunks_mut(size).collect()
}

/// Whether a comparison is true of all elements, or of none.
fn throughout<T: Number>(truths: &[T]) -> Option<bool> {
    struct Least<'a, T>(&'a [T]);
    impl<T: Number> Kernel for Least<'_, T> {
        type Output = T;

        #[inline(always)]
        fn run<S: Simd>(self) -> T {
            let first = T::Single::<S>::splat(self.0[0]);
            let mut others = T::Single::<S>::splat(T::ZERO);
            let width = <T::Single<S> as Vector>::WIDTH;
            let mut at = 0;
            while at < self.0.len() {
                let x = T::Single::<S>::at(self.0, at, self.0[0]);
                others = others.max((x - first).abs());
                at += width;
            }
            others.largest()
        }
    }
    (dispatch(Least(truths)) == T::ZERO).then(|| truths[0] != T::ZERO)
}
