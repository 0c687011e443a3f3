//! Poisson and binomial values in constant time, by comparisons that seldom need a logarithm; with saddle-point masses, so
//! that large parameters keep their digits.

use super::{open_uniform, standard_exponential, standard_normal, uniform};
use crate::domain::MOST;
use crate::special::formula::{HALF_LN_TAU, deviance, stirling_error};
use rand_core::RngCore;

/// A Poisson value, capped at 2⁵³; below a rate of 10 by multiplying uniforms.
#[inline]
pub(crate) fn poisson<R: RngCore + ?Sized>(rate: f64, rng: &mut R) -> f64 {
    if rate < 10.0 {
        return poisson_product(rate, rng);
    }
    if rate >= 1e14 {
        return (rate + rate.sqrt() * standard_normal(rng)).round().clamp(0.0, MOST); // skewness below 10⁻⁷
    }
    poisson_normal(rate, rng)
}

fn poisson_product<R: RngCore + ?Sized>(rate: f64, rng: &mut R) -> f64 {
    let (end, mut product, mut count) = ((-rate).exp(), open_uniform(rng), 0.0);
    while product > end {
        product *= open_uniform(rng);
        count += 1.0;
    }
    count
}

/// A normal value, rounded down. Most such values are Poisson values as they are, or pass a cubic test; the rest are
/// rejected as often as the masses ask, and then made up for from a double exponential.
///
/// Source: Ahrens & Dieter 1982, *Computer generation of Poisson deviates from modified normal distributions* (PD).
#[inline]
fn poisson_normal<R: RngCore + ?Sized>(rate: f64, rng: &mut R) -> f64 {
    let sd = rate.sqrt();
    let x = rate + sd * standard_normal(rng);
    let (mut u, k) = (0.0, x as i64 as f64);
    if x >= 0.0 {
        if k > rate - 2.1484 {
            return k;
        }
        u = uniform(rng);
        let d = rate - k;
        if 6.0 * rate * rate * u >= d * d * d {
            return k;
        }
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

/// A binomial value; where n p < 10 by inversion.
#[inline]
pub(crate) fn binomial<R: RngCore + ?Sized>(n: f64, p: f64, rng: &mut R) -> f64 {
    let (few, less) = (p <= 0.5, p.min(1.0 - p));
    let k = if n * less < 10.0 { binomial_inversion(n, less, rng) } else { binomial_rejection(n, less, rng) };
    if few { k } else { n - k }
}

/// Walks up the masses from 0; about n p steps.
fn binomial_inversion<R: RngCore + ?Sized>(n: f64, p: f64, rng: &mut R) -> f64 {
    let odds = p / (1.0 - p);
    let mut mass = (n * (-p).ln_1p()).exp();
    let (mut u, mut k) = (open_uniform(rng), 0.0);
    while u > mass && k < n {
        u -= mass;
        k += 1.0;
        mass *= odds * (n - k + 1.0) / k;
        if mass < 1e-300 {
            break; // the rest of the mass is below the spacing of uniforms
        }
    }
    k
}

/// Transformed rejection: half of the values from one uniform number and no comparison with the masses.
///
/// Source: Hörmann 1993, *The generation of binomial random variates* (BTRD).
#[inline]
fn binomial_rejection<R: RngCore + ?Sized>(n: f64, p: f64, rng: &mut R) -> f64 {
    let (mean, sd) = (n * p, (n * p * (1.0 - p)).sqrt());
    let b = 1.15 + 2.53 * sd;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let v_r = 0.92 - 4.2 / b;
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
fn ln_binomial(k: f64, n: f64, p: f64) -> f64 {
    if k == 0.0 || k == n {
        let all = if k == 0.0 { n * (-p).ln_1p() } else { n * p.ln() };
        return all - stirling_error(n) + HALF_LN_TAU;
    }
    let rest = n - k;
    let saddle = -deviance(k, n * p) - deviance(rest, n * (1.0 - p));
    saddle - stirling_error(k) - stirling_error(rest) + 0.5 * (n / rest / k).ln()
}
