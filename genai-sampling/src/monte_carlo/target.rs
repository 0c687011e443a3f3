//! Targets: closures that return a log-density, and the point where a chain stands.

use crate::Error;
use genai_core::{Tensor, grad};

/// A log-density of tensors as one of slices, whose gradient is found by differentiating.
///
/// `f` gets x as a tensor `[d]` of f64 and returns one number. A chain without gradients passes an empty slice for it, and
/// nothing is differentiated.
///
/// ```
/// let normal = genai_sampling::monte_carlo::autograd(|x| x.square().sum() * -0.5);
/// let mut gradient = [0.0; 2];
/// assert_eq!(normal(&[1.0, 2.0], &mut gradient), -2.5);
/// assert_eq!(gradient, [-1.0, -2.0]);
/// ```
pub fn autograd(f: impl Fn(&Tensor) -> Tensor + Sync) -> impl Fn(&[f64], &mut [f64]) -> f64 + Sync {
    move |x, gradient| {
        let x = Tensor::from(x);
        if gradient.is_empty() {
            return f(&x).item::<f64>();
        }
        let x = x.tracked();
        let y = f(&x);
        let slope = grad(&y, &[&x], false);
        gradient.copy_from_slice(&slope[0].to_vec::<f64>());
        y.item::<f64>()
    }
}

/// The log-density between two others: (1 − β) f₀ + β f₁, as annealing walks it.
///
/// ```
/// use genai_sampling::monte_carlo::tempered;
///
/// let wide = |x: &[f64], g: &mut [f64]| { g[0] = -x[0]; -0.5 * x[0] * x[0] };
/// let narrow = |x: &[f64], g: &mut [f64]| { g[0] = -4.0 * x[0]; -2.0 * x[0] * x[0] };
/// let mut gradient = [0.0];
/// assert_eq!(tempered(wide, narrow, 0.5)(&[1.0], &mut gradient), -1.25);
/// assert_eq!(gradient, [-2.5]);
/// ```
pub fn tempered(
    first: impl Fn(&[f64], &mut [f64]) -> f64 + Sync,
    last: impl Fn(&[f64], &mut [f64]) -> f64 + Sync,
    beta: f64,
) -> impl Fn(&[f64], &mut [f64]) -> f64 + Sync {
    move |x, gradient| {
        let a = first(x, gradient);
        let mut other = vec![0.0; gradient.len()];
        let b = last(x, &mut other);
        gradient.iter_mut().zip(&other).for_each(|(g, o)| *g = (1.0 - beta) * *g + beta * o);
        (1.0 - beta) * a + beta * b
    }
}

/// A point with what its target says of it.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) x: Vec<f64>,
    pub(super) gradient: Vec<f64>,
    pub(super) log_density: f64,
}

impl Point {
    /// Where a chain starts, with its gradient.
    pub(super) fn start(target: impl Fn(&[f64], &mut [f64]) -> f64, x: &[f64]) -> Result<Self, Error> {
        let mut gradient = vec![0.0; x.len()];
        let log_density = target(x, &mut gradient);
        check_start(log_density)?;
        if let Some(i) = gradient.iter().position(|g| !g.is_finite()) {
            return Err(Error::StartGradient { coordinate: i, value: gradient[i] });
        }
        Ok(Self { x: x.to_vec(), gradient, log_density })
    }

    pub(super) fn copy_from(&mut self, other: &Self) {
        self.x.copy_from_slice(&other.x);
        self.gradient.copy_from_slice(&other.gradient);
        self.log_density = other.log_density;
    }
}

/// Whether a chain may start where its log-density is this.
pub(super) fn check_start(log_density: f64) -> Result<(), Error> {
    if log_density.is_finite() { Ok(()) } else { Err(Error::Start { log_density }) }
}
