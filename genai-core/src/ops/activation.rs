//! Activations of neural networks: each a formula, its gradient by dual numbers in one pass.

use super::elementwise::{Elementwise, map};
use crate::graph::Sink;
use crate::op::Saved;
use crate::real::{Mask, Real};
use crate::tensor::Tensor;

macro_rules! activations {
    ($($(#[$doc:meta])* $op:ident $method:ident, |$x:ident| $formula:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            struct $op;

            impl Elementwise<1> for $op {
                const NAME: &'static str = stringify!($method);

                #[inline(always)]
                fn eval<R: Real>(self, [$x]: [R; 1]) -> R {
                    $formula
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

activations! {
    /// max(x, 0); NaN stays, the gradient at 0 is 0.
    Relu relu, |x| R::select(x.le(R::lit(0.0)), R::lit(0.0), x);
    /// x · Φ(x) with the normal distribution function Φ.
    ///
    /// Source: Hendrycks & Gimpel 2016, [arXiv:1606.08415](https://arxiv.org/abs/1606.08415).
    Gelu gelu, |x| {
        let half = x * R::lit(0.5);
        half + half * (x * R::lit(std::f64::consts::FRAC_1_SQRT_2)).erf()
    };
    /// GELU with tanh in place of erf, as GPT-2 has it: ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), computed as
    /// x · σ(2 √(2/π) (x + 0.044715 x³)).
    ///
    /// Source: Hendrycks & Gimpel 2016, [arXiv:1606.08415](https://arxiv.org/abs/1606.08415), section 2.
    GeluTanh gelu_tanh, |x| {
        let scale = 2.0 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;
        let inner = (x * x).fma(R::lit(0.044715 * scale), R::lit(scale)) * x;
        x * inner.sigmoid()
    };
    /// x · σ(x), also called swish.
    ///
    /// Source: Elfwing et al. 2017, [arXiv:1702.03118](https://arxiv.org/abs/1702.03118).
    Silu silu, |x| x * x.sigmoid();
    /// ln(1 − e⁻ˣ) for x > 0: the logarithm of what is left of a probability e⁻ˣ.
    ///
    /// Source: Mächler 2012, Accurately computing log(1 − exp(−|a|)).
    Log1mExp log1mexp, |x| {
        R::select(x.lt(R::lit(std::f64::consts::LN_2)), (-(-x).exp_m1()).ln(), (-(-x).exp()).ln_1p())
    };
}

/// ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), which never overflows. Its gradient is written out: the two parts each have a
/// kink at 0 that the sum has not.
#[derive(Clone, Copy, Debug)]
struct Softplus;

impl Elementwise<1> for Softplus {
    const NAME: &'static str = "softplus";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        R::select(R::lit(0.0).lt(x), x, R::lit(0.0)) + (-x.abs()).exp().ln_1p()
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g * saved.input(0).sigmoid());
    }
}

/// ln σ(x) = min(x, 0) − ln(1 + e^−|x|); its gradient as that of [`Softplus`].
#[derive(Clone, Copy, Debug)]
struct LogSigmoid;

impl Elementwise<1> for LogSigmoid {
    const NAME: &'static str = "log_sigmoid";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        R::select(x.lt(R::lit(0.0)), x, R::lit(0.0)) - (-x.abs()).exp().ln_1p()
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g * (-saved.input(0)).sigmoid());
    }
}

/// x for positive x, slope · x for others.
#[derive(Clone, Copy, Debug)]
struct LeakyRelu {
    slope: f64,
}

impl Elementwise<1> for LeakyRelu {
    const NAME: &'static str = "leaky_relu";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        R::select(R::lit(0.0).lt(x), x, x * R::lit(self.slope))
    }
}

/// x for positive x, scale · (eˣ − 1) for others.
#[derive(Clone, Copy, Debug)]
struct Elu {
    scale: f64,
}

impl Elementwise<1> for Elu {
    const NAME: &'static str = "elu";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        let positive = R::lit(0.0).lt(x);
        // e to a large positive x would be infinite, and its unused derivative too.
        let safe = R::select(positive.not().and(x.eq(x)), x, R::lit(0.0));
        R::select(positive, x, R::select(x.eq(x), safe.exp_m1() * R::lit(self.scale), x))
    }
}

impl Tensor {
    /// ln(1 + eˣ), the smooth hinge.
    #[track_caller]
    pub fn softplus(&self) -> Self {
        map(Softplus, [self])
    }

    /// ln σ(x) = −softplus(−x).
    #[track_caller]
    pub fn log_sigmoid(&self) -> Self {
        map(LogSigmoid, [self])
    }

    /// x for positive x, `slope` · x for others (PyTorch's default slope is 0.01).
    #[track_caller]
    pub fn leaky_relu(&self, slope: f64) -> Self {
        map(LeakyRelu { slope }, [self])
    }

    /// x for positive x, `scale` · (eˣ − 1) for others.
    ///
    /// Source: Clevert et al. 2015, [arXiv:1511.07289](https://arxiv.org/abs/1511.07289).
    #[track_caller]
    pub fn elu(&self, scale: f64) -> Self {
        map(Elu { scale }, [self])
    }
}
