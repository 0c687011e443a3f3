//! Numbers that carry their derivatives.

use super::{Real, sealed};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value and its derivatives by `N` variables: evaluating a formula on it differentiates the formula.
///
/// A derivative that is zero stays zero under a function whose slope is infinite there (√0, ln 0): what a variable has no
/// part in, it has no derivative by.
#[derive(Clone, Copy, Debug)]
pub struct Dual<R, const N: usize> {
    /// The value.
    pub value: R,
    /// Its derivatives, one a variable.
    pub derivatives: [R; N],
}

impl<R: Real, const N: usize> Dual<R, N> {
    /// A number that depends on no variable.
    #[inline(always)]
    pub fn constant(value: R) -> Self {
        Self { value, derivatives: [R::lit(0.0); N] }
    }

    /// Variable number `i`.
    ///
    /// # Panics
    ///
    /// If `i` is not below `N`.
    #[inline(always)]
    pub fn variable(value: R, i: usize) -> Self {
        let mut x = Self::constant(value);
        x.derivatives[i] = R::lit(1.0);
        x
    }

    /// A function of `self` with this value and this finite slope.
    #[inline(always)]
    fn chain(mut self, value: R, slope: R) -> Self {
        self.value = value;
        for i in 0..N {
            self.derivatives[i] = self.derivatives[i] * slope;
        }
        self
    }

    /// A function of `self` whose slope may be infinite.
    #[inline(always)]
    fn chain_steep(mut self, value: R, slope: R) -> Self {
        self.value = value;
        for i in 0..N {
            self.derivatives[i] = steep(self.derivatives[i], slope);
        }
        self
    }

    /// The derivatives of `a` where the mask is true, those of `b` elsewhere, at `value`.
    #[inline(always)]
    fn chosen(mask: R::Mask, a: &Self, b: &Self, value: R) -> Self {
        let mut x = Self { value, derivatives: a.derivatives };
        for i in 0..N {
            x.derivatives[i] = R::select(mask, a.derivatives[i], b.derivatives[i]);
        }
        x
    }

    /// The mean of two where they are equal, else `self`, which is the one chosen.
    #[inline(always)]
    fn shared_at_tie(mut self, a: &Self, b: &Self) -> Self {
        let tie = a.value.eq(b.value);
        for i in 0..N {
            let mean = (a.derivatives[i] + b.derivatives[i]) * R::lit(0.5);
            self.derivatives[i] = R::select(tie, mean, self.derivatives[i]);
        }
        self
    }
}

/// √(2π).
const SQRT_TAU: f64 = 2.506_628_274_631_000_5;

/// derivative · slope, 0 where the derivative is.
#[inline(always)]
fn steep<R: Real>(derivative: R, slope: R) -> R {
    let zero = R::lit(0.0);
    R::select(derivative.eq(zero), zero, derivative * slope)
}

/// −1, 0 or 1.
#[inline(always)]
fn sign<R: Real>(x: R) -> R {
    let zero = R::lit(0.0);
    R::select(zero.lt(x), R::lit(1.0), R::select(x.lt(zero), R::lit(-1.0), zero))
}

impl<R: Real, const N: usize> Add for Dual<R, N> {
    type Output = Self;

    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        self.value = self.value + other.value;
        for i in 0..N {
            self.derivatives[i] = self.derivatives[i] + other.derivatives[i];
        }
        self
    }
}

impl<R: Real, const N: usize> Sub for Dual<R, N> {
    type Output = Self;

    #[inline(always)]
    fn sub(mut self, other: Self) -> Self {
        self.value = self.value - other.value;
        for i in 0..N {
            self.derivatives[i] = self.derivatives[i] - other.derivatives[i];
        }
        self
    }
}

impl<R: Real, const N: usize> Mul for Dual<R, N> {
    type Output = Self;

    #[inline(always)]
    fn mul(mut self, other: Self) -> Self {
        for i in 0..N {
            self.derivatives[i] = self.derivatives[i].fma(other.value, self.value * other.derivatives[i]);
        }
        self.value = self.value * other.value;
        self
    }
}

impl<R: Real, const N: usize> Div for Dual<R, N> {
    type Output = Self;

    #[inline(always)]
    fn div(mut self, other: Self) -> Self {
        let inverse = R::lit(1.0) / other.value;
        self.value = self.value / other.value;
        for i in 0..N {
            self.derivatives[i] =
                steep(self.derivatives[i], inverse) - steep(other.derivatives[i], self.value * inverse);
        }
        self
    }
}

impl<R: Real, const N: usize> Neg for Dual<R, N> {
    type Output = Self;

    #[inline(always)]
    fn neg(mut self) -> Self {
        self.value = -self.value;
        for i in 0..N {
            self.derivatives[i] = -self.derivatives[i];
        }
        self
    }
}

impl<R: Real, const N: usize> sealed::Sealed for Dual<R, N> {}

impl<R: Real, const N: usize> Real for Dual<R, N> {
    type Mask = R::Mask;

    #[inline(always)]
    fn lit(x: f64) -> Self {
        Self::constant(R::lit(x))
    }

