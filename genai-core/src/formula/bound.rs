//! A program that is bound to its constants, and how it runs: block by block through the first-level cache.

use super::fused::{Affine, Fused};
use super::operation::{Number, Operation, Within};
use super::program::{OPERANDS, Place, Program};
use crate::buffer::Buffer;
use crate::kernels::lanes::Vector;
use crate::kernels::map::WIDEST;
use crate::kernels::{Kernel, Simd, dispatch, soon};
use crate::ops::elementwise::Map;
use crate::real::Real;
use std::ops::Range;
use std::slice::from_ref;
use std::sync::OnceLock;

/// Bytes that a step computes at a time: a formula's dozen of intermediate results stays in the first-level cache.
const BLOCK: usize = 4096;

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
    /// A register of each.
    constants: Buffer,
    slots: usize,
    /// Whether there are so many elements that the usual choices are worth a look.
    many: bool,
    usual: OnceLock<Option<Box<Self>>>,
}

struct BoundStep<'p> {
    number: usize,
    how: How<'p>,
    from: Vec<Operand>,
    to: usize,
    /// The result that it writes, instead of its slot.
    result: Option<usize>,
    /// Whether a choice hangs on it.
    decides: bool,
    /// How it is assumed to come out for all elements.
    assumed: Option<bool>,
}

/// How a step computes.
enum How<'p> {
    Operation(&'p dyn Operation),
    /// x·a + b, for the pairs that these constants are, one after the other.
    Affine(Range<usize>),
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
        let mut last = self.last_uses(&wanted, &folded);
        let fused = self.fuse(&known, &wanted, &folded, &mut last);
        let mut binder = Binder { constants: Vec::new(), slot_of: vec![0; self.steps.len()], slots: 0 };
        let (mut steps, mut free, mut read) = (Vec::new(), Vec::new(), Vec::new());
        for (i, (step, fused)) in self.steps.iter().zip(&fused).enumerate() {
            let Some(end) = last[i] else { continue };
            let (how, places) = match fused {
                Fused::Elsewhere => continue,
                Fused::Alone => (How::Operation(&*step.operation), &folded.from[i][..]),
                Fused::Within(places) => (How::Operation(&Map::<_, 3>(Within)), &places[..]),
                Fused::Affine(x, maps) => (How::Affine(binder.registers_of(maps.as_flattened())), from_ref(x)),
            };
            let from = places.iter().map(|&place| binder.operand(place, folded.value(place, &known))).collect();
            // Its own slot first: an operation does not write where it reads.
            let to = free.pop().unwrap_or_else(|| {
                binder.slots += 1;
                binder.slots - 1
            });
            binder.slot_of[i] = to;
            let assumed = assumed.get(i).copied().flatten();
            steps.push(BoundStep { number: i, how, from, to, result: None, decides: folded.decides[i], assumed });
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
            read.extend_from_slice(places);
        }
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
        let (constants, slots) = (binder.registers(), binder.slots);
        let (many, usual) = (false, OnceLock::new());
        Bound { program: self, known, wanted, steps, results, size, constants, slots, many, usual }
    }
}

/// Constants and slots, as they are given out.
struct Binder<T> {
    constants: Vec<T>,
    slot_of: Vec<usize>,
    slots: usize,
}

impl<T: Number> Binder<T> {
    fn operand(&mut self, place: Place, value: Option<T>) -> Operand {
        match (value, place) {
            (Some(x), _) => Operand::Constant(self.registers_of(&[x]).start),
            (None, Place::Input(i)) => Operand::Input(i),
            (None, Place::Step(i)) => Operand::Slot(self.slot_of[i]),
            (None, Place::Literal(_)) => unreachable!("a literal is known"),
        }
    }

    /// Where registers of these constants will lie.
    fn registers_of(&mut self, constants: &[T]) -> Range<usize> {
        let start = self.constants.len();
        self.constants.extend_from_slice(constants);
        start * WIDEST..self.constants.len() * WIDEST
    }

    fn registers(&self) -> Buffer {
        let mut registers = Buffer::fresh(self.constants.len() * WIDEST * size_of::<T>());
        let elements = registers.elements_mut::<T>().expect("a fresh buffer can be written");
        for (register, &x) in elements.chunks_exact_mut(WIDEST).zip(&self.constants) {
            register.fill(x);
        }
        registers
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
            let Some(result) = *result else { continue };
            let (out, found) = (&mut out[block.start..block.start + block.n], block.read(result, slots));
            match result {
                Operand::Constant(_) => out.fill(found[0]),
                _ => out.copy_from_slice(found),
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
        match &self.how {
            How::Operation(operation) => T::compute(*operation, &from[..self.from.len()], to),
            How::Affine(maps) => dispatch(Affine { x: from[0], maps: &block.constants[maps.clone()], out: to }),
        }
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
            Operand::Constant(at) => &self.constants[at..at + WIDEST],
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
    /// Counts those that are not as the first.
    struct Others<'a, T>(&'a [T]);
    impl<T: Number> Kernel for Others<'_, T> {
        type Output = T;

        #[inline(always)]
        fn run<S: Simd>(self) -> T {
            let first = T::Single::<S>::splat(self.0[0]);
            let mut others = [T::Single::<S>::splat(T::ZERO); 4];
            let width = <T::Single<S> as Vector>::WIDTH;
            let mut at = 0;
            while at < self.0.len() {
                for others in &mut others {
                    *others += (T::Single::<S>::at(self.0, at, self.0[0]) - first).abs();
                    at += width;
                }
            }
            (others[0] + others[1] + (others[2] + others[3])).sum()
        }
    }
    (dispatch(Others(truths)) == T::ZERO).then(|| truths[0] != T::ZERO)
}
