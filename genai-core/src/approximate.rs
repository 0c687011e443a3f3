//! Equality of tensors, exact and approximate: `==` and the traits of the `approx` crate.

use crate::dtype::{DType, Stored, with_stored};
use crate::tensor::Tensor;
use approx::{AbsDiffEq, RelativeEq, UlpsEq};

impl PartialEq for Tensor {
    /// The same shape, type and elements. As for floats themselves, 0 equals −0 and NaN equals nothing.
    fn eq(&self, other: &Self) -> bool {
        alike(self, other) && with_stored!(self.dtype(), T => all::<T>(self, other, |x, y| x == y))
    }
}

/// The same shape and type, and every difference |x − y| ≤ epsilon. Whole numbers and truth values must be equal.
///
/// ```
/// # use genai_core::Tensor;
/// approx::assert_abs_diff_eq!(Tensor::from([0.1, 0.2]), Tensor::from([0.1, 0.2001]), epsilon = 1e-3);
/// ```
impl AbsDiffEq for Tensor {
    type Epsilon = f64;

    /// The distance of 1 to the next `f32`.
    fn default_epsilon() -> f64 {
        f32::EPSILON.into()
    }

    fn abs_diff_eq(&self, other: &Self, epsilon: f64) -> bool {
        each(self, other, |x, y| x.abs_diff_eq(&y, epsilon))
    }
}

/// The same shape and type, and every |x − y| ≤ max(epsilon, max_relative · max(|x|, |y|)). Whole numbers and truth values
/// must be equal.
///
/// ```
/// # use genai_core::Tensor;
/// let third = Tensor::ones([2]) / Tensor::full([2], 3.0);
/// approx::assert_relative_eq!(third, Tensor::from([0.333333, 0.333333]), epsilon = 1e-6);
/// ```
impl RelativeEq for Tensor {
    /// The distance of 1 to the next `f32`.
    fn default_max_relative() -> f64 {
        f32::EPSILON.into()
    }

    fn relative_eq(&self, other: &Self, epsilon: f64, max_relative: f64) -> bool {
        each(self, other, |x, y| x.relative_eq(&y, epsilon, max_relative))
    }
}

/// The same shape and type, and every |x − y| ≤ epsilon or at most `max_ulps` numbers apart: of `f64` where the elements
/// are that, of `f32` for the shorter floats. Whole numbers and truth values must be equal.
impl UlpsEq for Tensor {
    fn default_max_ulps() -> u32 {
        f32::default_max_ulps()
    }

    fn ulps_eq(&self, other: &Self, epsilon: f64, max_ulps: u32) -> bool {
        match self.dtype() {
            DType::F64 => each(self, other, |x, y| x.ulps_eq(&y, epsilon, max_ulps)),
            _ => each(self, other, |x, y| (x as f32).ulps_eq(&(y as f32), epsilon as f32, max_ulps)),
        }
    }
}

fn alike(a: &Tensor, b: &Tensor) -> bool {
    a.shape() == b.shape() && a.dtype() == b.dtype()
}

/// Whether both are alike and every pair of floats is `close`; other types are compared exactly.
fn each(a: &Tensor, b: &Tensor, close: impl Fn(f64, f64) -> bool) -> bool {
    if !a.dtype().is_float() {
        return a == b;
    }
    alike(a, b) && with_stored!(a.dtype(), T => all::<T>(a, b, |x, y| close(x.to_f64(), y.to_f64())))
}

fn all<T: Stored>(a: &Tensor, b: &Tensor, holds: impl Fn(T, T) -> bool) -> bool {
    a.value().read::<T>().iter().zip(b.value().read::<T>().iter()).all(|(&x, &y)| holds(x, y))
}
