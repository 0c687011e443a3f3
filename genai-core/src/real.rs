//! [`Real`]: the numbers that a formula can be evaluated on.

mod dual;
mod scalar;

pub use dual::Dual;

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A truth value for each lane of a [`Real`].
pub trait Mask: Copy + Debug {
    /// Both.
    fn and(self, other: Self) -> Self;
    /// Either.
    fn or(self, other: Self) -> Self;
    /// The opposite.
    fn not(self) -> Self;
}

/// A number that a formula is written over once, and evaluated as a scalar, as lanes of a vector register, as a dual
/// number (value and derivatives) or as a traced tensor expression.
///
/// Formulas use [`select`](Self::select) instead of `if`. Sealed: the library's own types implement it.
pub trait Real:
    Copy
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + sealed::Sealed
{
    /// The result of a comparison.
    type Mask: Mask;

    /// A constant.
    fn lit(x: f64) -> Self;
    /// `self · b + c`, fused where the machine can; never a call into libm.
    fn fma(self, b: Self, c: Self) -> Self;
    /// |x|; its derivative at 0 is 0.
    fn abs(self) -> Self;
    /// √x.
    fn sqrt(self) -> Self;
    /// eˣ.
    fn exp(self) -> Self;
    /// eˣ − 1, accurate near 0.
    fn exp_m1(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// ln(1 + x), accurate near 0.
    fn ln_1p(self) -> Self;
    /// Sine.
    fn sin(self) -> Self;
    /// Cosine.
    fn cos(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// 1 / (1 + e⁻ˣ).
    fn sigmoid(self) -> Self;
    /// Error function.
    fn erf(self) -> Self;
    /// 1 − erf x, accurate into the far tail.
    fn erfc(self) -> Self;
    /// e^(x²)·erfc x, which neither under- nor overflows for positive x.
    fn erfcx(self) -> Self;
    /// The x whose erf is `self`; ±∞ at ±1, NaN beyond.
    fn erf_inv(self) -> Self;
    /// The x whose normal distribution function is `self`; ∓∞ at 0 and 1, NaN beyond.
    fn normal_quantile(self) -> Self;
    /// ln |Γ(x)|; ∞ at the poles 0, −1, −2, ….
    fn ln_gamma(self) -> Self;
    /// The (n + 1)-th derivative of lnΓ: n = 0 is [digamma](Self::digamma), 1 [trigamma](Self::trigamma).
    fn polygamma(self, n: u32) -> Self;
    /// ψ, the derivative of lnΓ.
    #[inline(always)]
    fn digamma(self) -> Self {
        self.polygamma(0)
    }
    /// ψ′, the second derivative of lnΓ.
    #[inline(always)]
    fn trigamma(self) -> Self {
        self.polygamma(1)
    }
    /// e^−|x|·I₀(x), the modified Bessel function of order 0.
    fn bessel_i0e(self) -> Self;
    /// e^−|x|·I₁(x), the modified Bessel function of order 1.
    fn bessel_i1e(self) -> Self;
    /// `self` to the power `y`, as IEEE pow.
    fn pow(self, y: Self) -> Self;
    /// The larger; NaN if either is NaN. Equal values share the derivative.
    fn max(self, other: Self) -> Self;
    /// The smaller; NaN if either is NaN. Equal values share the derivative.
    fn min(self, other: Self) -> Self;
    /// The largest integer not above.
    fn floor(self) -> Self;
    /// The nearest integer, ties to even.
    fn round(self) -> Self;
    /// `self < other`.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self ≤ other`.
    fn le(self, other: Self) -> Self::Mask;
    /// `self = other`.
    fn eq(self, other: Self) -> Self::Mask;
    /// `a` where the mask is true, else `b`; the side not chosen contributes nothing to a derivative, not even a NaN.
    fn select(mask: Self::Mask, a: Self, b: Self) -> Self;
}

#[allow(unnameable_types, reason = "a sealed trait is one that nobody else can name")]
pub(crate) mod sealed {
    /// Keeps [`Real`](super::Real) to this crate's types.
    pub trait Sealed {}
}
