//! Maps of the line that only rise or only fall.

use crate::special::{log1mexp, log1pexp};
use crate::{Domain, Error};
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;
use std::fmt::{Debug, Display, Formatter, Result as Written};

/// A strictly monotone map from one interval onto another, with its inverse and its slope: what [`Transformed`] turns values
/// with.
///
/// [`Transformed`]: super::Transformed
pub trait Monotone: Debug + Display + Send + Sync {
    /// y of x; the limit at an end of the domain.
    fn forward(&self, x: f64) -> f64;

    /// x of y.
    fn inverse(&self, y: f64) -> f64;

    /// ln |dy/dx| at x.
    fn ln_slope(&self, x: f64) -> f64;

    /// Whether larger x give larger y.
    fn is_increasing(&self) -> bool {
        true
    }

    /// The ends of the interval that x may be of.
    fn domain(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    /// `(shift, scale)` if y = shift + scale · x: moments follow without integrals.
    fn affine(&self) -> Option<(f64, f64)> {
        None
    }
}

/// A name for messages.
macro_rules! named {
    ($($name:ident)+) => {
        $(
            impl Display for $name {
                fn fmt(&self, f: &mut Formatter<'_>) -> Written {
                    Debug::fmt(self, f)
                }
            }
        )+
    };
}

named!(Affine Exp Power Sigmoid Softplus Tanh);

/// y = shift + scale · x.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "AffineFields")]
pub struct Affine {
    shift: f64,
    scale: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AffineFields {
    shift: f64,
    scale: f64,
}

impl TryFrom<AffineFields> for Affine {
    type Error = Error;

    fn try_from(fields: AffineFields) -> Result<Self, Error> {
        Self::new(fields.shift, fields.scale)
    }
}

impl Affine {
    /// The map with this shift and scale.
    ///
    /// # Errors
    ///
    /// If one is not finite or the scale is 0.
    pub fn new(shift: f64, scale: f64) -> Result<Self, Error> {
        Domain::Finite.check("Affine", "shift", shift)?;
        if scale == 0.0 || !scale.is_finite() {
            return Err(Error::parameter("Affine", "scale", scale, "a finite number other than 0"));
        }
        Ok(Self { shift, scale })
    }
}

impl Monotone for Affine {
    fn forward(&self, x: f64) -> f64 {
        self.shift + self.scale * x
    }

    fn inverse(&self, y: f64) -> f64 {
        (y - self.shift) / self.scale
    }

    fn ln_slope(&self, _: f64) -> f64 {
        self.scale.abs().ln()
    }

    fn is_increasing(&self) -> bool {
        self.scale > 0.0
    }

    fn affine(&self) -> Option<(f64, f64)> {
        Some((self.shift, self.scale))
    }
}

/// y = eˣ, onto the positive numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Exp;

impl Monotone for Exp {
    fn forward(&self, x: f64) -> f64 {
        x.exp()
    }

    fn inverse(&self, y: f64) -> f64 {
        y.ln()
    }

    fn ln_slope(&self, x: f64) -> f64 {
        x
    }
}

/// y = 1/(1 + e⁻ˣ), onto (0, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Sigmoid;

impl Monotone for Sigmoid {
    fn forward(&self, x: f64) -> f64 {
        if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
    }

    fn inverse(&self, y: f64) -> f64 {
        y.ln() - (-y).ln_1p()
    }

    fn ln_slope(&self, x: f64) -> f64 {
        -log1pexp(x) - log1pexp(-x)
    }
}

/// y = tanh x, onto (−1, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Tanh;

impl Monotone for Tanh {
    fn forward(&self, x: f64) -> f64 {
        x.tanh()
    }

    fn inverse(&self, y: f64) -> f64 {
        y.atanh()
    }

    fn ln_slope(&self, x: f64) -> f64 {
        2.0 * (LN_2 - x.abs() - log1pexp(-2.0 * x.abs()))
    }
}

/// y = ln(1 + eˣ), onto the positive numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Softplus;

impl Monotone for Softplus {
    fn forward(&self, x: f64) -> f64 {
        log1pexp(x)
    }

    fn inverse(&self, y: f64) -> f64 {
        y + log1mexp(y)
    }

    fn ln_slope(&self, x: f64) -> f64 {
        -log1pexp(-x)
    }
}

/// y = x^exponent, of and onto the positive numbers.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "PowerFields")]
pub struct Power {
    exponent: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PowerFields {
    exponent: f64,
}

impl TryFrom<PowerFields> for Power {
    type Error = Error;

    fn try_from(fields: PowerFields) -> Result<Self, Error> {
        Self::new(fields.exponent)
    }
}

impl Power {
    /// The map with this exponent.
    ///
    /// # Errors
    ///
    /// If it is 0 or not finite.
    pub fn new(exponent: f64) -> Result<Self, Error> {
        if exponent == 0.0 || !exponent.is_finite() {
            return Err(Error::parameter("Power", "exponent", exponent, "a finite number other than 0"));
        }
        Ok(Self { exponent })
    }
}

impl Monotone for Power {
    fn forward(&self, x: f64) -> f64 {
        x.powf(self.exponent)
    }

    fn inverse(&self, y: f64) -> f64 {
        y.powf(self.exponent.recip())
    }

    fn ln_slope(&self, x: f64) -> f64 {
        let rest = self.exponent - 1.0;
        self.exponent.abs().ln() + if rest == 0.0 { 0.0 } else { rest * x.ln() }
    }

    fn is_increasing(&self) -> bool {
        self.exponent > 0.0
    }

    fn domain(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
