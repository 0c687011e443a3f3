//! Numbers of twice the precision: an unevaluated sum of two f64.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// An unevaluated sum `hi + lo` of two f64, about 31 decimal digits (relative error of + − × ÷ below 2⁻¹⁰²).
///
/// A density is e to the power of a difference of numbers that may be 10¹¹ large; an exponent in plain f64 would lose
/// ten digits of it. Works without fused multiply–add, so every machine gives the same bits. Outside 10^±290 the low
/// part may vanish and the value is a plain f64.
///
/// Source: Dekker 1971, "A floating-point technique for extending the available precision".
///
/// # Examples
///
/// ```
/// use genai_prob::special::Double;
/// let third = Double::from(1.0) / 3.0;
/// assert!((third * 3.0 - 1.0).value().abs() < 1e-31);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Double {
    /// The value rounded to f64.
    pub hi: f64,
    /// What rounding left.
    pub lo: f64,
}

/// ln 2.
pub(crate) const LN_2: Double = Double { hi: std::f64::consts::LN_2, lo: 2.3190468138462996e-17 };
/// ½ ln 2π.
pub(crate) const HALF_LN_TAU: Double = Double { hi: 0.9189385332046728, lo: -3.8782941580672414e-17 };
/// ln π.
pub(crate) const LN_PI: Double = Double { hi: 1.1447298858494002, lo: 1.0265951162707826e-17 };

impl Double {
    /// Zero.
    pub const ZERO: Self = Self { hi: 0.0, lo: 0.0 };
    /// One.
    pub const ONE: Self = Self { hi: 1.0, lo: 0.0 };

    /// The sum of two f64, exactly (Knuth's two-sum).
    #[inline]
    pub fn sum(a: f64, b: f64) -> Self {
        let hi = a + b;
        let part = hi - a;
        Self { hi, lo: finite_or_zero((a - (hi - part)) + (b - part)) }
    }

    /// The product of two f64, exactly unless it leaves 10^±290 (Dekker's two-product).
    #[inline]
    pub fn product(a: f64, b: f64) -> Self {
        let hi = a * b;
        let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
        Self { hi, lo: finite_or_zero(((a1 * b1 - hi) + a1 * b2 + a2 * b1) + a2 * b2) }
    }

    /// The nearest f64.
    #[inline]
    pub fn value(self) -> f64 {
        self.hi + self.lo
    }

    /// e to this power, as an f64 of relative error ≤ 2·10⁻¹⁶ whatever the size of the exponent.
    pub fn exp(self) -> f64 {
        Scaled { exponent: self, factor: 1.0 }.value()
    }

    /// Multiplied by a power of two, exactly.
    #[inline]
    pub(crate) fn scale(self, power_of_two: f64) -> Self {
        Self { hi: self.hi * power_of_two, lo: self.lo * power_of_two }
    }

    /// The sum of `hi` and a smaller `lo`.
    #[inline]
    fn renormalised(hi: f64, lo: f64) -> Self {
        let sum = hi + lo;
        Self { hi: sum, lo: finite_or_zero(lo - (sum - hi)) }
    }
}

/// The low part of a result that overflowed is no number; the high part tells all.
#[inline]
fn finite_or_zero(x: f64) -> f64 {
    if x.is_finite() { x } else { 0.0 }
}

/// Upper and lower 26 bits (Veltkamp's splitting).
#[inline]
fn halves(a: f64) -> (f64, f64) {
    let c = 134_217_729.0 * a; // 2²⁷ + 1
    let high = c - (c - a);
    (high, a - high)
}

impl From<f64> for Double {
    #[inline]
    fn from(hi: f64) -> Self {
        Self { hi, lo: 0.0 }
    }
}

impl Neg for Double {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self { hi: -self.hi, lo: -self.lo }
    }
}

impl Add for Double {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        let (high, low) = (Self::sum(self.hi, other.hi), Self::sum(self.lo, other.lo));
        let first = Self::renormalised(high.hi, high.lo + low.hi);
        Self::renormalised(first.hi, first.lo + low.lo)
    }
}

impl Sub for Double {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Double {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let p = Self::product(self.hi, other.hi);
        Self::renormalised(p.hi, finite_or_zero(p.lo + (self.hi * other.lo + self.lo * other.hi)))
    }
}

impl Div for Double {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let first = self.hi / other.hi;
        if !first.is_finite() || other.hi.is_infinite() {
            return Self::from(first);
        }
        let rest = self - other * first;
        if !rest.hi.is_finite() {
            return Self::from(first);
        }
        let second = rest.hi / other.hi;
        let third = (rest - other * second).hi / other.hi;
        Self::renormalised(first, second) + third
    }
}

/// The same operators with an f64 on the right.
macro_rules! with_f64 {
    ($($operator:ident $method:ident),*) => {$(
        impl $operator<f64> for Double {
            type Output = Self;
            #[inline]
            fn $method(self, other: f64) -> Self {
                self.$method(Self::from(other))
            }
        }
    )*};
}
with_f64!(Add add, Sub sub, Mul mul, Div div);

/// A number `factor · e^exponent` that may be far below the smallest f64: what a tail probability is before one asks
/// for itself or for its logarithm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scaled {
    pub(crate) exponent: Double,
    pub(crate) factor: f64,
}

impl Scaled {
    /// The number itself: two exponentials of half the exponent, so that nothing under- or overflows early.
    pub(crate) fn value(self) -> f64 {
        let h = self.exponent.hi;
        if h.abs() < 700.0 {
            return h.exp() * (self.factor * (1.0 + self.exponent.lo));
        }
        if h.abs() > 6000.0 || self.factor == 0.0 {
            return if h < 0.0 || self.factor == 0.0 { 0.0 } else { f64::INFINITY };
        }
        let half = (0.5 * h).exp();
        half * (half * (self.factor * (1.0 + self.exponent.lo)))
    }

    /// Its natural logarithm.
    pub(crate) fn ln(self) -> f64 {
        self.ln_double().value()
    }

    /// Its natural logarithm with the digits of the exponent.
    pub(crate) fn ln_double(self) -> Double {
        self.exponent + self.factor.ln()
    }
}
