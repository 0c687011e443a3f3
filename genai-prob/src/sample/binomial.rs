//! Binomial values in constant time, by comparisons that seldom need a logarithm; with saddle-point masses, so that large
//! numbers keep their digits.

use super::uniform;
use super::walk::{Few, MANY, walk};
use crate::special::formula::{HALF_LN_TAU, deviance, stirling_error};
use rand_core::RngCore;

/// Draws binomial values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Binomial {
    n: f64,
    /// The smaller of p and 1 − p: of the successes if `few`, otherwise of the failures.
    p: f64,
    few: bool,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Few(Few),
    Many(Rejection),
}

impl Binomial {
    pub(crate) fn new(n: f64, p: f64) -> Self {
        let (few, p) = (p <= 0.5, p.min(1.0 - p));
        let method = if n * p < MANY {
            Method::Few(Few::new(none(n, p), ratio_of(n, p)))
        } else {
            Method::Many(Rejection::new(n, p))
        };
        Self { n, p, few, method }
    }

    /// A value.
    #[inline]
    pub(crate) fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let k = match &self.method {
            Method::Few(few) => few.draw(ratio_of(self.n, self.p), rng).min(self.n),
            Method::Many(rejection) => rejection.draw(self.n, self.p, rng),
        };
        if self.few { k } else { self.n - k }
    }
}

/// One value of parameters that are used once.
#[inline]
pub(crate) fn binomial<R: RngCore + ?Sized>(n: f64, p: f64, rng: &mut R) -> f64 {
    let (few, p) = (p <= 0.5, p.min(1.0 - p));
    let k =
        if n * p < MANY { walk(none(n, p), ratio_of(n, p), rng).min(n) } else { Rejection::new(n, p).draw(n, p, rng) };
    if few { k } else { n - k }
}

/// The mass of 0.
fn none(n: f64, p: f64) -> f64 {
    (n * (-p).ln_1p()).exp()
}

/// The mass of k by that of k − 1.
#[inline]
fn ratio_of(n: f64, p: f64) -> impl Fn(f64) -> f64 {
    let odds = p / (1.0 - p);
    move |k| odds * (n - k + 1.0) / k
}

/// Transformed rejection: half of the values from one uniform number and no comparison with the masses.
///
/// Source: Hörmann 1993, *The generation of binomial random variates* (BTRD).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rejection {
    mean: f64,
    sd: f64,
    a: f64,
    b: f64,
    v_r: f64,
}

impl Rejection {
    fn new(n: f64, p: f64) -> Self {
        let sd = (n * p * (1.0 - p)).sqrt();
        let b = 1.15 + 2.53 * sd;
        Self { mean: n * p, sd, a: -0.0873 + 0.0248 * b + 0.01 * p, b, v_r: 0.92 - 4.2 / b }
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, n: f64, p: f64, rng: &mut R) -> f64 {
        let Self { mean, sd, a, b, v_r } = *self;
        let at = |u: f64, us: f64| (2.0 * a / us + b) * u + mean + 0.5;
        loop {
            let mut v = uniform(rng);
            if v <= 0.86 * v_r {
                let u = v / v_r - 0.43;
                return at(u, 0.5 - u.abs()) as i64 as f64;
            }
            let u = if v >= v_r {
                uniform(rng) - 0.5
            } else {
                let u = v / v_r - 0.93;
                v = v_r * uniform(rng);
                0.5f64.copysign(u) - u
            };
            let us = 0.5 - u.abs();
            let x = at(u, us);
            let k = x as i64 as f64;
            if x < 0.0 || k > n || us == 0.0 {
                continue;
            }
            let v = v * (2.83 + 5.1 / b) * sd / (a / (us * us) + b);
            if is_binomial(k, n, p, v) {
                return k;
            }
        }
    }
}

/// Whether v is at most the mass of k, the mode's being 1.
fn is_binomial(k: f64, n: f64, p: f64, v: f64) -> bool {
    let mode = ((n + 1.0) * p) as i64 as f64;
    let far = (k - mode).abs();
    if far <= 15.0 {
        return if k >= mode { v <= ratio(mode, k, n, p) } else { v * ratio(k, mode, n, p) <= 1.0 };
    }
    let (ln_v, variance) = (v.ln(), n * p * (1.0 - p));
    let slack = far / variance * (((far / 3.0 + 0.625) * far + 1.0 / 6.0) / variance + 0.5);
    let normal = -0.5 * far * far / variance;
    if (ln_v - normal).abs() > slack {
        return ln_v < normal;
    }
    ln_v <= ln_binomial(k, n, p) - ln_binomial(mode, n, p)
}

/// The mass of `to` by that of `from` ≤ `to`, a step at a time.
fn ratio(from: f64, to: f64, n: f64, p: f64) -> f64 {
    let odds = p / (1.0 - p);
    let (mut above, mut below, mut i) = (1.0, 1.0, from);
    while i < to {
        i += 1.0;
        above *= (n + 1.0 - i) * odds;
        below *= i;
    }
    above / below
}

/// ln of the mass, less δ(n) − ½ ln 2π, which all k share.
pub(super) fn ln_binomial(k: f64, n: f64, p: f64) -> f64 {
    if k == 0.0 || k == n {
        let all = if k == 0.0 { n * (-p).ln_1p() } else { n * p.ln() };
        return all - stirling_error(n) + HALF_LN_TAU;
    }
    let rest = n - k;
    let saddle = -deviance(k, n * p) - deviance(rest, n * (1.0 - p));
    saddle - stirling_error(k) - stirling_error(rest) + 0.5 * (n / rest / k).ln()
}
