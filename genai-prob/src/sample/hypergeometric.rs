//! Hypergeometric values: few by their masses from 0 upwards, many by a ratio of uniforms.

use super::binomial::ln_binomial;
use super::walk::{Few, MANY};
use super::{open_uniform, uniform};
use crate::special::formula::{HALF_LN_TAU, stirling_error};
use rand_core::RngCore;

/// Draws hypergeometric values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hypergeometric {
    /// Of how many things, how many are of the rarer kind.
    all: f64,
    rare: f64,
    /// How many are drawn, or left where fewer are left than drawn.
    taken: f64,
    /// The value is `offset + sign · k`, k the number of the rarer kind among the taken.
    offset: f64,
    sign: f64,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Few(Few),
    Many { middle: f64, width: f64, mode: f64, top: f64 },
}

/// So near to the mode a mass is compared step by step.
const NEAR: f64 = 24.0;

impl Hypergeometric {
    pub(crate) fn new(all: f64, successes: f64, draws: f64) -> Self {
        let (rare, taken) = (successes.min(all - successes), draws.min(all - draws));
        // Of what is drawn or left, then of what is a success or a failure.
        let (mut offset, mut sign) = (0.0, 1.0);
        if rare < successes {
            (offset, sign) = (taken, -1.0);
        }
        if taken < draws {
            (offset, sign) = (successes - offset, -sign);
        }
        let mean = rare * (taken / all.max(1.0));
        let method = if mean < MANY {
            let none = if rare.min(taken) == 0.0 { 1.0 } else { none(all, rare, taken) };
            Method::Few(Few::new(none, ratio_of(all, rare, taken)))
        } else {
            let variance = mean * ((all - rare) / all) * ((all - taken) / (all - 1.0));
            let mode = ((taken + 1.0) * ((rare + 1.0) / (all + 2.0))).floor();
            // Half the width of Stadlober's rectangle: √(2/e) and 3/2 − √(3/e).
            let width = 0.857_763_884_960_706_8 * (variance + 0.5).sqrt() + 0.449_458_081_029_439_4;
            Method::Many { middle: mean + 0.5, width, mode, top: ln_mass(mode, all, rare, taken) }
        };
        Self { all, rare, taken, offset, sign, method }
    }

    /// A value.
    ///
    /// Source of the rejection: Stadlober 1990, *The ratio of uniforms approach for generating discrete random variates*.
    pub(crate) fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let Self { all, rare, taken, .. } = *self;
        let most = rare.min(taken);
        let k = match &self.method {
            Method::Few(few) => few.draw(ratio_of(all, rare, taken), rng).min(most),
            Method::Many { middle, width, mode, top } => loop {
                let u = open_uniform(rng);
                let k = (middle + 2.0 * width * (uniform(rng) - 0.5) / u).floor();
                if !(0.0..=most).contains(&k) {
                    continue;
                }
                if (k - mode).abs() <= NEAR {
                    let (lower, upper) = (k.min(*mode), k.max(*mode));
                    let rise = climb(lower, upper, ratio_of(all, rare, taken));
                    if if k < *mode { u * u * rise <= 1.0 } else { u * u <= rise } {
                        break k;
                    }
                    continue;
                }
                let height = ln_mass(k, all, rare, taken) - top;
                if u * (4.0 - u) - 3.0 <= height || 2.0 * u.ln() <= height {
                    break k;
                }
            },
        };
        self.offset + self.sign * k
    }
}

/// ln of the mass of k but for what all k share: a product of binomial masses at the probability that one thing is taken, by
/// their saddle points, so that large numbers keep their digits.
fn ln_mass(k: f64, all: f64, rare: f64, taken: f64) -> f64 {
    let p = taken / all;
    ln_binomial(k, rare, p) + ln_binomial(taken - k, all - rare, p)
}

/// The mass of `to` by that of `from` ≤ `to`, a step at a time.
fn climb(from: f64, to: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut product, mut k) = (1.0, from);
    while k < to {
        k += 1.0;
        product *= ratio(k);
    }
    product
}

/// The mass of 0.
fn none(all: f64, rare: f64, taken: f64) -> f64 {
    let shared = stirling_error(rare) + stirling_error(all - rare) - stirling_error(all) - HALF_LN_TAU;
    (ln_mass(0.0, all, rare, taken) - ln_binomial(taken, all, taken / all) + shared).exp()
}

/// The mass of k by that of k − 1.
#[inline]
fn ratio_of(all: f64, rare: f64, taken: f64) -> impl Fn(f64) -> f64 {
    let rest = all - rare - taken;
    move |k| (rare - k + 1.0) * (taken - k + 1.0) / (k * (rest + k))
}
