//! Standard exponential values on registers, by inversion.

use super::words::{FromWords, open_units};
use genai_core::Real;
use genai_core::kernels::Simd;
use genai_core::kernels::lanes::Vector;
use genai_core::random::WORDS;

/// −scale · ln u.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exponential {
    pub(crate) scale: f64,
}

impl FromWords for Exponential {
    #[inline(always)]
    fn draw<S: Simd>(&self, words: &[u64; WORDS], out: &mut [f64; WORDS]) -> usize {
        open_units(words, out);
        let scale = S::F64::splat(-self.scale);
        for at in (0..WORDS).step_by(S::F64::WIDTH) {
            (scale * S::F64::load(&out[at..]).ln()).store(&mut out[at..]);
        }
        WORDS
    }
}
