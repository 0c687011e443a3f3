//! Element by element: any number of inputs in any layout, one contiguous output.
//!
//! Inputs that lie in order are read in place; others are gathered, a block at a time, into a buffer that stays in the
//! first-level cache. So a formula is compiled once a precision and an instruction set, not once a layout.

mod feed;
mod slopes;

pub(crate) use feed::Feed;
pub(crate) use slopes::{SlopesBody, SlopesFormula, Wanted, slopes, slopes_over};

use super::lanes::{Float, Vector};
use super::{Kernel, Simd, dispatch, parallel};
use crate::dtype::Stored;
use feed::Blocks;

/// A formula over registers.
pub(crate) trait Body<const N: usize>: Copy + Sync {
    /// Its value for one register of each input.
    fn eval<V: Vector>(self, x: [V; N]) -> V;
}

/// Elements that a task computes.
const PIECE: usize = 1 << 14;
/// Elements that are gathered at a time.
const BLOCK: usize = 1 << 10;
/// Inputs at most: five of a formula, and the gradient of its output.
pub(crate) const INPUTS: usize = 6;

/// Computes one run of elements; what a formula becomes for a precision.
pub(crate) type Formula<'a, T> = &'a (dyn Fn(&[&[T]], &mut [T]) + Sync);

/// A formula's registers over runs of elements, on the instruction set of the machine. An input of another length than `out` is
/// a constant, [`WIDEST`] times.
#[inline]
pub(crate) fn over<T: Float, const N: usize>(body: impl Body<N>, x: &[&[T]], out: &mut [T]) {
    dispatch(Run { body, x, out });
}

/// out[i] = formula(x₀[i], x₁[i], …) where every input lies in order. The formula comes as a function pointer, so that this
/// walk and the next are compiled once a precision and not once an op.
pub(crate) fn straight<T: Float>(formula: Formula<'_, T>, x: &[&[T]], out: &mut [T]) {
    if out.len() <= PIECE {
        return formula(x, out);
    }
    parallel::chunks(out, PIECE, PIECE / 2, |piece, out| {
        let mut part = [&[][..]; INPUTS];
        for (part, x) in part.iter_mut().zip(x) {
            *part = &x[piece * PIECE..piece * PIECE + out.len()];
        }
        formula(&part[..x.len()], out);
    });
}

/// The same over the row-major order of the output, from inputs in any layout.
pub(crate) fn map<T: Float + Stored>(formula: Formula<'_, T>, inputs: &[Feed<'_, T>], out: &mut [T]) {
    parallel::chunks(out, PIECE, PIECE / 2, |piece, out| {
        let mut blocks = Blocks::new(inputs, piece * PIECE, out.len().min(BLOCK));
        for out in out.chunks_mut(BLOCK) {
            formula(&blocks.next(out.len())[..inputs.len()], out);
        }
    });
}

/// Elements of the widest register.
pub(crate) const WIDEST: usize = 16;

struct Run<'a, T, B, const N: usize> {
    body: B,
    x: &'a [&'a [T]],
    out: &'a mut [T],
}

impl<T: Float, B: Body<N>, const N: usize> Kernel for Run<'_, T, B, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let width = <T::Single<S> as Vector>::WIDTH;
        let count = self.out.len();
        let whole = count - count % width;
        let (head, tail) = self.out.split_at_mut(whole);
        let (mut last_x, mut last) = ([[T::ONE; WIDEST]; N], [T::ZERO; WIDEST]);
        // Constants are read again and again from where they begin.
        let mut place = [usize::MAX; N];
        for i in 0..N {
            if self.x[i].len() != count {
                assert!(self.x[i].len() == WIDEST, "an input has {} of {count} elements", self.x[i].len());
                place[i] = 0;
                last_x[i].copy_from_slice(self.x[i]);
            } else if !tail.is_empty() {
                last_x[i][..tail.len()].copy_from_slice(&self.x[i][whole..]);
            }
        }
        // Whole registers, then one that is filled up: one text of the formula, which is long, for both.
        for pass in 0..2 {
            let mut x = [&[][..]; N];
            for i in 0..N {
                x[i] = if pass == 0 { self.x[i] } else { &last_x[i][..] };
            }
            let out = if pass == 0 { &mut *head } else { &mut last[..width] };
            let mut at = 0;
            while at < out.len() {
                let mut registers = [T::Single::<S>::splat(T::ZERO); N];
                for i in 0..N {
                    let from = at & place[i];
                    // SAFETY: `at` + `width` is at most the length of `out`. An input is at least that long, or a constant,
                    // which is as long as any register and read from its beginning.
                    registers[i] = T::Single::<S>::load(unsafe { x[i].get_unchecked(from..from + width) });
                }
                let y = self.body.eval(registers);
                // SAFETY: as above.
                y.store(unsafe { out.get_unchecked_mut(at..at + width) });
                at += width;
            }
            if tail.is_empty() {
                return;
            }
        }
        tail.copy_from_slice(&last[..tail.len()]);
    }
}

/// y ← y + x.
pub(crate) fn add_to<T: Float>(y: &mut [T], x: &[T]) {
    struct AddTo<'a, T>(&'a mut [T], &'a [T]);
    impl<T: Float> Kernel for AddTo<'_, T> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self) {
            for i in 0..self.0.len() {
                self.0[i] += self.1[i];
            }
        }
    }
    parallel::chunks(y, PIECE, PIECE / 2, |piece, y| {
        let x = &x[piece * PIECE..piece * PIECE + y.len()];
        dispatch(AddTo(y, x));
    });
}