    #[inline(always)]
    fn fma(mut self, b: Self, c: Self) -> Self {
        for i in 0..N {
            self.derivatives[i] = self.derivatives[i].fma(b.value, self.value.fma(b.derivatives[i], c.derivatives[i]));
        }
        self.value = self.value.fma(b.value, c.value);
        self
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.chain(self.value.abs(), sign(self.value))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain_steep(root, R::lit(0.5) / root)
    }

    #[inline(always)]
    fn exp(self) -> Self {
        let e = self.value.exp();
        self.chain(e, e)
    }

    #[inline(always)]
    fn exp_m1(self) -> Self {
        let e = self.value.exp_m1();
        self.chain(e, e + R::lit(1.0))
    }

    #[inline(always)]
    fn ln(self) -> Self {
        self.chain_steep(self.value.ln(), R::lit(1.0) / self.value)
    }

    #[inline(always)]
    fn ln_1p(self) -> Self {
        self.chain_steep(self.value.ln_1p(), R::lit(1.0) / (R::lit(1.0) + self.value))
    }

    #[inline(always)]
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }

    #[inline(always)]
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }

    #[inline(always)]
    fn tanh(self) -> Self {
        let t = self.value.tanh();
        self.chain(t, (R::lit(1.0) - t) * (R::lit(1.0) + t))
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        let s = self.value.sigmoid();
        self.chain(s, s * (R::lit(1.0) - s))
    }

    #[inline(always)]
    fn erf(self) -> Self {
        let slope = (-(self.value * self.value)).exp() * R::lit(std::f64::consts::FRAC_2_SQRT_PI);
        self.chain(self.value.erf(), slope)
    }

    #[inline(always)]
    fn erfc(self) -> Self {
        let slope = (-(self.value * self.value)).exp() * R::lit(-std::f64::consts::FRAC_2_SQRT_PI);
        self.chain(self.value.erfc(), slope)
    }

    #[inline(always)]
    fn erfcx(self) -> Self {
        let (x, y) = (self.value, self.value.erfcx());
        self.chain(y, (x + x).fma(y, R::lit(-std::f64::consts::FRAC_2_SQRT_PI)))
    }

    #[inline(always)]
    fn erf_inv(self) -> Self {
        let y = self.value.erf_inv();
        self.chain_steep(y, (y * y).exp() * R::lit(1.0 / std::f64::consts::FRAC_2_SQRT_PI))
    }

    #[inline(always)]
    fn normal_quantile(self) -> Self {
        let y = self.value.normal_quantile();
        self.chain_steep(y, (y * y * R::lit(0.5)).exp() * R::lit(SQRT_TAU))
    }

    #[inline(always)]
    fn ln_gamma(self) -> Self {
        self.chain(self.value.ln_gamma(), self.value.digamma())
    }

    #[inline(always)]
    fn polygamma(self, n: u32) -> Self {
        self.chain(self.value.polygamma(n), self.value.polygamma(n + 1))
    }

    #[inline(always)]
    fn bessel_i0e(self) -> Self {
        let (y, other) = (self.value.bessel_i0e(), self.value.bessel_i1e());
        self.chain(y, other - sign(self.value) * y)
    }

    #[inline(always)]
    fn bessel_i1e(self) -> Self {
        let (x, y) = (self.value, self.value.bessel_i1e());
        let zero = x.eq(R::lit(0.0));
        // I₁(x) / x is ½ at 0.
        let ratio = R::select(zero, R::lit(0.5), y / R::select(zero, R::lit(1.0), x));
        self.chain(y, x.bessel_i0e() - ratio - sign(x) * y)
    }

    #[inline(always)]
    fn pow(mut self, y: Self) -> Self {
        let (x, exponent, zero) = (self.value, y.value, R::lit(0.0));
        let power = x.pow(exponent);
        let by_x = R::select(exponent.eq(zero), zero, exponent * x.pow(exponent - R::lit(1.0)));
        let flat = super::Mask::and(x.eq(zero), zero.le(exponent));
        let by_y = R::select(flat, zero, power * x.ln());
        self.value = power;
        for i in 0..N {
            self.derivatives[i] = steep(self.derivatives[i], by_x) + steep(y.derivatives[i], by_y);
        }
        self
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        let value = self.value.max(other.value);
        Self::chosen(other.value.lt(self.value), &self, &other, value).shared_at_tie(&self, &other)
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        let value = self.value.min(other.value);
        Self::chosen(self.value.lt(other.value), &self, &other, value).shared_at_tie(&self, &other)
    }

    #[inline(always)]
    fn floor(self) -> Self {
        Self::constant(self.value.floor())
    }

    #[inline(always)]
    fn round(self) -> Self {
        Self::constant(self.value.round())
    }

    #[inline(always)]
    fn lt(self, other: Self) -> R::Mask {
        self.value.lt(other.value)
    }

    #[inline(always)]
    fn le(self, other: Self) -> R::Mask {
        self.value.le(other.value)
    }

    #[inline(always)]
    fn eq(self, other: Self) -> R::Mask {
        self.value.eq(other.value)
    }

    #[inline(always)]
    fn select(mask: R::Mask, a: Self, b: Self) -> Self {
        Self::chosen(mask, &a, &b, R::select(mask, a.value, b.value))
    }
}
