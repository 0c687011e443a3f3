//! Functions of one number that formulas are made of, with gradients in closed form.

use super::elementwise::{Elementwise, map};
use crate::graph::Sink;
use crate::op::{Keep, Saved};
use crate::real::Real;
use crate::tensor::Tensor;

/// Writes the op and the method of a function that [`Real`] has: its name, what it keeps, its gradient.
macro_rules! functions {
    ($($(#[$doc:meta])* $op:ident $method:ident keeps $keeps:ident, |$s:ident, $g:ident| $gradient:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub(crate) struct $op;

            impl Elementwise<1> for $op {
                const NAME: &'static str = stringify!($method);
                const KEEPS: Keep = Keep::$keeps;

                #[inline(always)]
                fn eval<R: Real>(self, [x]: [R; 1]) -> R {
                    x.$method()
                }

                fn gradient(self, $s: &Saved<'_>, $g: &Tensor, to: &mut Sink<'_>) {
                    to.add(0, $gradient);
                }
            }
        )*

        impl Tensor {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $method(&self) -> Self {
                    map($op, [self])
                }
            )*
        }
    };
}

pub(super) use functions;

functions! {
    /// |x|; the gradient at 0 is 0.
    Abs abs keeps INPUTS, |s, g| g * s.input(0).sign();
    /// √x.
    Sqrt sqrt keeps OUTPUT, |s, g| g / (s.output() * 2.0);
    /// eˣ.
    Exp exp keeps OUTPUT, |s, g| g * s.output();
    /// eˣ − 1, accurate near 0.
    ExpM1 exp_m1 keeps OUTPUT, |s, g| g * (s.output() + 1.0);
    /// Natural logarithm.
    Ln ln keeps INPUTS, |s, g| g / s.input(0);
    /// ln(1 + x), accurate near 0.
    Ln1p ln_1p keeps INPUTS, |s, g| g / (s.input(0) + 1.0);
    /// Sine.
    Sin sin keeps INPUTS, |s, g| g * s.input(0).cos();
    /// Cosine.
    Cos cos keeps INPUTS, |s, g| -(g * s.input(0).sin());
    /// Hyperbolic tangent.
    Tanh tanh keeps OUTPUT, |s, g| g * (1.0 - s.output().square());
    /// 1 / (1 + e⁻ˣ).
    Sigmoid sigmoid keeps OUTPUT, |s, g| g * (s.output() * (1.0 - s.output()));
    /// The error function 2/√π ∫₀ˣ e^(−t²) dt.
    Erf erf keeps INPUTS, |s, g| g * ((-s.input(0).square()).exp() * std::f64::consts::FRAC_2_SQRT_PI);
    /// The largest integer not above; its gradient is 0.
    Floor floor keeps NOTHING, |_s, g| g.zeros_like();
    /// The nearest integer, ties to even; its gradient is 0.
    Round round keeps NOTHING, |_s, g| g.zeros_like();
}

/// The sigmoid of a formula's gradients of higher order: its slope σ(x) · σ(−x) has digits where 1 − σ(x) has none left, for
/// a second exponential that [`Sigmoid`], whose slope is taken from its output, does without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SigmoidOfFormula;

impl Elementwise<1> for SigmoidOfFormula {
    const NAME: &'static str = "sigmoid";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        x.sigmoid()
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let x = saved.input(0);
        to.add(0, g * (map(self, [&x]) * map(self, [&-&x])));
    }
}

/// −1, 0 or 1.
#[derive(Clone, Copy, Debug)]
struct Sign;

impl Elementwise<1> for Sign {
    const NAME: &'static str = "sign";
    const KEEPS: Keep = Keep::NOTHING;
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        let zero = R::lit(0.0);
        R::select(zero.lt(x), R::lit(1.0), R::select(x.lt(zero), R::lit(-1.0), zero))
    }

    fn eval_integer(self, [x]: [i64; 1]) -> i64 {
        x.signum()
    }

    fn gradient(self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.zeros_like());
    }
}

/// x between two bounds; outside, the bound, with gradient 0. On a bound the gradient is 1, as in PyTorch.
#[derive(Clone, Copy, Debug)]
struct Clamp {
    low: f64,
    high: f64,
}

impl Elementwise<1> for Clamp {
    const NAME: &'static str = "clamp";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        let (low, high) = (R::lit(self.low), R::lit(self.high));
        R::select(x.lt(low), low, R::select(high.lt(x), high, x))
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let x = saved.input(0).detach();
        let inside = x.ge(self.low).logical_and(&x.le(self.high));
        to.add(0, Tensor::choose(&inside, g, &g.zeros_like()));
    }
}

/// 1 / √x.
#[derive(Clone, Copy, Debug)]
struct ReciprocalSqrt;

impl Elementwise<1> for ReciprocalSqrt {
    const NAME: &'static str = "rsqrt";
    const KEEPS: Keep = Keep::OUTPUT;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        R::lit(1.0) / x.sqrt()
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g * (saved.output().pow(3.0) * -0.5));
    }
}

impl Tensor {
    /// −1, 0 or 1; its gradient is 0.
    #[track_caller]
    pub fn sign(&self) -> Self {
        map(Sign, [self])
    }

    /// 1 / √x.
    #[track_caller]
    pub fn rsqrt(&self) -> Self {
        map(ReciprocalSqrt, [self])
    }

    /// The nearest number between `low` and `high`; NaN stays. The gradient is 0 outside, 1 inside and on the bounds.
    #[track_caller]
    pub fn clamp(&self, low: f64, high: f64) -> Self {
        map(Clamp { low, high }, [self])
    }
}
