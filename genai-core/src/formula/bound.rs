//! A program that is bound to its constants, and how it runs: block by block through the first-level cache.

use super::operation::{Number, Operation};
use super::program::{OPERANDS, Place, Program};
use crate::buffer::Buffer;
use crate::kernels::lanes::Vector;
use crate::kernels::{Kernel, Simd, dispatch, soon};
use crate::real::Real;
use std::sync::OnceLock;

/// Bytes that a step computes at a time: a formula's dozen of intermediate results stays in the first-level cache.
const BLOCK: usize = 2048;

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
        block.ask_for_next(out);
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
    /// Asks for what the next block reads and writes: memory would come in bursts otherwise, while nothing is computed.
    fn ask_for_next(&self, out: &[&mut [T]]) {
        let next = self.start + self.n;
        for run in self.x.iter().copied().chain(out.iter().map(|out| &**out)) {
            soon(run[next..].as_ptr(), self.n);
        }
    }

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
