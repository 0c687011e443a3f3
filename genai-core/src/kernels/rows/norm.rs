//! Layer and root-mean-square normalisation.

use super::{fold, row_blocks, sum_of, task};
use crate::kernels::columns::add_rows_in_order;
use crate::kernels::lanes::{Float, Vector};
use crate::kernels::{Kernel, Simd, dispatch};
use crate::real::Real;

/// How rows are normalised: `y = (x − mean) · rstd · gain + bias` with `rstd = 1 / √(mean((x − mean)²) + eps)`.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a, T> {
    /// Whether the mean is taken off: layer norm. Root-mean-square norm does without.
    pub centred: bool,
    /// `[c]`, ones if absent.
    pub gain: Option<&'a [T]>,
    /// `[c]`, zeros if absent.
    pub bias: Option<&'a [T]>,
    /// What keeps a constant row finite.
    pub eps: f64,
    /// The width of a row.
    pub c: usize,
}

/// What [`norm_gradient`] writes.
#[derive(Debug)]
pub struct NormGradient<'a, T> {
    /// The gradient by x, `[rows, c]`.
    pub x: &'a mut [T],
    /// The gradient by the gain, `[c]`.
    pub gain: &'a mut [T],
    /// The gradient by the bias, `[c]`.
    pub bias: &'a mut [T],
}

/// Normalises the rows of `x` into `y`, and keeps the mean (0 for root-mean-square norm) and `rstd` of each row for the
/// gradient.
///
/// # Panics
///
/// If lengths differ.
pub fn norm<T: Float>(x: &[T], how: &Norm<'_, T>, y: &mut [T], mean: &mut [T], rstd: &mut [T]) {
    struct Rows<'a, T>(&'a [T], &'a Norm<'a, T>, [&'a mut [T]; 3]);

    impl<T: Float> Kernel for Rows<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            let Self(x, how, [y, mean, rstd]) = self;
            for i in 0..mean.len() {
                let at = i * how.c..(i + 1) * how.c;
                (mean[i], rstd[i]) = norm_row::<T::Lanes<S>>(&x[at.clone()], how, &mut y[at]);
            }
        }
    }

    let c = how.c;
    how.check(mean.len(), x.len());
    assert!(y.len() == x.len() && rstd.len() == mean.len(), "norm: y as x; one mean and one rstd a row");
    let (block, cost) = task(c, 300);
    row_blocks(mean.len(), block, cost, [(y, c), (mean, 1), (rstd, 1)], |rows, parts| {
        dispatch(Rows(&x[rows.start * c..rows.end * c], how, parts));
    });
}

impl<T> Norm<'_, T> {
    fn check(&self, rows: usize, elements: usize) {
        assert_eq!(elements, rows * self.c, "norm: elements of x");
        assert!(self.gain.is_none_or(|gain| gain.len() == self.c), "norm: one gain a column");
        assert!(self.bias.is_none_or(|bias| bias.len() == self.c), "norm: one bias a column");
    }
}

/// Two passes over the row while it is near: the sum, then the centred squares, which cannot cancel.
#[inline(always)]
fn norm_row<V: Vector>(x: &[V::Scalar], how: &Norm<'_, V::Scalar>, y: &mut [V::Scalar]) -> (V::Scalar, V::Scalar) {
    let (zero, one) = (V::Scalar::ZERO, V::Scalar::ONE);
    let count = V::Scalar::from_f64(x.len() as f64);
    let mean = if how.centred { sum_of::<V>(x) / count } else { zero };
    let m = V::splat(mean);
    let squares = fold!(
        V,
        x.len(),
        V::splat(zero),
        |i, sum| {
            let d = V::at(x, i, mean) - m;
            d.fma(d, sum)
        },
        |a, b| a + b
    );
    let rstd = one / Real::sqrt(squares.sum() / count + V::Scalar::from_f64(how.eps));
    let (scale, mut i) = (V::splat(rstd), 0);
    while i < y.len() {
        let unit = (V::at(x, i, zero) - m) * scale;
        let gained = times_gain(unit, how.gain, i);
        let biased = if let Some(bias) = how.bias { gained + V::at(bias, i, zero) } else { gained };
        biased.put(y, i);
        i += V::WIDTH;
    }
    (mean, rstd)
}

