//! Special functions of one number, in f64.
//!
//! Errors against the exact value are at most 3 units in the last place for `ln_gamma`, `digamma`, `erf` and `erfc`, and a few
//! for the others, except near the zeros of `ln_gamma` and the polygammas on the negative axis, where it is the absolute error
//! that is small. NaN comes out for NaN alone, and where a function is not defined. [`Real`](crate::Real) has the same
//! functions for registers and dual numbers, [`Tensor`](crate::Tensor) for tensors.

mod bessel;
mod gamma;
mod quantile;

pub use bessel::{bessel_i0e, bessel_i1e};
pub use gamma::{digamma, ln_gamma, polygamma, trigamma};
pub use quantile::{erf_inv, normal_quantile};

use crate::kernels::maths::scalar;

/// The error function 2/√π ∫₀ˣ e^(−t²) dt.
#[must_use]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// 1 − erf x, accurate into the far tail.
#[must_use]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// e^(x²)·erfc x, which neither under- nor overflows for positive x: about 1 / (x·√π) for large ones. Infinite below −26.6.
///
/// ```
/// # use genai_core::special::erfcx;
/// assert!((erfcx(1e10) / 5.641_895_835_477_563e-11 - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn erfcx(x: f64) -> f64 {
    scalar::erfcx(x)
}
