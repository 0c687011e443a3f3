//! The gradients of a formula for all of its inputs in one pass.

use super::feed::Blocks;
use super::{BLOCK, Feed, PIECE};
use crate::dtype::Stored;
use crate::kernels::lanes::{Float, Vector};
use crate::kernels::parallel::{Shared, pieces};
use crate::kernels::{Kernel, Simd, columns, dispatch};

/// A formula's derivatives over registers.
pub(crate) trait SlopesBody<const N: usize>: Copy + Sync {
    /// g times its derivative by each input.
    fn eval<V: Vector>(self, x: [V; N], g: V) -> [V; N];
}

/// Computes one run of elements of each gradient from the inputs and, behind them, g.
pub(crate) type SlopesFormula<'a, T> = &'a (dyn Fn(&[&[T]], &mut [&mut [T]]) + Sync);

/// What is wanted of the gradient of an input.
#[derive(Debug)]
pub(crate) enum Wanted<'a, T> {
    /// Nothing.
    Nothing,
    /// Every element.
    Elements(&'a mut [T]),
    /// The sum of all elements: for an input that was one number.
    Sum(&'a mut [T; 1]),
}

/// Where the blocks of a gradient go.
#[derive(Clone, Copy)]
enum To<T> {
    Nowhere,
    Elements(Shared<T>),
    /// Sums of blocks, in order.
    Sums(Shared<T>),
}

/// A formula's derivatives over runs of elements, on the instruction set of the machine.
#[inline]
pub(crate) fn slopes_over<T: Float, const N: usize>(body: impl SlopesBody<N>, x: &[&[T]], out: &mut [&mut [T]]) {
    dispatch(Run { body, x, out });
}

/// The gradients of a formula of `count` elements. `inputs` are those of the formula, then g.
pub(crate) fn slopes<T: Float + Stored>(
    formula: SlopesFormula<'_, T>,
    inputs: &[Feed<'_, T>],
    count: usize,
    wanted: &mut [Wanted<'_, T>],
) {
    let mut sums = vec![T::ZERO; wanted.len() * count.div_ceil(BLOCK)];
    let places: Vec<To<T>> = wanted
        .iter_mut()
        .zip(sums.chunks_mut(count.div_ceil(BLOCK).max(1)))
        .map(|(wanted, sums)| match wanted {
            Wanted::Nothing => To::Nowhere,
            Wanted::Elements(out) => {
                assert_eq!(out.len(), count, "a gradient for each element");
                To::Elements(Shared::new(out))
            }
            Wanted::Sum(_) => To::Sums(Shared::new(sums)),
        })
        .collect();
    pieces(count.div_ceil(PIECE), PIECE, |piece| {
        let (start, end) = (piece * PIECE, count.min((piece + 1) * PIECE));
        // SAFETY: pieces of different numbers do not overlap, and `pieces` runs each once.
        unsafe { run_piece(formula, inputs, start, end, &places) };
    });
    let blocks = count.div_ceil(BLOCK);
    for (i, wanted) in wanted.iter_mut().enumerate() {
        if let Wanted::Sum(sum) = wanted {
            sum[0] = columns::sum(&sums[i * blocks..(i + 1) * blocks]);
        }
    }
}

/// Elements `start..end`, a block at a time.
///
/// # Safety
///
/// Places hold `end` elements, or the sums of as many blocks, and nobody else touches those of `start..end`.
unsafe fn run_piece<T: Float + Stored>(
    formula: SlopesFormula<'_, T>,
    inputs: &[Feed<'_, T>],
    start: usize,
    end: usize,
    places: &[To<T>],
) {
    let mut scratch = vec![T::ZERO; places.len() * BLOCK];
    let mut blocks = Blocks::new(inputs, start, BLOCK.min(end - start));
    for at in (start..end).step_by(BLOCK) {
        let count = BLOCK.min(end - at);
        let parts = places.iter().zip(scratch.chunks_mut(BLOCK));
        let mut out: Vec<&mut [T]> = parts
            .map(|(place, scratch)| match place {
                // SAFETY: the caller promises that these elements are there, and this piece's own.
                To::Elements(start) => unsafe { std::slice::from_raw_parts_mut(start.at(at), count) },
                _ => &mut scratch[..count],
            })
            .collect();
        formula(&blocks.next(count)[..inputs.len()], &mut out);
        for (place, out) in places.iter().zip(&out) {
            if let To::Sums(sums) = place {
                // SAFETY: as above; pieces are whole blocks, so this sum is of this piece alone.
                unsafe { *sums.at(at / BLOCK) = columns::sum(out) };
            }
        }
    }
}

struct Run<'a, 'o, T, B, const N: usize> {
    body: B,
    x: &'a [&'a [T]],
    out: &'a mut [&'o mut [T]],
}

impl<T: Float, B: SlopesBody<N>, const N: usize> Kernel for Run<'_, '_, T, B, N> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "an iterator would not be inlined into the shell")]
    fn run<S: Simd>(self) {
        let width = <T::Single<S> as Vector>::WIDTH;
        let count = self.x[N].len();
        let mut at = 0;
        while at < count {
            let whole = at + width <= count;
            let mut registers = [T::Single::<S>::splat(T::ZERO); N];
            for i in 0..N {
                registers[i] = load::<T, S>(self.x[i], at, whole);
            }
            let y = self.body.eval(registers, load::<T, S>(self.x[N], at, whole));
            for i in 0..N {
                if whole {
                    y[i].store(&mut self.out[i][at..at + width]);
                } else {
                    y[i].store_partial(&mut self.out[i][at..]);
                }
            }
            at += width;
        }
    }
}

#[inline(always)]
fn load<T: Float, S: Simd>(x: &[T], at: usize, whole: bool) -> T::Single<S> {
    if whole {
        T::Single::<S>::load(&x[at..at + <T::Single<S> as Vector>::WIDTH])
    } else {
        T::Single::<S>::load_partial(&x[at..], T::ONE)
    }
}
