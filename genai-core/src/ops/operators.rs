//! Rust's operators, between tensors and with numbers.

use super::arithmetic::{Difference, Negative, Product, Quotient, Sum};
use super::elementwise::{Elementwise, map};
use crate::graph::Sink;
use crate::op::{Keep, Saved};
use crate::real::Real;
use crate::tensor::Tensor;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// x + c, with a number known to the program; so the next four.
#[derive(Clone, Copy, Debug)]
struct Plus(f64);

impl Elementwise<1> for Plus {
    const NAME: &'static str = "add";
    const KEEPS: Keep = Keep::NOTHING;
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        x + R::lit(self.0)
    }

    fn eval_integer(self, [x]: [i64; 1]) -> i64 {
        x.wrapping_add(whole(self.0))
    }

    fn gradient(self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.clone());
    }
}

/// c − x.
#[derive(Clone, Copy, Debug)]
struct Minus(f64);

impl Elementwise<1> for Minus {
    const NAME: &'static str = "sub";
    const KEEPS: Keep = Keep::NOTHING;
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        R::lit(self.0) - x
    }

    fn eval_integer(self, [x]: [i64; 1]) -> i64 {
        whole(self.0).wrapping_sub(x)
    }

    fn gradient(self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, -g);
    }
}

/// c · x.
#[derive(Clone, Copy, Debug)]
struct Times(f64);

impl Elementwise<1> for Times {
    const NAME: &'static str = "mul";
    const KEEPS: Keep = Keep::NOTHING;
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        x * R::lit(self.0)
    }

    fn eval_integer(self, [x]: [i64; 1]) -> i64 {
        x.wrapping_mul(whole(self.0))
    }

    fn gradient(self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g * self.0);
    }
}

/// x / c.
#[derive(Clone, Copy, Debug)]
struct Over(f64);

impl Elementwise<1> for Over {
    const NAME: &'static str = "div";
    const KEEPS: Keep = Keep::NOTHING;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        x / R::lit(self.0)
    }

    fn gradient(self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g / self.0);
    }
}

/// A number for a tensor of integers.
fn whole(c: f64) -> i64 {
    assert!(c == c.trunc(), "a tensor of i64 has no arithmetic with {c}; convert with to_dtype");
    c as i64
}

/// c / x, with a number known to the program.
#[derive(Clone, Copy, Debug)]
struct Inverse(f64);

impl Elementwise<1> for Inverse {
    const NAME: &'static str = "div";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        R::lit(self.0) / x
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let x = saved.input(0);
        to.add(0, g * (-self.0 / &x / &x));
    }
}

/// x to a power known to the program.
#[derive(Clone, Copy, Debug)]
struct PowerOf(f64);

impl Elementwise<1> for PowerOf {
    const NAME: &'static str = "pow";

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        match self.0 {
            0.0 => R::lit(1.0),
            1.0 => x,
            2.0 => x * x,
            3.0 => x * x * x,
            4.0 => (x * x) * (x * x),
            -1.0 => R::lit(1.0) / x,
            0.5 => x.sqrt(),
            power => x.pow(R::lit(power)),
        }
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        match self.0 {
            0.0 => to.add(0, g.zeros_like()),
            power => to.add(0, g * (saved.input(0).pow(power - 1.0) * power)),
        }
    }
}

/// Binary operators between tensors, in the four forms of reference and value.
macro_rules! operators {
    ($($trait:ident, $method:ident, $op:ident;)*) => {$(
        impl $trait<&Tensor> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: &Tensor) -> Tensor {
                map($op, [self, other])
            }
        }

        impl $trait<Tensor> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: Tensor) -> Tensor {
                map($op, [self, &other])
            }
        }

        impl $trait<&Tensor> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: &Tensor) -> Tensor {
                map($op, [&self, other])
            }
        }

        impl $trait<Tensor> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: Tensor) -> Tensor {
                map($op, [&self, &other])
            }
        }
    )*};
}

operators! { Add, add, Sum; Sub, sub, Difference; Mul, mul, Product; Div, div, Quotient; }

/// Operators with a number, which takes the tensor's type.
macro_rules! with_numbers {
    ($($trait:ident, $method:ident, |$c:ident| $right:expr, $left:expr;)*) => {$(
        impl $trait<f64> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, $c: f64) -> Tensor {
                map($right, [self])
            }
        }

        impl $trait<f64> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, $c: f64) -> Tensor {
                map($right, [&self])
            }
        }

        impl $trait<&Tensor> for f64 {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, x: &Tensor) -> Tensor {
                let $c = self;
                map($left, [x])
            }
        }

        impl $trait<Tensor> for f64 {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, x: Tensor) -> Tensor {
                let $c = self;
                map($left, [&x])
            }
        }
    )*};
}

with_numbers! {
    Add, add, |c| Plus(c), Plus(c);
    Sub, sub, |c| Plus(-c), Minus(c);
    Mul, mul, |c| Times(c), Times(c);
    Div, div, |c| Over(c), Inverse(c);
}

impl Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        map(Negative, [self])
    }
}

impl Neg for Tensor {
    type Output = Self;
    #[track_caller]
    fn neg(self) -> Self {
        map(Negative, [&self])
    }
}

impl Tensor {
    /// Each element to a power: x^p as IEEE pow.
    #[track_caller]
    pub fn pow(&self, power: f64) -> Self {
        map(PowerOf(power), [self])
    }

    /// x².
    #[track_caller]
    pub fn square(&self) -> Self {
        self.pow(2.0)
    }

    /// 1 / x.
    #[track_caller]
    pub fn reciprocal(&self) -> Self {
        1.0 / self
    }
}
