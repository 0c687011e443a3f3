//! Functions of each element.

use super::Bijector;
use crate::tensor::Constraint;
use genai_core::Tensor;

/// y = eˣ.
#[derive(Clone, Copy, Debug)]
pub struct Exp;

impl Bijector for Exp {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.exp()
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        y.ln()
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        x.clone()
    }

    fn is_increasing(&self) -> Option<bool> {
        Some(true)
    }

    fn range(&self) -> Constraint {
        Constraint::Positive
    }
}

/// y = shift + scale · x.
#[derive(Clone, Copy, Debug)]
pub struct Affine {
    shift: f64,
    scale: f64,
}

impl Affine {
    /// # Panics
    ///
    /// If the scale is 0 or one of the two not finite.
    #[track_caller]
    pub fn new(shift: f64, scale: f64) -> Self {
        assert!(shift.is_finite() && scale.is_finite() && scale != 0.0, "Affine: {shift} + {scale}·x is no bijection");
        Self { shift, scale }
    }
}

impl Bijector for Affine {
    fn forward(&self, x: &Tensor) -> Tensor {
        x * self.scale + self.shift
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        (y - self.shift) * self.scale.recip()
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        x.zeros_like() + self.scale.abs().ln()
    }

    fn is_increasing(&self) -> Option<bool> {
        Some(self.scale > 0.0)
    }

    fn range(&self) -> Constraint {
        Constraint::Real
    }
}

/// y = 1 / (1 + e⁻ˣ).
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl Bijector for Sigmoid {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.sigmoid()
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        y.ln() - (-y).ln_1p()
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        -(x.softplus() + (-x).softplus())
    }

    fn is_increasing(&self) -> Option<bool> {
        Some(true)
    }

    fn range(&self) -> Constraint {
        Constraint::Between(0.0, 1.0)
    }
}

/// y = tanh x.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl Bijector for Tanh {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.tanh()
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        (y.ln_1p() - (-y).ln_1p()) * 0.5
    }

    /// 2 (ln 2 − x − softplus(−2x)): no digit is lost where tanh x rounds to 1.
    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        (std::f64::consts::LN_2 - x - (x * -2.0).softplus()) * 2.0
    }

    fn is_increasing(&self) -> Option<bool> {
        Some(true)
    }

    fn range(&self) -> Constraint {
        Constraint::Between(-1.0, 1.0)
    }
}

/// y = ln(1 + eˣ).
#[derive(Clone, Copy, Debug)]
pub struct Softplus;

impl Bijector for Softplus {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.softplus()
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        y + (-(-y).exp_m1()).ln()
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        -(-x).softplus()
    }

    fn is_increasing(&self) -> Option<bool> {
        Some(true)
    }

    fn range(&self) -> Constraint {
        Constraint::Positive
    }
}

/// y = xᵖ of positive numbers.
#[derive(Clone, Copy, Debug)]
pub struct Power {
    power: f64,
}

impl Power {
    /// # Panics
    ///
    /// If the power is 0 or not finite.
    #[track_caller]
    pub fn new(power: f64) -> Self {
        assert!(power.is_finite() && power != 0.0, "Power: x to the power {power} is no bijection");
        Self { power }
    }
}

impl Bijector for Power {
    fn forward(&self, x: &Tensor) -> Tensor {
        (x.ln() * self.power).exp()
    }

    fn inverse(&self, y: &Tensor) -> Tensor {
        (y.ln() * self.power.recip()).exp()
    }

    fn log_determinant(&self, x: &Tensor, _y: &Tensor) -> Tensor {
        x.ln() * (self.power - 1.0) + self.power.abs().ln()
    }

    fn is_increasing(&self) -> Option<bool> {
        Some(self.power > 0.0)
    }

    fn domain(&self) -> Constraint {
        Constraint::Positive
    }

    fn range(&self) -> Constraint {
        Constraint::Positive
    }
}
