//! Exponentials, logarithms and their kin for both precisions, without branches or calls, so that a loop over lanes becomes
//! vector instructions.
//!
//! Each function is written once over [`Precision`]; coefficients are polynomials of our own fit in 60 digits (Remez exchange;
//! of the gamma and the scaled error functions, interpolation at Chebyshev's points). Errors against the exact value are
//! measured by `tests/vector_maths.rs`.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
mod constants;
mod error_function;
mod exponential;
mod gamma;
mod logarithm;
mod rounding;
mod trigonometry;

pub(super) use constants::Precision;
pub(super) use error_function::{erf, erfc, erfcx};
pub(super) use exponential::{exp, exp_m1, sigmoid, tanh};
pub(super) use gamma::{digamma, ln_gamma, trigamma};
pub(super) use logarithm::{ln, ln_1p};
pub(super) use rounding::{floor, round};
pub(super) use trigonometry::{FAR, cos, sin};

use super::Simd;

/// a·b + c, fused where that is one instruction.
#[inline(always)]
fn fma<T: Precision, S: Simd>(a: T, b: T, c: T) -> T {
    if S::FMA { a.fused(b, c) } else { a * b + c }
}

/// The polynomial with these coefficients, constant first.
#[inline(always)]
fn polynomial<T: Precision, S: Simd>(x: T, coefficients: &[T]) -> T {
    let mut i = coefficients.len() - 1;
    let mut sum = coefficients[i];
    while i > 0 {
        i -= 1;
        sum = fma::<T, S>(sum, x, coefficients[i]);
    }
    sum
}

/// A constant.
#[inline(always)]
fn lit<T: Precision>(x: f64) -> T {
    T::from_f64(x)
}

/// |x|.
#[inline(always)]
fn magnitude<T: Precision>(x: T) -> T {
    T::abs(x)
}

/// The same for one number, without branches on the instruction set.
pub(crate) mod scalar {
    use crate::kernels::Portable;

    /// ψ(x) for x > 0.
    pub(crate) fn digamma(x: f64) -> f64 {
        super::digamma::<f64, Portable>(x)
    }

    /// ψ′(x) for x > 0.
    pub(crate) fn trigamma(x: f64) -> f64 {
        super::trigamma::<f64, Portable>(x)
    }

    /// e^(x²)·erfc x.
    pub(crate) fn erfcx(x: f64) -> f64 {
        super::erfcx::<f64, Portable>(x)
    }
}
