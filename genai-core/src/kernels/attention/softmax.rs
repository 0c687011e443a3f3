//! From scores to weights, a tile at a time.

use super::{Float, Register, Simd, Vector, tile};
use crate::kernels::{Kernel, dispatch};
use crate::real::Real;

/// The running softmax of a block of rows: takes in a tile of scores and leaves their exponentials.
pub(super) struct Running<'a, T> {
    /// `[rows, tile]`; in: scores, out: exponentials relative to the new maximum.
    pub(super) scores: &'a mut [T],
    /// How many columns count, a multiple of the register's width.
    pub(super) columns: usize,
    /// `[rows]`: the largest score so far, −∞ before the first.
    pub(super) maxima: &'a mut [T],
    /// `[rows, lanes]`: sums of exponentials relative to the maximum.
    pub(super) sums: &'a mut [T],
    /// `[rows]`, out: what earlier sums are to be multiplied by. As long as whole registers.
    pub(super) factors: &'a mut [T],
}

impl<T: Float> Running<'_, T> {
    pub(super) fn run(self) {
        dispatch(self);
    }
}

impl<T: Float> Kernel for Running<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (lanes, rows) = (Register::<T, S>::WIDTH, self.maxima.len());
        let zero = Register::<T, S>::splat(T::ZERO);
        let lowest = Register::<T, S>::splat(T::LOWEST);
        for row in 0..rows {
            let scores = &self.scores[row * tile::<T>()..][..self.columns];
            let mut largest = lowest;
            for x in scores.chunks_exact(lanes) {
                largest = larger(largest, Register::<T, S>::load(x));
            }
            let (largest, before) = (reduced::<T, S>(largest), self.maxima[row]);
            let now = if before < largest { largest } else { before };
            self.factors[row] = before - finite(now);
            self.maxima[row] = now;
        }
        for factors in self.factors[..rows.next_multiple_of(lanes)].chunks_exact_mut(lanes) {
            weight::<T, S>(Register::<T, S>::load(factors)).store(factors);
        }
        for row in 0..rows {
            let scores = &mut self.scores[row * tile::<T>()..][..self.columns];
            let maximum = Register::<T, S>::splat(finite(self.maxima[row]));
            let mut sum = zero;
            for x in scores.chunks_exact_mut(lanes) {
                let weight = weight::<T, S>(Register::<T, S>::load(x) - maximum);
                sum += weight;
                weight.store(x);
            }
            let sums = &mut self.sums[row * lanes..][..lanes];
            let factor = Register::<T, S>::splat(self.factors[row]);
            Register::<T, S>::load(sums).fma(factor, sum).store(sums);
        }
    }
}

/// eˣ, and 0 below the normal numbers: hidden keys (−∞) would otherwise compute subnormal ones, for which processors stop
/// for a hundred cycles (measured: half of a small attention's time).
#[inline(always)]
fn weight<T: Float, S: Simd>(x: Register<T, S>) -> Register<T, S> {
    let floor = Register::<T, S>::lit(if size_of::<T>() == size_of::<f32>() { -87.0 } else { -708.0 });
    let below = x.lt(floor);
    Register::<T, S>::select(below, Register::<T, S>::splat(T::ZERO), Register::<T, S>::select(below, floor, x).exp())
}

/// The maximum to subtract: 0 while no key was seen, so that −∞ gives the weight 0 (and NaN stays NaN).
#[inline(always)]
fn finite<T: Float>(maximum: T) -> T {
    if maximum == T::LOWEST { T::ZERO } else { maximum }
}

/// The larger; `a` where one is NaN (a NaN score shows in the sum instead).
#[inline(always)]
fn larger<R: Real>(a: R, b: R) -> R {
    R::select(a.lt(b), b, a)
}

/// The largest lane.
#[inline(always)]
fn reduced<T: Float, S: Simd>(x: Register<T, S>) -> T {
    let mut largest = x.lane(0);
    for i in 1..Register::<T, S>::WIDTH {
        largest = if largest < x.lane(i) { x.lane(i) } else { largest };
    }
    largest
}

/// Ends a running softmax: `sums` (in: sums by lane) become in their first elements, a row each, the sums' inverses, and
/// `maxima` the logarithms of the sums of exponentials. Where nothing was seen: 0 and −∞.
pub(super) struct Finished<'a, T> {
    pub(super) maxima: &'a mut [T],
    pub(super) sums: &'a mut [T],
}

impl<T: Float> Kernel for Finished<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (lanes, rows) = (Register::<T, S>::WIDTH, self.maxima.len());
        for row in 0..rows {
            self.sums[row] = Register::<T, S>::load(&self.sums[row * lanes..]).sum();
        }
        let (zero, lowest) = (Register::<T, S>::splat(T::ZERO), Register::<T, S>::splat(T::LOWEST));
        for (maxima, sums) in self.maxima.chunks_mut(lanes).zip(self.sums.chunks_mut(lanes)) {
            let sum = Register::<T, S>::load(sums);
            let seen_none = sum.eq(zero);
            let log = Register::<T, S>::load_partial(maxima, T::ZERO) + sum.ln();
            Register::<T, S>::select(seen_none, lowest, log).store_partial(maxima);
            let inverse = Register::<T, S>::splat(T::ONE) / sum;
            Register::<T, S>::select(seen_none, zero, inverse).store(sums);
        }
    }
}

/// Weights of a block of rows from their scores: `exp(score − log_sum_exp)`.
pub(super) struct Weights<'a, T> {
    /// `[rows, tile]`; in: scores, out: weights.
    pub(super) scores: &'a mut [T],
    pub(super) columns: usize,
    /// `[rows]`; +∞ for a row that sees nothing.
    pub(super) log_sum_exp: &'a [T],
}

impl<T: Float> Kernel for Weights<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (row, &log) in self.log_sum_exp.iter().enumerate() {
            let log = Register::<T, S>::splat(log);
            let scores = &mut self.scores[row * tile::<T>()..][..self.columns];
            for x in scores.chunks_exact_mut(Register::<T, S>::WIDTH) {
                weight::<T, S>(Register::<T, S>::load(x) - log).store(x);
            }
        }
    }
}

/// Gradients of scores from weights and the weights' gradients: `weight · (gradient − mean)`.
pub(super) struct ScoreGradients<'a, T> {
    /// `[rows, tile]`.
    pub(super) weights: &'a [T],
    /// `[rows, tile]`; in: gradients of the weights, out: of the scores.
    pub(super) gradients: &'a mut [T],
    pub(super) columns: usize,
    /// `[rows]`: the weighted mean of the gradients, which is the product of output and its gradient.
    pub(super) means: &'a [T],
}

impl<T: Float> Kernel for ScoreGradients<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (row, &mean) in self.means.iter().enumerate() {
            let mean = Register::<T, S>::splat(mean);
            let weights = self.weights[row * tile::<T>()..][..self.columns].chunks_exact(Register::<T, S>::WIDTH);
            let gradients = &mut self.gradients[row * tile::<T>()..][..self.columns];
            for (x, weight) in gradients.chunks_exact_mut(Register::<T, S>::WIDTH).zip(weights) {
                (Register::<T, S>::load(weight) * (Register::<T, S>::load(x) - mean)).store(x);
            }
        }
    }
}
