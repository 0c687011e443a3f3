//! Special functions as ops, with gradients in closed form.

use super::elementwise::{Elementwise, map};
use super::functions::functions;
use crate::graph::Sink;
use crate::op::{Keep, Saved};
use crate::real::Real;
use crate::tensor::Tensor;
use std::f64::consts::FRAC_2_SQRT_PI;

/// √(2π).
const SQRT_TAU: f64 = 2.506_628_274_631_000_5;

functions! {
    /// 1 − erf x, accurate into the far tail.
    Erfc erfc keeps INPUTS, |s, g| g * ((-s.input(0).square()).exp() * -FRAC_2_SQRT_PI);
    /// e^(x²)·erfc x, which neither under- nor overflows for positive x.
    Erfcx erfcx keeps ALL, |s, g| g * (s.input(0) * s.output() * 2.0 - FRAC_2_SQRT_PI);
    /// The x whose erf this is; ±∞ at ±1, NaN beyond.
    ErfInv erf_inv keeps OUTPUT, |s, g| g * (s.output().square().exp() * (1.0 / FRAC_2_SQRT_PI));
    /// The x whose normal distribution function this is; ∓∞ at 0 and 1, NaN beyond.
    NormalQuantile normal_quantile keeps OUTPUT, |s, g| g * ((s.output().square() * 0.5).exp() * SQRT_TAU);
    /// ln |Γ(x)|; ∞ at the poles 0, −1, −2, ….
    LnGamma ln_gamma keeps INPUTS, |s, g| g * s.input(0).digamma();
    /// e^−|x|·I₀(x), the scaled modified Bessel function of order 0.
    BesselI0e bessel_i0e keeps ALL, |s, g| g * (s.input(0).bessel_i1e() - s.input(0).sign() * s.output());
    /// e^−|x|·I₁(x), the scaled modified Bessel function of order 1.
    BesselI1e bessel_i1e keeps ALL, |s, g| {
        g * (s.input(0).bessel_i0e() - over(&s.output(), &s.input(0)) - s.input(0).sign() * s.output())
    };
}

/// I₁(x) / x, scaled or not: ½ at 0.
fn over(y: &Tensor, x: &Tensor) -> Tensor {
    let zero = x.eq(0.0);
    Tensor::choose(&zero, &(x.zeros_like() + 0.5), &(y / Tensor::choose(&zero, &x.ones_like(), x)))
}

/// The (n + 1)-th derivative of lnΓ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Polygamma {
    pub(crate) n: u32,
}

impl Elementwise<1> for Polygamma {
    const NAME: &'static str = "polygamma";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        x.polygamma(self.n)
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g * saved.input(0).polygamma(self.n + 1));
    }
}

/// I₀(x).
#[derive(Clone, Copy, Debug)]
struct BesselI0;

impl Elementwise<1> for BesselI0 {
    const NAME: &'static str = "bessel_i0";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        let half = (x.abs() * R::lit(0.5)).exp();
        x.bessel_i0e() * half * half
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g * saved.input(0).bessel_i1());
    }
}

/// I₁(x).
#[derive(Clone, Copy, Debug)]
struct BesselI1;

impl Elementwise<1> for BesselI1 {
    const NAME: &'static str = "bessel_i1";
    const KEEPS: Keep = Keep::ALL;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        let half = (x.abs() * R::lit(0.5)).exp();
        x.bessel_i1e() * half * half
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let x = saved.input(0);
        to.add(0, g * (x.bessel_i0() - over(&saved.output(), &x)));
    }
}

impl Tensor {
    /// ψ, the derivative of [`ln_gamma`](Self::ln_gamma); ∓∞ at ±0, NaN at −1, −2, ….
    #[track_caller]
    pub fn digamma(&self) -> Self {
        self.polygamma(0)
    }

    /// ψ′, the derivative of [`digamma`](Self::digamma).
    #[track_caller]
    pub fn trigamma(&self) -> Self {
        self.polygamma(1)
    }

    /// The n-th derivative of [`digamma`](Self::digamma).
    #[track_caller]
    pub fn polygamma(&self, n: u32) -> Self {
        map(Polygamma { n }, [self])
    }

    /// I₀(x), the modified Bessel function of order 0.
    #[track_caller]
    pub fn bessel_i0(&self) -> Self {
        map(BesselI0, [self])
    }

    /// I₁(x), the modified Bessel function of order 1.
    #[track_caller]
    pub fn bessel_i1(&self) -> Self {
        map(BesselI1, [self])
    }
}
