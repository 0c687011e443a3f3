//! Element by element: any number of inputs in any layout, one contiguous output.
//!
//! Inputs that lie in order are read in place; others are gathered, a block at a time, into a buffer on the stack that
//! stays in the first-level cache. So a formula is compiled once a precision and an instruction set, not once a layout.

use super::copy::Walk;
use super::lanes::{Float, Vector};
use super::{Kernel, Simd, dispatch, parallel};
use crate::dtype::Stored;
use crate::layout::Layout;

/// A formula over registers.
pub(crate) trait Body<const N: usize>: Copy + Sync {
    /// Its value for one register of each input.
    fn eval<V: Vector>(self, x: [V; N]) -> V;
}

/// Elements that a task computes.
const PIECE: usize = 1 << 14;
/// Elements that are gathered at a time.
const BLOCK: usize = 1 << 10;

/// An input: a buffer, and where its elements lie, expanded to the output's shape.
pub(crate) type Input<'a, T> = (&'a [T], Layout);

/// out[i] = body(x₀[i], x₁[i], …) over the row-major order of the output.
#[inline]
pub(crate) fn map<T: Float + Stored, const N: usize>(body: impl Body<N>, inputs: [Input<'_, T>; N], out: &mut [T]) {
    if inputs.iter().all(|(_, layout)| layout.is_contiguous()) {
        let mut x = [&[][..]; N];
        for (x, (data, layout)) in x.iter_mut().zip(&inputs) {
            *x = &data[layout.range()];
        }
        return straight(body, x, out);
    }
    let mut walks: [Option<Walk>; N] = [const { None }; N];
    for (walk, (_, layout)) in walks.iter_mut().zip(&inputs) {
        *walk = Some(Walk::new(layout));
    }
    parallel::chunks(out, PIECE, PIECE / 2, |piece, out| {
        let mut scratch = [[T::ZERO; BLOCK]; N];
        let mut at: [Walk; N] =
            std::array::from_fn(|i| walks[i].as_ref().expect("each input has its walk").from(piece * PIECE));
        for out in out.chunks_mut(BLOCK) {
            for ((scratch, walk), (data, _)) in scratch.iter_mut().zip(&mut at).zip(&inputs) {
                walk.read(data, &mut scratch[..out.len()]);
            }
            let mut x = [&[][..]; N];
            for (x, scratch) in x.iter_mut().zip(&scratch) {
                *x = &scratch[..out.len()];
            }
            dispatch(Run { body, x, out });
        }
    });
}

/// The same where every input lies in order.
#[inline]
fn straight<T: Float, const N: usize>(body: impl Body<N>, x: [&[T]; N], out: &mut [T]) {
    if out.len() <= PIECE {
        return dispatch(Run { body, x, out });
    }
    parallel::chunks(out, PIECE, PIECE / 2, |piece, out| {
        let mut part = [&[][..]; N];
        for (part, x) in part.iter_mut().zip(&x) {
            *part = &x[piece * PIECE..piece * PIECE + out.len()];
        }
        dispatch(Run { body, x: part, out });
    });
}

struct Run<'a, T, B, const N: usize> {
    body: B,
    x: [&'a [T]; N],
    out: &'a mut [T],
}

impl<T: Float, B: Body<N>, const N: usize> Kernel for Run<'_, T, B, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let width = <T::Lanes<S> as Vector>::WIDTH;
        let count = self.out.len();
        let mut at = 0;
        while at + width <= count {
            let mut registers = [T::Lanes::<S>::splat(T::ZERO); N];
            for i in 0..N {
                registers[i] = T::Lanes::<S>::load(&self.x[i][at..at + width]);
            }
            self.body.eval(registers).store(&mut self.out[at..at + width]);
            at += width;
        }
        if at < count {
            let mut registers = [T::Lanes::<S>::splat(T::ZERO); N];
            for i in 0..N {
                registers[i] = T::Lanes::<S>::load_partial(&self.x[i][at..count], T::ONE);
            }
            self.body.eval(registers).store_partial(&mut self.out[at..count]);
        }
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
