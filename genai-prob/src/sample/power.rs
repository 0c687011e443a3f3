//! Whole numbers whose masses are powers of them.

use super::open_uniform;
use crate::discrete::power_sum::growth;
use rand_core::RngCore;

/// Draws whole numbers 1 … n with masses in proportion to k^(−s), by rejection from the inverted integral.
///
/// Source: Hörmann & Derflinger 1996, *Rejection-inversion to generate variates from monotone discrete distributions*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Power {
    s: f64,
    n: f64,
    /// The integral of x^(−s) from 1 to half a place beyond n.
    whole: f64,
    /// The same to 3/2, less the mass of 1: where that mass would begin.
    first: f64,
    /// Numbers no farther than this above where the integral was inverted are always right.
    surely: f64,
}

impl Power {
    pub(crate) fn new(s: f64, n: f64) -> Self {
        let whole = if n == f64::INFINITY { 1.0 / (s - 1.0) } else { integral(s, n + 0.5) };
        let surely = 2.0 - inverse(s, integral(s, 2.5) - 2f64.powf(-s));
        Self { s, n, whole, first: integral(s, 1.5) - 1.0, surely }
    }

    /// A value.
    #[inline]
    pub(crate) fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let Self { s, n, whole, first, surely } = *self;
        loop {
            let u = whole + open_uniform(rng) * (first - whole);
            let x = inverse(s, u);
            let k = x.round().clamp(1.0, n.min(f64::MAX));
            if k - x <= surely || u >= integral(s, k + 0.5) - k.powf(-s) {
                return k;
            }
        }
    }
}

/// ∫ t^(−s) dt from 1 to x.
fn integral(s: f64, x: f64) -> f64 {
    x.ln() * growth((1.0 - s) * x.ln())
}

/// Where the integral is u.
fn inverse(s: f64, u: f64) -> f64 {
    let y = ((1.0 - s) * u).max(-1.0);
    (if y.abs() < 1e-8 { u * (1.0 - 0.5 * y) } else { u * (y.ln_1p() / y) }).exp()
}
