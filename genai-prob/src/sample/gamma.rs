//! Gamma values.

use super::{open_uniform, standard_exponential, standard_normal};
use rand_core::RngCore;

/// Draws gamma values of rate 1.
///
/// Source: Marsaglia & Tsang 2000, *A simple method for generating gamma variables*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gamma {
    d: f64,
    c: f64,
    /// 1/shape up to 1, otherwise 0.
    boost: f64,
}

impl Gamma {
    #[inline]
    pub(crate) fn new(shape: f64) -> Self {
        let d = if shape <= 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        Self { d, c: (9.0 * d).sqrt().recip(), boost: if shape <= 1.0 { shape.recip() } else { 0.0 } }
    }

    /// A value; below the smallest normal f64 it is that number.
    #[inline]
    pub(crate) fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        if self.boost == 0.0 { self.cubed_normal(rng) } else { self.draw_small(rng) }
    }

    /// For shapes up to 1, apart: the other shapes' loop stays short.
    #[inline(never)]
    fn draw_small<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        if self.boost == 1.0 {
            return standard_exponential(rng);
        }
        if self.boost == 2.0 {
            let z = standard_normal(rng); // half its square has shape ½
            return (0.5 * z * z).max(f64::MIN_POSITIVE);
        }
        // X(a) = X(a + 1) U^(1/a)
        (self.cubed_normal(rng) * (-standard_exponential(rng) * self.boost).exp()).max(f64::MIN_POSITIVE)
    }

    /// The logarithm of a value: shapes of 10⁻³ and less have most of their mass below 10⁻³⁰⁸.
    pub(crate) fn draw_ln<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let ln = self.cubed_normal(rng).ln();
        if self.boost == 0.0 { ln } else { ln - standard_exponential(rng) * self.boost }
    }

    /// For shapes from 1 on: a cubed normal, accepted 19 times of 20 or more.
    #[inline]
    fn cubed_normal<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let Self { d, c, .. } = *self;
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
}

/// Draws two gamma values of rate 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gammas(Gamma, Gamma);

impl Gammas {
    pub(crate) fn new(a: f64, b: f64) -> Self {
        Self(Gamma::new(a), Gamma::new(b))
    }

    /// The quotient of the first and the second, also where neither can be told from 0.
    #[inline]
    pub(crate) fn quotient<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let Self(a, b) = self;
        if a.boost.max(b.boost) <= 2.0 {
            return a.draw(rng) / b.draw(rng);
        }
        (a.draw_ln(rng) - b.draw_ln(rng)).exp()
    }
}

/// A gamma value of this shape and rate 1; below the smallest normal f64 it is that number.
#[inline]
pub(crate) fn standard_gamma<R: RngCore + ?Sized>(shape: f64, rng: &mut R) -> f64 {
    Gamma::new(shape).draw(rng)
}

/// The logarithm of a gamma value of this shape and rate 1.
pub(crate) fn ln_standard_gamma<R: RngCore + ?Sized>(shape: f64, rng: &mut R) -> f64 {
    Gamma::new(shape).draw_ln(rng)
}
