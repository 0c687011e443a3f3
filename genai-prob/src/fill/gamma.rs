//! Gamma values on registers: candidates a block at a time, rejected without branches.

use super::words::{FromWords, open_units};
use genai_core::Real;
use genai_core::kernels::Simd;
use genai_core::kernels::lanes::Vector;
use genai_core::random::{WORDS, normals};
use genai_core::real::Mask;

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

    /// `d · v` where accepted, otherwise −1, from a normal value and a uniform one. Of 50 candidates 49 pass the test that
    /// needs no logarithm; where a register's all do, it is the only one.
    #[inline(always)]
    fn candidate<V: Vector<Scalar = f64>>(&self, x: V, u: V) -> V {
        let (zero, one, d) = (V::splat(0.0), V::splat(1.0), V::splat(self.d));
        let root = one + V::splat(self.c) * x;
        let (square, cube) = (x * x, root * root * root);
        let excess = u - (one - V::splat(0.0331) * square * square); // positive wherever the root is not
        if excess.peak() < 0.0 {
            return d * cube;
        }
        let positive = zero.lt(root);
        let v = V::select(positive, cube, one);
        let bound = V::splat(0.5) * square + d * (one - v + v.ln());
        let accepted = positive.and(excess.lt(zero).or(u.ln().lt(bound)));
        V::select(accepted, d * v, V::splat(-1.0))
    }
}

impl FromWords for Gamma {
    #[inline(always)]
    fn draw<S: Simd>(&self, words: &[u64; WORDS], out: &mut [f64; WORDS]) -> usize {
        let (mut u, mut normal) = ([0.0; WORDS], [0.0; 2 * PAIRS]);
        let pairs = if self.boost < 0.0 { BOOSTED_PAIRS } else { PAIRS };
        // The words of a block: radii, angles, rejections of both values of a pair, boosts of both.
        for i in 0..pairs {
            (normal[i], normal[pairs + i]) = normals::<S>(words[i], words[pairs + i]);
        }
        open_units::<S>(&words[2 * pairs..], &mut u);
        let mut n = 0;
        for at in (0..2 * pairs).step_by(S::F64::WIDTH) {
            let mut value = self.candidate(S::F64::load(&normal[at..]), S::F64::load(&u[at..]));
            if self.boost < 0.0 {
                let e = S::F64::load(&u[2 * pairs + at..]).ln(); // (ln u) / shape, added to ln of the value
                value *= (S::F64::splat(-self.boost) * e).exp();
            }
            n += (value * S::F64::splat(self.scale)).store_nonnegative(&mut out[n..]);
        }
        n
    }
}
