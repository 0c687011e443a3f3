//! Cross-entropy of logits with class numbers.

use super::softmax::sum_of_exponentials;
use super::{largest_of, row_blocks, sum_of, task};
use crate::kernels::lanes::{Float, Vector};
use crate::kernels::{Kernel, Simd, dispatch};
use crate::real::Real;

/// What the loss of a row compares with: class `targets[row]` of `c`.
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy<'a> {
    /// One class a row.
    pub targets: &'a [i64],
    /// Rows with this target count for nothing.
    pub ignore: Option<i64>,
    /// The share of the target that is spread over all classes alike, 0 for none.
    pub smoothing: f64,
    /// The number of classes, which is the width of a row.
    pub c: usize,
}

impl CrossEntropy<'_> {
    /// The class of a row, nothing if the row is ignored.
    #[inline(always)]
    fn class(&self, row: usize) -> Option<usize> {
        let target = self.targets[row];
        if Some(target) == self.ignore {
            return None;
        }
        assert!(target >= 0 && (target as usize) < self.c, "cross_entropy: target {target} of {} classes", self.c);
        Some(target as usize)
    }

    fn check(&self, elements: usize) {
        assert_eq!(elements, self.targets.len() * self.c, "cross_entropy: elements of x");
    }
}

/// The loss of each row, `(1 − s)·(lse − x[target]) + s·(lse − mean(x))` with smoothing s, 0 where the target is ignored, and
/// the row's log-sum-exp `lse`, which the gradient needs.
///
/// # Panics
///
/// If lengths differ or a target is not a class.
pub fn cross_entropy<T: Float>(x: &[T], to: &CrossEntropy<'_>, loss: &mut [T], lse: &mut [T]) {
    struct Losses<'a, T>(&'a [T], &'a CrossEntropy<'a>, usize, &'a mut [T], &'a mut [T]);

    impl<T: Float> Kernel for Losses<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            let Self(x, to, first, loss, lse) = self;
            for i in 0..loss.len() {
                let row = &x[(first + i) * to.c..(first + i + 1) * to.c];
                let max = largest_of::<T::Lanes<S>>(row);
                lse[i] = max + Real::ln(sum_of_exponentials::<T::Lanes<S>>(row, max));
                loss[i] = match to.class(first + i) {
                    Some(class) => smoothed::<T::Lanes<S>>(row, class, lse[i], to.smoothing),
                    None => T::ZERO,
                };
            }
        }
    }

    to.check(x.len());
    assert!(loss.len() == to.targets.len() && lse.len() == loss.len(), "cross_entropy: one loss and one lse a row");
    let (block, cost) = task(to.c, 500);
    row_blocks(loss.len(), block, cost, [(loss, 1), (lse, 1)], |rows, [loss, lse]| {
        dispatch(Losses(x, to, rows.start, loss, lse));
    });
}

#[inline(always)]
fn smoothed<V: Vector>(row: &[V::Scalar], class: usize, lse: V::Scalar, smoothing: f64) -> V::Scalar {
    let loss = lse - row[class];
    if smoothing == 0.0 {
        return loss;
    }
    let mean = sum_of::<V>(row) / V::Scalar::from_f64(row.len() as f64);
    loss * V::Scalar::from_f64(1.0 - smoothing) + (lse - mean) * V::Scalar::from_f64(smoothing)
}

/// The gradient of [`cross_entropy`] by x: `scale[row] · (exp(x − lse) − smoothed target)`, 0 in ignored rows.
///
/// # Panics
///
/// If lengths differ or a target is not a class.
pub fn cross_entropy_gradient<T: Float>(x: &[T], to: &CrossEntropy<'_>, lse: &[T], scale: &[T], out: &mut [T]) {
    struct Gradients<'a, T>(&'a [T], &'a CrossEntropy<'a>, &'a [T], &'a [T], usize, &'a mut [T]);

    impl<T: Float> Kernel for Gradients<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self) {
            let Self(x, to, lse, scale, first, out) = self;
            for (i, out) in out.chunks_exact_mut(to.c).enumerate() {
                let row = first + i;
                match to.class(row) {
                    None => out.fill(T::ZERO),
                    Some(class) => {
                        let x = &x[row * to.c..(row + 1) * to.c];
                        gradient_row::<T::Lanes<S>>(x, class, lse[row], scale[row], to.smoothing, out);
                    }
                }
            }
        }
    }

    to.check(x.len());
    assert!(out.len() == x.len(), "cross_entropy_gradient: elements of the output");
    if out.is_empty() {
        return;
    }
    assert!(
        lse.len() == to.targets.len() && scale.len() == lse.len(),
        "cross_entropy_gradient: one lse, one scale a row"
    );
    let (block, cost) = task(to.c, 500);
    row_blocks(lse.len(), block, cost, [(out, to.c)], |rows, [out]| {
        dispatch(Gradients(x, to, lse, scale, rows.start, out));
    });
}

#[inline(always)]
fn gradient_row<V: Vector>(
    x: &[V::Scalar],
    class: usize,
    lse: V::Scalar,
    scale: V::Scalar,
    smoothing: f64,
    out: &mut [V::Scalar],
) {
    let spread = V::splat(V::Scalar::from_f64(smoothing / x.len() as f64) * scale);
    let (lse, factor, mut i) = (V::splat(lse), V::splat(scale), 0);
    while i < out.len() {
        ((V::at(x, i, V::Scalar::ZERO) - lse).exp() * factor - spread).put(out, i);
        i += V::WIDTH;
    }
    out[class] = out[class] - scale * V::Scalar::from_f64(1.0 - smoothing);
}
