//! Draws from any log-concave distribution of whole numbers whose masses are known.

use crate::Support;
use crate::sample::{open_uniform, uniform};
use crate::special::Double;
use rand_core::RngCore;

/// Standard deviations below which the masses are walked from the mode.
const NARROW: f64 = 12.0;

/// A sampler; the masses are evaluated in twice the precision, so that large parameters draw what they say.
#[derive(Clone, Debug)]
pub(crate) struct Unimodal<F> {
    support: Support,
    /// Masses from the mode outwards, cumulated, of a narrow distribution; otherwise empty.
    walk: Vec<(f64, f64)>,
    /// Middle and half width of the hat.
    middle: f64,
    width: f64,
    /// ln of the mass at the mode, and of any.
    top: f64,
    ln_mass: F,
}

impl<F: Fn(f64) -> Double> Unimodal<F> {
    /// The sampler of a distribution with these moments.
    pub(crate) fn new(support: Support, mean: f64, variance: f64, mode: f64, ln_mass: F) -> Self {
        // the half width of Stadlober's rectangle: √(2/e) and 3/2 − √(3/e) by the variance of a normal value and its rounding
        let width = 0.857_763_884_960_706_8 * (variance + 0.5).sqrt() + 0.449_458_081_029_439_4;
        let walk = if variance < NARROW * NARROW { walk(support, mode, &ln_mass) } else { Vec::new() };
        Self { support, walk, middle: mean + 0.5, width, top: ln_mass(mode).value(), ln_mass }
    }

    /// One draw: by the table, or by a ratio of uniforms.
    ///
    /// Source: Stadlober 1990, *The ratio of uniforms approach for generating discrete random variates*.
    pub(crate) fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        if let Some((last, _)) = self.walk.last() {
            let u = uniform(rng);
            return self.walk.get(self.walk.partition_point(|(_, up_to)| *up_to <= u)).map_or(*last, |(k, _)| *k);
        }
        loop {
            let u = open_uniform(rng);
            let k = (self.middle + 2.0 * self.width * (uniform(rng) - 0.5) / u).floor();
            if !self.support.contains(k) {
                continue;
            }
            let height = (self.ln_mass)(k).value() - self.top;
            if u * (4.0 - u) - 3.0 <= height || 2.0 * u.ln() <= height {
                return k;
            }
        }
    }
}

/// Places and cumulated masses from the mode outwards, the larger neighbour first, until 10⁻²⁰ is left.
fn walk(support: Support, mode: f64, ln_mass: &impl Fn(f64) -> Double) -> Vec<(f64, f64)> {
    let mass = |k: f64| if support.contains(k) { ln_mass(k).exp() } else { 0.0 };
    let (mut walk, mut total) = (vec![(mode, mass(mode))], mass(mode));
    let (mut low, mut high) = ((mode - 1.0, mass(mode - 1.0)), (mode + 1.0, mass(mode + 1.0)));
    while low.1.max(high.1) > 1e-22 {
        let (k, p) = if low.1 > high.1 { low } else { high };
        total += p;
        walk.push((k, total));
        if low.1 > high.1 { low = (k - 1.0, mass(k - 1.0)) } else { high = (k + 1.0, mass(k + 1.0)) }
    }
    walk
}
