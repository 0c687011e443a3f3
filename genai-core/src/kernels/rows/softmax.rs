//! Softmax and its logarithm.

use super::{fold, largest_of, row_blocks, sum_of, task};
use crate::kernels::lanes::{Float, Vector};
use crate::kernels::{Kernel, Simd, dispatch};

/// Runs a kernel over blocks of rows: inputs and the output are `[rows, c]`.
macro_rules! by_rows {
    ($(#[$doc:meta])* $name:ident($($input:ident),*) $cost:literal => $row:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If a slice is not as long as the output, or that is not a multiple of `c`.
        pub fn $name<T: Float>($($input: &[T],)* c: usize, out: &mut [T]) {
            struct Rows<'a, T> {
                $($input: &'a [T],)*
                c: usize,
                out: &'a mut [T],
            }

            impl<T: Float> Kernel for Rows<'_, T> {
                type Output = ();

                #[inline(always)]
                fn run<S: Simd>(self) {
                    for (row, out) in self.out.chunks_exact_mut(self.c).enumerate() {
                        let at = row * self.c..(row + 1) * self.c;
                        $row::<T::Lanes<S>>($(&self.$input[at.clone()],)* out);
                    }
                }
            }

            if out.is_empty() {
                return;
            }
            $(assert_eq!($input.len(), out.len(), concat!(stringify!($name), ": elements of ", stringify!($input)));)*
            assert_eq!(out.len() % c, 0, concat!(stringify!($name), ": rows of {} elements"), c);
            let (block, cost) = task(c, $cost);
            row_blocks(out.len() / c, block, cost, [(out, c)], |rows, [out]| {
                let at = rows.start * c..rows.end * c;
                dispatch(Rows { $($input: &$input[at.clone()],)* c, out });
            });
        }
    };
}

by_rows! {
    /// `y = exp(x − max) / Σ exp(x − max)` of each row. A row of −∞ alone gives NaN.
    softmax(x) 600 => softmax_row
}

by_rows! {
    /// The gradient of [`softmax`] by x, from its output: `y · (g − Σ g·y)`.
    softmax_gradient(y, g) 400 => softmax_gradient_row
}

by_rows! {
    /// `y = x − max − ln Σ exp(x − max)` of each row. A row of −∞ alone gives NaN.
    log_softmax(x) 600 => log_softmax_row
}

by_rows! {
    /// The gradient of [`log_softmax`] by x, from its output: `g − exp(y) · Σ g`.
    log_softmax_gradient(y, g) 600 => log_softmax_gradient_row
}

#[inline(always)]
fn softmax_row<V: Vector>(x: &[V::Scalar], out: &mut [V::Scalar]) {
    let (lowest, max) = (V::Scalar::LOWEST, V::splat(largest_of::<V>(x)));
    let sum = fold!(
        V,
        x.len(),
        V::splat(V::Scalar::ZERO),
        |i, sum| {
            let e = (V::at(x, i, lowest) - max).exp();
            e.put(out, i);
            sum + e
        },
        |a, b| a + b
    );
    let scale = V::splat(V::Scalar::ONE / sum.sum());
    let mut i = 0;
    while i < out.len() {
        (V::at(out, i, lowest) * scale).put(out, i);
        i += V::WIDTH;
    }
}

/// Σ exp(x − max).
#[inline(always)]
pub(super) fn sum_of_exponentials<V: Vector>(x: &[V::Scalar], max: V::Scalar) -> V::Scalar {
    let (lowest, max) = (V::Scalar::LOWEST, V::splat(max));
    let zero = V::splat(V::Scalar::ZERO);
    fold!(V, x.len(), zero, |i, sum| sum + (V::at(x, i, lowest) - max).exp(), |a, b| a + b).sum()
}

#[inline(always)]
fn log_softmax_row<V: Vector>(x: &[V::Scalar], out: &mut [V::Scalar]) {
    let largest = largest_of::<V>(x);
    let (max, ln) = (V::splat(largest), V::splat(sum_of_exponentials::<V>(x, largest)).ln());
    let mut i = 0;
    while i < out.len() {
        (V::at(x, i, largest) - max - ln).put(out, i);
        i += V::WIDTH;
    }
}

#[inline(always)]
fn softmax_gradient_row<V: Vector>(y: &[V::Scalar], g: &[V::Scalar], out: &mut [V::Scalar]) {
    let zero = V::Scalar::ZERO;
    let start = V::splat(zero);
    let dot = fold!(V, y.len(), start, |i, sum| V::at(y, i, zero).fma(V::at(g, i, zero), sum), |a, b| a + b);
    let (dot, mut i) = (V::splat(dot.sum()), 0);
    while i < out.len() {
        (V::at(y, i, zero) * (V::at(g, i, zero) - dot)).put(out, i);
        i += V::WIDTH;
    }
}

#[inline(always)]
fn log_softmax_gradient_row<V: Vector>(y: &[V::Scalar], g: &[V::Scalar], out: &mut [V::Scalar]) {
    let zero = V::Scalar::ZERO;
    let (sum, mut i) = (V::splat(sum_of::<V>(g)), 0);
    while i < out.len() {
        (V::at(g, i, zero) - V::at(y, i, zero).exp() * sum).put(out, i);
        i += V::WIDTH;
    }
}
