//! Poisson values in constant time, by comparisons that seldom need a logarithm; with saddle-point masses, so that large
//! rates keep their digits.

use super::walk::{Few, MANY, walk};
use super::{standard_exponential, standard_normal, uniform};
use crate::domain::MOST;
use crate::special::formula::{HALF_LN_TAU, deviance, stirling_error};
use rand_core::RngCore;

/// Draws Poisson values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Poisson {
    rate: f64,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Few(Few),
    /// √rate, from a rate of 10 on.
    Many(f64),
}

impl Poisson {
    pub(crate) fn new(rate: f64) -> Self {
        let few = || Few::new((-rate).exp(), |k| rate / k);
        Self { rate, method: if rate < MANY { Method::Few(few()) } else { Method::Many(rate.sqrt()) } }
    }

    /// A value, capped at 2⁵³.
    #[inline]
    pub(crate) fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        match &self.method {
            Method::Few(few) => few.draw(|k| self.rate / k, rng),
            Method::Many(sd) => near_normal(self.rate, *sd, rng),
        }
    }
}

/// One value of a rate that is used once, capped at 2⁵³.
#[inline]
pub(crate) fn poisson<R: RngCore + ?Sized>(rate: f64, rng: &mut R) -> f64 {
    if rate < MANY { walk((-rate).exp(), |k| rate / k, rng) } else { near_normal(rate, rate.sqrt(), rng) }
}

/// A normal value, rounded down. Most such values pass a cubic test; the rest are rejected as often as the masses ask, and
/// then made up for from a double exponential. (The source lets values near and above the mean pass first: they pass the
/// cubic test too, and one branch that is nearly always taken costs less than two.)
///
/// Source: Ahrens & Dieter 1982, *Computer generation of Poisson deviates from modified normal distributions* (PD).
#[inline]
fn near_normal<R: RngCore + ?Sized>(rate: f64, sd: f64, rng: &mut R) -> f64 {
    let x = rate + sd * standard_normal(rng);
    if rate >= 1e14 {
        return x.round().clamp(0.0, MOST); // skewness below 10⁻⁷
    }
    let (u, k) = (uniform(rng), x as i64 as f64);
    let d = rate - k;
    if (x >= 0.0) & (6.0 * rate * rate * u >= d * d * d) {
        return k;
    }
    let masses = NearNormal::new(rate, sd);
    if x >= 0.0 {
        let (mass, normal) = masses.at(k);
        if normal * (1.0 - u) <= mass {
            return k;
        }
    }
    loop {
        let e = standard_exponential(rng);
        let u = 2.0 * uniform(rng) - 1.0;
        let t = 1.8 + e.copysign(u);
        if t <= -0.6744 {
            continue;
        }
        let k = (rate + sd * t) as i64 as f64;
        let (mass, normal) = masses.at(k);
        if 0.1069 / rate * u.abs() <= (mass - normal) * e.exp() {
            return k;
        }
    }
}

/// Poisson masses beside those of the normal values, rounded down.
struct NearNormal {
    rate: f64,
    sd: f64,
    /// Of the Hermite expansion of the normal values' masses.
    coefficients: [f64; 4],
}

impl NearNormal {
    fn new(rate: f64, sd: f64) -> Self {
        let b1 = 1.0 / (24.0 * rate);
        let b2 = 0.3 * b1 * b1;
        let c3 = b1 * b2 / 7.0;
        let coefficients = [1.0 - b1 + 3.0 * b2 - 15.0 * c3, b1 - 6.0 * b2 + 45.0 * c3, b2 - 15.0 * c3, c3];
        Self { rate, sd, coefficients }
    }

    /// The mass of k, and that of k among the normal values.
    fn at(&self, k: f64) -> (f64, f64) {
        let x = (k - self.rate + 0.5) / self.sd;
        let square = x * x;
        let [c0, c1, c2, c3] = self.coefficients;
        let series = ((c3 * square + c2) * square + c1) * square + c0;
        (ln_poisson(k, self.rate).exp(), (-0.5 * square - HALF_LN_TAU).exp() / self.sd * series)
    }
}

fn ln_poisson(k: f64, rate: f64) -> f64 {
    if k == 0.0 {
        return -rate;
    }
    -deviance(k, rate) - stirling_error(k) - 0.5 * k.ln() - HALF_LN_TAU
}
