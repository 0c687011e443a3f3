//! Exponential values on registers, two from one logarithm.

use super::words::{FromWords, open_units};
use genai_core::Real;
use genai_core::kernels::Simd;
use genai_core::kernels::lanes::Vector;
use genai_core::random::WORDS;

/// Pairs x, y with x + y = −scale · ln(u₁u₂), of which the share of x is uniform: the sum of two exponential values has a
/// gamma distribution of shape 2 and is independent of the share of the first, which has a beta distribution of 1 and 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exponential {
    pub(crate) scale: f64,
}

/// Pairs that a block of words gives, in whole registers: three words a pair.
const PAIRS: usize = 80;

impl FromWords for Exponential {
    #[inline(always)]
    fn draw<S: Simd>(&self, words: &[u64; WORDS], out: &mut [f64; WORDS]) -> usize {
        let mut u = [0.0; 3 * PAIRS];
        open_units::<S>(words, &mut u);
        let scale = S::F64::splat(-self.scale);
        for at in (0..PAIRS).step_by(S::F64::WIDTH) {
            let product = S::F64::load(&u[at..]) * S::F64::load(&u[PAIRS + at..]);
            let both = scale * product.ln();
            let first = both * S::F64::load(&u[2 * PAIRS + at..]);
            first.store(&mut out[at..]);
            (both - first).store(&mut out[PAIRS + at..]);
        }
        2 * PAIRS
    }
}
