//! Gamma values on registers: candidates a block at a time, rejected without branches.

use super::words::{FromWords, open_units};
use genai_core::Real;
use genai_core::kernels::Simd;
use genai_core::kernels::lanes::Vector;
use genai_core::random::WORDS;
use std::f64::consts::TAU;

/// Gamma(shape) · scale by a cube of a normal value; a shape below 1 is that of shape + 1 times u^(1/shape).
///
/// Source: Marsaglia & Tsang 2000, *A simple method for generating gamma variables*.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gamma {
    d: f64,
    c: f64,
    scale: f64,
    /// −1/shape below 1, otherwise 0.
    boost: f64,
}

/// Pairs of candidates that a block of words gives: four words a pair.
const PAIRS: usize = WORDS / 4;
/// The same where a pair needs six, in whole registers.
const BOOSTED_PAIRS: usize = 40;

impl Gamma {
    pub(crate) fn new(shape: f64, scale: f64) -> Self {
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        Self { d, c: (9.0 * d).sqrt().recip(), scale, boost: if shape < 1.0 { -shape.recip() } else { 0.0 } }
    }

    /// `d · v` where accepted, otherwise −1, from a normal value and a uniform one.
    #[inline(always)]
    fn candidate<V: Vector<Scalar = f64>>(&self, x: V, u: V) -> V {
        let (one, d) = (V::splat(1.0), V::splat(self.d));
        let root = one + V::splat(self.c) * x;
        let positive = V::lit(0.0).lt(root);
        let cube = root * root * root;
        let v = V::select(positive, cube, one);
        let bound = V::splat(0.5) * x * x + d * (one - v + v.ln());
        let accepted = u.ln().lt(bound);
        V::select(positive, V::select(accepted, d * v, V::splat(-1.0)), V::splat(-1.0))
    }
}

impl FromWords for Gamma {
    #[inline(always)]
    fn draw<S: Simd>(&self, words: &[u64; WORDS], out: &mut [f64; WORDS]) -> usize {
        let (mut u, mut values) = ([0.0; WORDS], [0.0; 2 * PAIRS]);
        open_units(words, &mut u);
        let pairs = if self.boost < 0.0 { BOOSTED_PAIRS } else { PAIRS };
        // The words of a block: radii, angles, rejections of both values of a pair, boosts of both.
        for at in (0..pairs).step_by(S::F64::WIDTH) {
            let radius = (S::F64::splat(-2.0) * S::F64::load(&u[at..]).ln()).sqrt();
            let angle = S::F64::splat(TAU) * S::F64::load(&u[pairs + at..]);
            let (first, second) = (S::F64::load(&u[2 * pairs + at..]), S::F64::load(&u[3 * pairs + at..]));
            self.candidate(radius * angle.cos(), first).store(&mut values[at..]);
            self.candidate(radius * angle.sin(), second).store(&mut values[pairs + at..]);
        }
        if self.boost < 0.0 {
            for at in (0..2 * pairs).step_by(S::F64::WIDTH) {
                let e = S::F64::load(&u[4 * pairs + at..]).ln(); // (ln u) / shape, added to ln of the value
                let factor = (S::F64::splat(-self.boost) * e).exp();
                (S::F64::load(&values[at..]) * factor).store(&mut values[at..]);
            }
        }
        let mut n = 0;
        for value in &values[..2 * pairs] {
            out[n] = value * self.scale;
            n += usize::from(value.is_sign_positive());
        }
        n
    }
}
