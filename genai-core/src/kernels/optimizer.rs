//! Optimiser steps in one pass over a parameter.

use super::lanes::{Float, Vector};
use super::rows::row_blocks;
use super::{Kernel, Simd, dispatch};

/// A step of Adam or AdamW.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// α, the size of a step.
    pub learning_rate: f64,
    /// β₁, the memory of the mean gradient.
    pub beta1: f64,
    /// β₂, the memory of the mean square.
    pub beta2: f64,
    /// What keeps the division finite.
    pub eps: f64,
    /// λ, the pull towards zero.
    pub weight_decay: f64,
    /// Whether the pull acts on the parameter (AdamW) or is added to the gradient (Adam with L2 regularisation).
    pub decoupled: bool,
    /// The number of this step, from 1.
    pub step: u32,
    /// What the gradient is multiplied by first: less than 1 where it is clipped.
    pub gradient_scale: f64,
}

/// PyTorch's AdamW, at its first step.
impl Default for Adam {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 1e-2,
            decoupled: true,
            step: 1,
            gradient_scale: 1.0,
        }
    }
}

/// What Adam remembers of a parameter, each as long as the parameter; zeros at first.
#[derive(Debug)]
pub struct AdamState<'a, T> {
    /// The running mean of the gradient.
    pub mean: &'a mut [T],
    /// The running mean of its square.
    pub square: &'a mut [T],
    /// The largest `square` so far: with it, the step divides by that instead (AMSGrad).
    pub largest: Option<&'a mut [T]>,
}

/// Moves `w` by one step against the gradient `g`, in place:
///
/// `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`, `w ← w·(1 − α·λ) − α / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)`
///
/// # Panics
///
/// If lengths differ.
///
/// Source: Kingma & Ba 2015, [arXiv:1412.6980](https://arxiv.org/abs/1412.6980), algorithm 1; Loshchilov & Hutter 2019,
/// [arXiv:1711.05101](https://arxiv.org/abs/1711.05101), algorithm 2.
pub fn adam<T: Float>(w: &mut [T], state: AdamState<'_, T>, g: &[T], how: &Adam) {
    step(None, w, state, g, how);
}

/// As [`adam`], from `w` into `out`.
///
/// # Panics
///
/// If lengths differ.
pub fn adam_into<T: Float>(w: &[T], out: &mut [T], state: AdamState<'_, T>, g: &[T], how: &Adam) {
    assert_eq!(w.len(), out.len(), "adam: elements of the parameter before and after");
    step(Some(w), out, state, g, how);
}

/// Elements of a task.
const TASK: usize = 16_384;

fn step<T: Float>(from: Option<&[T]>, w: &mut [T], state: AdamState<'_, T>, g: &[T], how: &Adam) {
    let n = w.len();
    let AdamState { mean, square, largest } = state;
    assert!(mean.len() == n && square.len() == n && g.len() == n, "adam: state and gradient as long as the parameter");
    let amsgrad = largest.is_some();
    let largest = largest.unwrap_or_default();
    assert!(!amsgrad || largest.len() == n, "adam: largest squares as long as the parameter");
    let parts = [(w, 1), (mean, 1), (square, 1), (largest, usize::from(amsgrad))];
    row_blocks(n, TASK, TASK, parts, |at, [w, mean, square, largest]| {
        let from = from.map(|from| &from[at.clone()]);
        dispatch(Step { from, w, mean, square, largest, g: &g[at], how });
    });
}

struct Step<'a, T> {
    from: Option<&'a [T]>,
    w: &'a mut [T],
    mean: &'a mut [T],
    square: &'a mut [T],
    /// Empty without AMSGrad.
    largest: &'a mut [T],
    g: &'a [T],
    how: &'a Adam,
}

impl<T: Float> Kernel for Step<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        self.registers::<T::Lanes<S>>();
    }
}

impl<T: Float> Step<'_, T> {
    #[inline(always)]
    fn registers<V: Vector<Scalar = T>>(self) {
        let (how, t, zero) = (self.how, f64::from(self.how.step), T::ZERO);
        let shrink = V::lit(if how.decoupled { 1.0 - how.learning_rate * how.weight_decay } else { 1.0 });
        let pull = V::lit(if how.decoupled { 0.0 } else { how.weight_decay });
        let pace = V::lit(-how.learning_rate / (1.0 - how.beta1.powf(t)));
        let unbias = V::lit(1.0 / (1.0 - how.beta2.powf(t)).sqrt());
        let (scale, eps) = (V::lit(how.gradient_scale), V::lit(how.eps));
        let (fresh, old, new) = (V::lit(1.0 - how.beta1), V::lit(how.beta2), V::lit(1.0 - how.beta2));
        let mut i = 0;
        while i < self.w.len() {
            let w = if let Some(from) = self.from { V::at(from, i, zero) } else { V::at(self.w, i, zero) };
            let g = w.fma(pull, V::at(self.g, i, zero) * scale);
            let m = V::at(self.mean, i, zero);
            let m = (g - m).fma(fresh, m);
            let v = (g * g).fma(new, V::at(self.square, i, zero) * old);
            m.put(self.mean, i);
            v.put(self.square, i);
            let mut under = v;
            if !self.largest.is_empty() {
                under = v.max(V::at(self.largest, i, zero));
                under.put(self.largest, i);
            }
            let ratio = m / under.sqrt().fma(unbias, eps);
            ratio.fma(pace, w * shrink).put(self.w, i);
            i += V::WIDTH;
        }
    }
}
