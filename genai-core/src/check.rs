//! Gradients checked against finite differences.

use crate::dtype::DType;
use crate::graph::Backward;
use crate::random::Key;
use crate::tensor::Tensor;

/// A gradient that finite differences do not confirm.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("input {input}, element {element}: gradient {found:e}, finite differences {expected:e}")]
pub struct Mismatch {
    /// Which input; in [`check_second_gradient`] one behind the last is the gradient that flows into the function.
    pub input: usize,
    /// Which of its elements, in row-major order.
    pub element: usize,
    /// What the function's gradient says.
    pub found: f64,
    /// What finite differences say.
    pub expected: f64,
}

/// Checks the gradient of a function at a point: Σ w·f(x), with fixed weights w, is differentiated by each element of each
/// input, and compared with finite differences.
///
/// Inputs of `f64` are checked, those of `i64` and `bool` are left as they are. Differences are central, of two steps
/// extrapolated to zero (Richardson), 2⁻¹⁰ and 2⁻¹¹ times max(1, |x|): their error is about 1e-11 of the function's scale
/// where it is smooth; the point must be further than 2⁻¹⁰ from any kink. `tolerance` is relative to the largest gradient of
/// the input, or absolute where that is below 1.
///
/// # Errors
///
/// The first element whose gradient is off, with both numbers.
///
/// # Panics
///
/// If an input is a float of another type, or `f` panics.
///
/// ```
/// # use genai_core::{Tensor, check_gradient};
/// let x = Tensor::of::<f64>([0.3, -1.2]);
/// assert!(check_gradient(|x| x[0].sin(), &[x.clone()], 1e-9).is_ok());
/// // A gradient that is not followed:
/// let wrong = check_gradient(|x| &x[0] * x[0].detach(), &[x], 1e-9).expect_err("half of the gradient is missing");
/// assert_eq!((wrong.input, wrong.element), (0, 0));
/// assert!((wrong.expected - 2.0 * wrong.found).abs() < 1e-9);
/// ```
pub fn check_gradient(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor], tolerance: f64) -> Result<(), Mismatch> {
    let seed = weights(&f(inputs), 0);
    let gradients = |x: &[Tensor]| Backward::default().grad_with(&f(x), &differentiable(x), &seed);
    compare(&|x| weighted(&f(x), &seed), &gradients, inputs, tolerance)
}

/// Checks the gradient of the gradient: Σ v·∇(Σ w·f(x)), with fixed v, is differentiated by each element of each input, and
/// by w, and compared with finite differences of the first gradient.
///
/// The first gradient is taken as training takes it (by a fused op's kernel, where it has one), its derivative as
/// `create_graph` takes it (by the plain form): the check holds the two together. Inputs, steps and tolerance are those of
/// [`check_gradient`].
///
/// # Errors
///
/// The first element whose second gradient is off, with both numbers.
///
/// # Panics
///
/// If an input is a float of another type, or `f` panics.
///
/// ```
/// # use genai_core::{Tensor, check_second_gradient};
/// let x = Tensor::of::<f64>([[0.3, -1.2], [0.9, 0.1]]);
/// assert!(check_second_gradient(|x| x[0].softmax(-1), &[x], 1e-8).is_ok());
/// ```
pub fn check_second_gradient(
    f: impl Fn(&[Tensor]) -> Tensor,
    inputs: &[Tensor],
    tolerance: f64,
) -> Result<(), Mismatch> {
    let directions: Vec<Tensor> =
        inputs.iter().filter(|x| checked(x)).enumerate().map(|(i, x)| weights(x, 1 + i as u64)).collect();
    // Σ v·∇f by the first gradient, for inputs x, then w.
    let slope = |x: &[Tensor], create_graph: bool| {
        let (seed, x) = x.split_last().expect("the seed stands behind the inputs");
        let x: Vec<Tensor> =
            x.iter().map(|x| if checked(x) && !x.is_tracked() { x.tracked() } else { x.clone() }).collect();
        let how = Backward { create_graph, ..Backward::default() };
        let gradients = how.grad_with(&f(&x), &differentiable(&x), seed);
        let terms = gradients.iter().zip(&directions).map(|(g, v)| (g * v).sum());
        terms.reduce(|a, b| a + b).unwrap_or_else(|| Tensor::zeros_of((), DType::F64))
    };
    let seed = weights(&f(inputs), 0);
    let inputs: Vec<Tensor> = inputs.iter().cloned().chain([seed]).collect();
    let gradients = |x: &[Tensor]| Backward::default().grad(&slope(x, true), &differentiable(x));
    compare(&|x| slope(x, false).item(), &gradients, &inputs, tolerance)
}

/// Whether an input is differentiated.
fn checked(x: &Tensor) -> bool {
    assert!(!x.dtype().is_float() || x.dtype() == DType::F64, "check: an input of {}; convert to f64", x.dtype());
    x.dtype() == DType::F64
}

fn differentiable(x: &[Tensor]) -> Vec<&Tensor> {
    x.iter().filter(|x| checked(x)).collect()
}

/// Fixed weights between 0.5 and 1.5 for each element.
fn weights(like: &Tensor, stream: u64) -> Tensor {
    let mut data = vec![0.0; like.count()];
    Key::new(0x5eed).split(stream).uniform_f64(&mut data);
    data.iter_mut().for_each(|x| *x += 0.5);
    Tensor::from_vec(data, like.shape())
}

fn weighted(y: &Tensor, weights: &Tensor) -> f64 {
    (y.detach() * weights).sum().item()
}

fn compare(
    function: &dyn Fn(&[Tensor]) -> f64,
    gradients: &dyn Fn(&[Tensor]) -> Vec<Tensor>,
    inputs: &[Tensor],
    tolerance: f64,
) -> Result<(), Mismatch> {
    let tracked: Vec<Tensor> = inputs.iter().map(|x| if checked(x) { x.tracked() } else { x.clone() }).collect();
    let mut found = gradients(&tracked).into_iter();
    for (input, x) in inputs.iter().enumerate().filter(|(_, x)| checked(x)) {
        let found = found.next().expect("there is one gradient an input").to_vec::<f64>();
        let scale = found.iter().fold(1.0, |max: f64, g| max.max(g.abs()));
        for (element, &found) in found.iter().enumerate() {
            let expected = difference(function, inputs, input, element, x);
            if (found - expected).abs() <= tolerance * scale {
                continue;
            }
            return Err(Mismatch { input, element, found, expected });
        }
    }
    Ok(())
}

/// ∂f by one element: (4 d(h/2) − d(h)) / 3 with the central difference d, whose errors in h² cancel.
fn difference(f: &dyn Fn(&[Tensor]) -> f64, inputs: &[Tensor], input: usize, element: usize, x: &Tensor) -> f64 {
    let data = x.to_vec::<f64>();
    let at = |step: f64| {
        let mut moved = data.clone();
        moved[element] += step;
        let mut inputs = inputs.to_vec();
        inputs[input] = Tensor::from_vec(moved, x.shape());
        f(&inputs)
    };
    let central = |h: f64| (at(h) - at(-h)) / (2.0 * h);
    let h = data[element].abs().max(1.0) / 1024.0;
    (4.0 * central(h / 2.0) - central(h)) / 3.0
}
