//! Whole numbers from any mass function with one peak.

use super::open_uniform;
use rand_core::RngCore;

/// A whole number from `lower` to `upper` with mass proportional to e^`ln_mass`, which rises to `mode` and falls behind it.
///
/// Ratio of uniforms over a rectangle that covers the binomial, Poisson and hypergeometric families: about 1.3 tries.
///
/// Source: Stadlober 1990, *The ratio of uniforms approach for generating discrete random variates*.
pub(crate) fn unimodal<R: RngCore + ?Sized>(
    (lower, upper): (f64, f64),
    (mean, variance): (f64, f64),
    mode: f64,
    ln_mass: impl Fn(f64) -> f64,
    rng: &mut R,
) -> f64 {
    const SLOPE: f64 = 1.715_527_769_921_413_5; // 2 √(2/e)
    const SHIFT: f64 = 0.898_916_162_058_898_8; // 3 − 2 √(3/e)
    let width = SLOPE * (variance + 0.5).sqrt() + SHIFT;
    let top = ln_mass(mode);
    loop {
        let (u, v) = (open_uniform(rng), open_uniform(rng));
        let x = (mean + 0.5 + width * (v - 0.5) / u).floor();
        if lower <= x && x <= upper && 2.0 * u.ln() <= ln_mass(x) - top {
            return x;
        }
    }
}
