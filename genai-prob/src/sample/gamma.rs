//! Gamma values.

use super::{open_uniform, standard_exponential, standard_normal};
use rand_core::RngCore;

/// A gamma value of this shape and rate 1; below the smallest normal f64 it is that number.
///
/// Source: Marsaglia & Tsang 2000, *A simple method for generating gamma variables*.
#[inline]
pub(crate) fn standard_gamma<R: RngCore + ?Sized>(shape: f64, rng: &mut R) -> f64 {
    if shape >= 1.0 {
        return marsaglia_tsang(shape, rng);
    }
    ln_standard_gamma(shape, rng).exp().max(f64::MIN_POSITIVE)
}

/// The logarithm of a gamma value of this shape and rate 1: shapes of 10⁻³ and less have most of their mass below 10⁻³⁰⁸.
pub(crate) fn ln_standard_gamma<R: RngCore + ?Sized>(shape: f64, rng: &mut R) -> f64 {
    if shape >= 1.0 {
        return marsaglia_tsang(shape, rng).ln();
    }
    // X(a) = X(a + 1) U^(1/a)
    marsaglia_tsang(shape + 1.0, rng).ln() - standard_exponential(rng) / shape
}

/// For shapes from 1 on: a cubed normal, accepted 19 times of 20 or more.
#[inline]
fn marsaglia_tsang<R: RngCore + ?Sized>(shape: f64, rng: &mut R) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = standard_normal(rng);
        let t = 1.0 + c * x;
        if t <= 0.0 {
            continue;
        }
        let v = t * t * t;
        let u = open_uniform(rng);
        if u < 1.0 - 0.0331 * (x * x) * (x * x) || u.ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
            return d * v;
        }
    }
}
