//! Small whole numbers by their masses, from 0 upwards.

use super::open_uniform;
use rand_core::RngCore;

/// Expected numbers from here on are many, and not walked to.
pub(super) const MANY: f64 = 10.0;
/// Masses whose sums [`Few`] keeps: nearly all of a distribution whose mean is below [`MANY`].
const KEPT: usize = 16;

/// The sums of the first masses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Few {
    sums: [f64; KEPT],
    /// The last of these masses.
    last: f64,
}

impl Few {
    /// From the mass of 0 and the masses of k by those of k − 1.
    pub(super) fn new(none: f64, ratio: impl Fn(f64) -> f64) -> Self {
        let (mut sums, mut last) = ([none; KEPT], none);
        for k in 1..KEPT {
            last *= ratio(k as f64);
            sums[k] = sums[k - 1] + last;
        }
        Self { sums, last }
    }

    /// A value: how many of the sums a uniform number exceeds, which no branch depends on.
    #[inline]
    pub(super) fn draw<R: RngCore + ?Sized>(&self, ratio: impl Fn(f64) -> f64, rng: &mut R) -> f64 {
        let u = open_uniform(rng);
        let below: i64 = self.sums.iter().map(|sum| i64::from(*sum < u)).sum();
        if below < KEPT as i64 {
            return below as f64;
        }
        go_on(u - self.sums[KEPT - 1], KEPT as f64 - 1.0, self.last, ratio)
    }
}

/// A value whose distribution is drawn from once.
#[inline]
pub(super) fn walk<R: RngCore + ?Sized>(none: f64, ratio: impl Fn(f64) -> f64, rng: &mut R) -> f64 {
    let u = open_uniform(rng);
    if u <= none { 0.0 } else { go_on(u - none, 0.0, none, ratio) }
}

/// Goes on from k, of this mass, until what is left of a uniform number is used up.
fn go_on(mut left: f64, mut k: f64, mut mass: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    loop {
        k += 1.0;
        mass *= ratio(k);
        // Once the masses fall, what remains of them soon is less than the spacing of uniform numbers.
        if left <= mass || mass < 1e-300 {
            return k;
        }
        left -= mass;
    }
}
