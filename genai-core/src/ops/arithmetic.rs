//! Sums, products, powers, extremes of two tensors.

use super::elementwise::{Elementwise, map};
use crate::graph::Sink;
use crate::op::{Keep, Saved};
use crate::real::Real;
use crate::tensor::Tensor;

/// x + y.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum;

impl Elementwise<2> for Sum {
    const NAME: &'static str = "add";
    const KEEPS: Keep = Keep::NOTHING;
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        x + y
    }

    fn eval_integer(self, [x, y]: [i64; 2]) -> i64 {
        x.wrapping_add(y)
    }

    fn gradient(self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.clone());
        to.add(1, g.clone());
    }
}

/// x − y.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Difference;

impl Elementwise<2> for Difference {
    const NAME: &'static str = "sub";
    const KEEPS: Keep = Keep::NOTHING;
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        x - y
    }

    fn eval_integer(self, [x, y]: [i64; 2]) -> i64 {
        x.wrapping_sub(y)
    }

    fn gradient(self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.clone());
        if to.wants(1) {
            to.add(1, -g);
        }
    }
}

/// x · y.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product;

impl Elementwise<2> for Product {
    const NAME: &'static str = "mul";
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        x * y
    }

    fn eval_integer(self, [x, y]: [i64; 2]) -> i64 {
        x.wrapping_mul(y)
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        if to.wants(0) {
            to.add(0, g * saved.input(1));
        }
        if to.wants(1) {
            to.add(1, g * saved.input(0));
        }
    }
}

/// x / y.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quotient;

impl Elementwise<2> for Quotient {
    const NAME: &'static str = "div";

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        x / y
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let by_x = g / saved.input(1);
        if to.wants(1) {
            to.add(1, -(&by_x * (saved.input(0) / saved.input(1))));
        }
        to.add(0, by_x);
    }
}

/// −x.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Negative;

impl Elementwise<1> for Negative {
    const NAME: &'static str = "neg";
    const KEEPS: Keep = Keep::NOTHING;
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x]: [R; 1]) -> R {
        -x
    }

    fn eval_integer(self, [x]: [i64; 1]) -> i64 {
        x.wrapping_neg()
    }

    fn gradient(self, _: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, -g);
    }
}

/// x to the power y, as IEEE pow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Power;

impl Elementwise<2> for Power {
    const NAME: &'static str = "pow";

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        x.pow(y)
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let (x, y) = (saved.input(0), saved.input(1));
        if to.wants(0) {
            let slope = &y * x.pow_tensor(&(&y - 1.0));
            to.add(0, g * Tensor::choose(&y.eq(0.0), &y.zeros_like(), &slope));
        }
        if to.wants(1) {
            // 0 to a power that is not negative has no slope by it, whatever ln 0 is.
            let flat = x.eq(0.0).logical_and(&y.ge(0.0));
            let ln = Tensor::choose(&flat, &x.ones_like(), &x).ln();
            let slope = x.pow_tensor(&y) * ln;
            to.add(1, g * Tensor::choose(&flat, &slope.zeros_like(), &slope));
        }
    }
}

/// The larger; NaN if either is. Equal inputs share the gradient.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maximum;

impl Elementwise<2> for Maximum {
    const NAME: &'static str = "maximum";
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        x.max(y)
    }

    fn eval_integer(self, [x, y]: [i64; 2]) -> i64 {
        x.max(y)
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        share_by_order(&saved.input(0), &saved.input(1), g, to);
    }
}

/// The smaller; NaN if either is. Equal inputs share the gradient.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Minimum;

impl Elementwise<2> for Minimum {
    const NAME: &'static str = "minimum";
    const INTEGER: bool = true;

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        x.min(y)
    }

    fn eval_integer(self, [x, y]: [i64; 2]) -> i64 {
        x.min(y)
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        share_by_order(&-saved.input(0), &-saved.input(1), g, to);
    }
}

/// All of g to the larger input, half to each of two equal ones.
fn share_by_order(x: &Tensor, y: &Tensor, g: &Tensor, to: &mut Sink<'_>) {
    let share = |larger: &Tensor, smaller: &Tensor| {
        (larger.gt(smaller).to_dtype(g.dtype()) + larger.ge(smaller).to_dtype(g.dtype())) * 0.5
    };
    if to.wants(0) {
        to.add(0, g * share(x, y));
    }
    if to.wants(1) {
        to.add(1, g * share(y, x));
    }
}

impl Tensor {
    /// Each element to the power of the other tensor's.
    #[track_caller]
    pub fn pow_tensor(&self, power: &Self) -> Self {
        map(Power, [self, power])
    }

    /// The larger of two, element by element; NaN if either is. Equal elements share the gradient.
    #[track_caller]
    pub fn maximum(&self, other: &Self) -> Self {
        map(Maximum, [self, other])
    }

    /// The smaller of two, element by element; NaN if either is. Equal elements share the gradient.
    #[track_caller]
    pub fn minimum(&self, other: &Self) -> Self {
        map(Minimum, [self, other])
    }
}