/// x · gain, at the gain's register `i`. (An `if`, because a closure would be compiled for the baseline.)
#[inline(always)]
fn times_gain<V: Vector>(x: V, gain: Option<&[V::Scalar]>, i: usize) -> V {
    if let Some(gain) = gain { x * V::at(gain, i, V::Scalar::ONE) } else { x }
}

/// Rows whose gradients by gain and bias are added up before they meet those of other rows: a constant, so that the order of
/// additions is one.
const BLOCK: usize = 64;

/// The first gradients of [`norm`]: with x̂ = (x − mean)·rstd and h = g·gain,
/// `dx = rstd · (h − mean(h) − x̂·mean(h·x̂))` (without `mean(h)` where rows are not centred), `dgain = Σ g·x̂`, `dbias = Σ g`.
///
/// # Panics
///
/// If lengths differ.
pub fn norm_gradient<T: Float>(x: &[T], g: &[T], how: &Norm<'_, T>, mean: &[T], rstd: &[T], to: NormGradient<'_, T>) {
    struct Rows<'a, T>(&'a [T], &'a [T], &'a Norm<'a, T>, &'a [T], &'a [T], [&'a mut [T]; 2]);

    impl<T: Float> Kernel for Rows<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            let Self(x, g, how, mean, rstd, [dx, sums]) = self;
            let (dgain, dbias) = sums.split_at_mut(how.c);
            for i in 0..mean.len() {
                let at = i * how.c..(i + 1) * how.c;
                let (x, g, dx) = (&x[at.clone()], &g[at.clone()], &mut dx[at]);
                gradient_row::<T::Lanes<S>>(x, g, how, (mean[i], rstd[i]), dx, dgain, dbias);
            }
        }
    }

    let NormGradient { x: dx, gain, bias } = to;
    let (c, rows) = (how.c, mean.len());
    how.check(rows, x.len());
    assert!(g.len() == x.len() && dx.len() == x.len() && rstd.len() == rows, "norm_gradient: g and dx as x");
    let blocks = rows.div_ceil(BLOCK);
    let mut sums = vec![T::ZERO; blocks * 2 * c];
    let dx = super::Shared::new(dx);
    row_blocks(blocks, 1, BLOCK * c * 500 / 1000, [(&mut sums, 2 * c)], |block, [sums]| {
        let at = block.start * BLOCK..rows.min(block.end * BLOCK);
        let elements = at.start * c..at.end * c;
        // SAFETY: each block of rows has its own part of dx, which is as long as x (asserted above).
        let dx = unsafe { std::slice::from_raw_parts_mut(dx.at(elements.start), elements.len()) };
        dispatch(Rows(&x[elements.clone()], &g[elements], how, &mean[at.clone()], &rstd[at], [dx, sums]));
    });
    gain.fill(T::ZERO); // what is handed in may be a used block
    bias.fill(T::ZERO);
    add_rows_in_order(&sums, 2 * c, 0, gain);
    add_rows_in_order(&sums, 2 * c, c, bias);
}

#[inline(always)]
fn gradient_row<V: Vector>(
    x: &[V::Scalar],
    g: &[V::Scalar],
    how: &Norm<'_, V::Scalar>,
    (mean, rstd): (V::Scalar, V::Scalar),
    dx: &mut [V::Scalar],
    dgain: &mut [V::Scalar],
    dbias: &mut [V::Scalar],
) {
    let zero = V::Scalar::ZERO;
    let (m, r, start) = (V::splat(mean), V::splat(rstd), V::splat(zero));
    let (sum, dot) = fold!(
        V,
        x.len(),
        (start, start),
        |i, sums| {
            let g = V::at(g, i, zero);
            let h = times_gain(g, how.gain, i);
            (sums.0 + h, h.fma((V::at(x, i, mean) - m) * r, sums.1))
        },
        |a, b| (a.0 + b.0, a.1 + b.1)
    );
    let count = V::Scalar::from_f64(x.len() as f64);
    let sum = V::splat(if how.centred { sum.sum() / count } else { zero });
    let (dot, mut i) = (V::splat(dot.sum() / count), 0);
    while i < dx.len() {
        let (g, unit) = (V::at(g, i, zero), (V::at(x, i, mean) - m) * r);
        let h = times_gain(g, how.gain, i);
        (r * (h - sum - unit * dot)).put(dx, i);
        g.fma(unit, V::at(dgain, i, zero)).put(dgain, i);
        (V::at(dbias, i, zero) + g).put(dbias, i);
        i += V::WIDTH;
    }
}
