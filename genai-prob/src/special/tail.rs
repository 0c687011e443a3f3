//! A probability known by its smaller side, and the integral that gives it for large parameters.

use super::double::{Double, Scaled};
use std::sync::OnceLock;

/// Which side of a point was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Lower,
    Upper,
}

impl Side {
    /// The other side.
    pub(crate) fn other(self) -> Self {
        if self == Self::Lower { Self::Upper } else { Self::Lower }
    }
}

/// The probability of one side of a point, at most about ¾; the other side is its complement without loss.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tail {
    pub(crate) side: Side,
    pub(crate) small: Scaled,
}

impl Tail {
    /// A side whose probability is zero.
    pub(crate) fn empty(side: Side) -> Self {
        Self { side, small: Scaled { exponent: Double::ZERO, factor: 0.0 } }
    }

    /// A side with a plain probability.
    pub(crate) fn plain(side: Side, value: f64) -> Self {
        Self { side, small: Scaled { exponent: Double::ZERO, factor: value } }
    }

    /// The same point seen from the mirrored axis.
    pub(crate) fn mirrored(self) -> Self {
        Self { side: self.side.other(), ..self }
    }

    /// The probability of a side.
    pub(crate) fn of(self, side: Side) -> f64 {
        if self.side == side { self.small.value() } else { 1.0 - self.small.value() }
    }

    /// Its logarithm.
    pub(crate) fn ln_of(self, side: Side) -> f64 {
        self.ln_double_of(side).value()
    }

    /// Its logarithm with the digits that a quantile needs.
    pub(crate) fn ln_double_of(self, side: Side) -> Double {
        if self.side == side { self.small.ln_double() } else { Double::from((-self.small.value()).ln_1p()) }
    }
}

/// ln(1 + u) − u, to its own last digits.
pub(crate) fn log1pmx(u: f64) -> f64 {
    if !(-0.4..0.6).contains(&u) {
        return u.ln_1p() - u;
    }
    let r = u / (2.0 + u); // ln(1 + u) = 2 artanh r
    let s = r * r;
    const ODD: [f64; 14] = [
        1.0 / 3.0,
        1.0 / 5.0,
        1.0 / 7.0,
        1.0 / 9.0,
        1.0 / 11.0,
        1.0 / 13.0,
        1.0 / 15.0,
        1.0 / 17.0,
        1.0 / 19.0,
        1.0 / 21.0,
        1.0 / 23.0,
        1.0 / 25.0,
        1.0 / 27.0,
        1.0 / 29.0,
    ];
    let excess = s * ODD.iter().rev().fold(0.0, |sum, c| sum * s + c);
    r * (2.0 * excess - u)
}

/// ∫ e^f(u) du from 0 to `limit`, for a concave f with f(0) = 0 that falls (`slope` its derivative).
///
/// What lies beyond e^(−40) is left out. The integrand is positive, so nothing cancels: 40 points of Gauss and Legendre
/// in two panels give 16 digits. `start` is a guess where f has fallen to −40; Newton's steps on a concave function
/// then end beyond that point.
pub(crate) fn decay_integral(f: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64, start: f64, limit: f64) -> f64 {
    const FALL: f64 = 40.0;
    let mut end = start;
    for _ in 0..3 {
        let steepness = slope(end);
        end = if steepness < 0.0 { end - (f(end) + FALL) / steepness } else { 2.0 * end };
        if end >= limit {
            end = if f(0.999 * limit) < -FALL { 0.999 * limit } else { limit };
        }
    }
    integrate(|u| f(u).exp(), 0.0, 0.4 * end) + integrate(|u| f(u).exp(), 0.4 * end, end)
}

/// ∫ f over one panel by Gauss and Legendre's rule.
pub(crate) fn integrate(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let half = 0.5 * (to - from);
    let middle = 0.5 * (to + from);
    half * rule().iter().map(|&(node, weight)| weight * f(middle + half * node)).sum::<f64>()
}

const NODES: usize = 20;

/// Nodes and weights of Gauss and Legendre on [−1, 1], by Newton's iteration on the polynomial.
fn rule() -> &'static [(f64, f64); NODES] {
    static RULE: OnceLock<[(f64, f64); NODES]> = OnceLock::new();
    RULE.get_or_init(|| {
        let mut rule = [(0.0, 0.0); NODES];
        for (i, entry) in rule.iter_mut().enumerate() {
            let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (NODES as f64 + 0.5)).cos();
            let mut derivative = 1.0;
            for _ in 0..8 {
                let (value, slope) = legendre(x);
                x -= value / slope;
                derivative = slope;
            }
            *entry = (x, 2.0 / ((1.0 - x * x) * derivative * derivative));
        }
        rule
    })
}

/// The Legendre polynomial of degree [`NODES`] and its derivative.
fn legendre(x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=NODES {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, NODES as f64 * (x * value - before) / (x * x - 1.0))
}
