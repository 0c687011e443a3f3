//! Functions of two numbers on a logarithmic scale.

use super::elementwise::{Elementwise, map};
use crate::graph::Sink;
use crate::op::Saved;
use crate::real::{Mask, Real};
use crate::tensor::Tensor;

/// ln(eˣ + eʸ).
#[derive(Clone, Copy, Debug)]
struct LogAddExp;

impl Elementwise<2> for LogAddExp {
    const NAME: &'static str = "log_add_exp";

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        // Equal infinities have no difference.
        let distance = R::select(x.eq(y), R::lit(0.0), (x - y).abs());
        x.max(y) + (-distance).exp().ln_1p()
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let (x, y) = (saved.input(0), saved.input(1));
        let infinite = x.eq(&y).logical_and(&x.abs().eq(f64::INFINITY));
        let share = Tensor::choose(&infinite, &Tensor::zeros_of((), g.dtype()), &(x - y)).sigmoid();
        if to.wants(1) {
            to.add(1, g * (1.0 - &share));
        }
        to.add(0, g * share);
    }
}

/// x·ln y, 0 where x is 0.
#[derive(Clone, Copy, Debug)]
struct Xlogy;

impl Elementwise<2> for Xlogy {
    const NAME: &'static str = "xlogy";

    #[inline(always)]
    fn eval<R: Real>(self, [x, y]: [R; 2]) -> R {
        let zero = R::lit(0.0);
        R::select(x.eq(zero).and(y.eq(y)), zero, x * y.ln())
    }

    fn gradient(self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let (x, y) = (saved.input(0), saved.input(1));
        // 0·ln 0 is flat; ln 0 and 0 / 0 shall not be seen.
        let flat = x.eq(0.0).logical_and(&y.eq(0.0));
        let safe = Tensor::choose(&flat, &Tensor::ones_of((), g.dtype()), &y);
        if to.wants(0) {
            to.add(0, g * safe.ln());
        }
        if to.wants(1) {
            to.add(1, g * (x / safe));
        }
    }
}

impl Tensor {
    /// ln(eˣ + eʸ), without overflow.
    #[track_caller]
    pub fn log_add_exp(&self, other: &Self) -> Self {
        map(LogAddExp, [self, other])
    }

    /// x·ln y, 0 where x is 0 (and y not NaN): `self` is x.
    #[track_caller]
    pub fn xlogy(&self, y: &Self) -> Self {
        map(Xlogy, [self, y])
    }
}
