//! Beta values on registers: the share of one gamma value in the sum of two.

use super::gamma::Gamma;
use super::words::fill;
use genai_core::random::Key;

/// Values at a time: both gamma values stay in the first-level cache.
const BLOCK: usize = 4096;

/// Fills with Beta(a, b) = X / (X + Y), X ~ Gamma(a), Y ~ Gamma(b); for a and b so large that neither underflows.
pub(crate) fn fill_beta(a: f64, b: f64, key: Key, out: &mut [f64]) {
    fill(key.named("a"), &Gamma::new(a, 1.0), out);
    let (key, gamma) = (key.named("b"), Gamma::new(b, 1.0));
    genai_core::kernels::parallel::chunks(out, BLOCK, 20_000, |i, out| {
        let mut other = [0.0; BLOCK];
        let other = &mut other[..out.len()];
        fill(key.split(i as u64), &gamma, other);
        out.iter_mut().zip(other).for_each(|(x, y)| *x /= *x + *y);
    });
}
