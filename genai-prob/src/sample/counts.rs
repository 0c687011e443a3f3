//! Poisson and binomial values in constant time: Hörmann's transformed rejection, with saddle-point masses so that
//! large parameters keep their digits.

use super::{open_uniform, uniform};
use crate::domain::MOST;
use crate::special::formula::{HALF_LN_TAU, deviance, stirling_error};
use rand_core::RngCore;

/// A Poisson value, capped at 2⁵³.
///
/// Source: Hörmann 1993, *The transformed rejection method for generating Poisson random variables* (PTRS); below 10 by
/// multiplying uniforms.
pub(crate) fn poisson<R: RngCore + ?Sized>(rate: f64, rng: &mut R) -> f64 {
    if rate >= 1e14 {
        return (rate + rate.sqrt() * super::standard_normal(rng)).round().clamp(0.0, MOST); // skewness below 10⁻⁷
    }
    if rate < 10.0 { poisson_product(rate, rng) } else { poisson_rejection(rate, rng) }
}

fn poisson_product<R: RngCore + ?Sized>(rate: f64, rng: &mut R) -> f64 {
    let (end, mut product, mut count) = ((-rate).exp(), open_uniform(rng), 0.0);
    while product > end {
        product *= open_uniform(rng);
        count += 1.0;
    }
    count
}

fn poisson_rejection<R: RngCore + ?Sized>(rate: f64, rng: &mut R) -> f64 {
    let b = 0.931 + 2.53 * rate.sqrt();
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let v_r = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = uniform(rng) - 0.5;
        let v = open_uniform(rng);
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + rate + 0.43).floor();
        if us >= 0.07 && v <= v_r {
            return k;
        }
        if k < 0.0 || us < 0.013 && v > us {
            continue;
        }
        if (v * inverse_alpha / (a / (us * us) + b)).ln() <= ln_poisson(k, rate) {
            return k;
        }
    }
}

fn ln_poisson(k: f64, rate: f64) -> f64 {
    if k == 0.0 {
        return -rate;
    }
    -deviance(k, rate) - stirling_error(k) - 0.5 * (std::f64::consts::TAU * k).ln()
}

/// A binomial value.
///
/// Source: Hörmann 1993, *The generation of binomial random variates* (BTRS); where n p < 10 by inversion.
pub(crate) fn binomial<R: RngCore + ?Sized>(n: f64, p: f64, rng: &mut R) -> f64 {
    if p > 0.5 {
        return n - binomial(n, 1.0 - p, rng);
    }
    if n * p < 10.0 { binomial_inversion(n, p, rng) } else { binomial_rejection(n, p, rng) }
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

fn binomial_rejection<R: RngCore + ?Sized>(n: f64, p: f64, rng: &mut R) -> f64 {
    let (mean, q) = (n * p, 1.0 - p);
    let root = (mean * q).sqrt();
    let b = 1.15 + 2.53 * root;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let alpha = (2.83 + 5.1 / b) * root;
    let v_r = 0.92 - 4.2 / b;
    let mode = ((n + 1.0) * p).floor();
    let at_mode = ln_binomial(mode, n, p);
    loop {
        let u = uniform(rng) - 0.5;
        let v = open_uniform(rng);
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + mean + 0.5).floor();
        if us >= 0.07 && v <= v_r {
            return k;
        }
        if k < 0.0 || k > n {
            continue;
        }
        if (v * alpha / (a / (us * us) + b)).ln() <= ln_binomial(k, n, p) - at_mode {
            return k;
        }
    }
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
