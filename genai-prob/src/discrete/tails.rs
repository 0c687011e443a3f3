//! Tails of distributions of whole numbers whose masses are known and whose sums are not: from a place outwards, with relative
//! accuracy, in a time that hardly depends on the number of terms.

use crate::Support;
use crate::special::{Double, integrate};

/// The probability of the smaller side of a place, as (first mass) · (sum relative to it).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tails {
    lower: bool,
    first: Double,
    sum: f64,
}

impl Tails {
    /// Both sides of `k`, P(X ≤ k) and P(X > k), of masses whose logarithm is given for real arguments too. The masses may
    /// have one peak or be high at both ends of the support.
    pub(crate) fn at(k: f64, support: Support, mean: f64, ln_mass: impl Fn(f64) -> Double) -> Self {
        let k = k.floor();
        if k < support.lower || k >= support.upper {
            return Self { lower: k < support.lower, first: Double::ZERO, sum: 0.0 };
        }
        let side = |lower| {
            let (from, count) = if lower { (k, k - support.lower) } else { (k + 1.0, support.upper - k - 1.0) };
            let (first, sign) = (ln_mass(from), if lower { -1.0 } else { 1.0 });
            if !first.value().is_finite() {
                return Self { lower, first: Double::from(f64::NEG_INFINITY), sum: 1.0 }; // beyond what doubles hold
            }
            Self { lower, first, sum: sum(count.min(LONGEST), |x| (ln_mass(from + sign * x) - first).value()) }
        };
        let near = side(k < mean);
        if near.small() < 0.6 { near } else { side(k >= mean) }
    }

    fn small(self) -> f64 {
        if self.first.hi == f64::NEG_INFINITY { 0.0 } else { self.first.exp() * self.sum }
    }

    /// P(X ≤ k).
    pub(crate) fn cdf(self) -> f64 {
        if self.lower { self.small().min(1.0) } else { (1.0 - self.small()).max(0.0) }
    }

    /// P(X > k).
    pub(crate) fn sf(self) -> f64 {
        Self { lower: !self.lower, ..self }.cdf()
    }

    /// Its logarithm.
    pub(crate) fn ln_sf(self) -> f64 {
        Self { lower: !self.lower, ..self }.ln_cdf()
    }

    /// ln P(X ≤ k).
    pub(crate) fn ln_cdf(self) -> f64 {
        if self.lower { (self.first + self.sum.ln()).value().min(0.0) } else { (-self.small()).max(-1.0).ln_1p() }
    }
}

/// More terms than any sum needs: what stands for infinity.
const LONGEST: f64 = 1e300;
/// Terms next to an end that are added one by one: beyond them what changes at the end is smooth.
const NEAR: f64 = 16.0;
/// The slope of the logarithm below which a sum is an integral.
const SMOOTH: f64 = 0.1;
/// Terms relative to the sum that no longer count.
const NOTHING: f64 = 1e-18;

/// Σ e^l(j) for j = 0 … count, where l(0) = 0 and l is smooth but for its ends.
///
/// Terms at the ends one by one; between them the integral over panels that grow from both ends, with Gauss' corrections
/// by differences. Relative error 10⁻¹⁵ and what l brings.
pub(crate) fn sum(count: f64, l: impl Fn(f64) -> f64) -> f64 {
    let (mut total, start) = one_by_one(count, 1000.0, &l);
    if start > count {
        return total;
    }
    let (far, middle) = (l(count).exp(), start + 0.5 * (count - start));
    let one_sided = far <= NOTHING * total;
    total += smooth(start, if one_sided { count } else { middle }, total, &l);
    if one_sided {
        return total;
    }
    let back = |x: f64| l(count - x);
    let (ends, start) = one_by_one(count - middle, 4.0 * NEAR, &back);
    total + ends + smooth(start, count - middle, total, &back)
}

/// The terms before the logarithm becomes smooth, and the place of the first that is left; infinite if there are none. Fewer than
/// `room` are not worth an integral.
fn one_by_one(count: f64, room: f64, l: &impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut total, mut j, mut here) = (0.0, 0.0, l(0.0));
    while j <= count {
        let next = if j < count { l(j + 1.0) } else { f64::NEG_INFINITY };
        let slope = next - here;
        if j >= NEAR && slope.abs() < SMOOTH && j + room < count {
            return (total, j);
        }
        total += here.exp();
        if here.exp() < NOTHING * total && slope < 0.0 || here.is_nan() {
            break;
        }
        (j, here) = (j + 1.0, next);
    }
    (total, f64::INFINITY)
}

/// The terms from `start` on, without the half of one at `end` and its corrections.
fn smooth(start: f64, end: f64, total: f64, l: &impl Fn(f64) -> f64) -> f64 {
    if start > end {
        return 0.0;
    }
    0.5 * l(start).exp() + correction(start, l) + panels(start, end, total, l)
}

/// What Σ over j ≥ x exceeds ∫ from x and half the first term: by differences up to the ninth.
fn correction(x: f64, l: &impl Fn(f64) -> f64) -> f64 {
    const WEIGHTS: [f64; 5] = [
        11_639_731.0 / 159_667_200.0,
        -299_093.0 / 13_305_600.0,
        203_257.0 / 35_481_600.0,
        -230_371.0 / 239_500_800.0,
        14_797.0 / 191_600_640.0,
    ];
    let pair = |i: f64| l(x - i).exp() - l(x + i).exp();
    WEIGHTS.iter().zip(1..).map(|(weight, i)| weight * pair(f64::from(i))).sum()
}

/// ∫ e^l from `from` to `to` over panels whose ends grow fourfold, until the rest is nothing beside `total`.
fn panels(from: f64, to: f64, total: f64, l: &impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut low) = (0.0, from);
    while low < to {
        let high = (4.0 * low).min(to);
        let part = integrate(|x| l(x).exp(), low, high);
        sum += part;
        if part < NOTHING * (sum + total) && l(high) < l(low) {
            break;
        }
        low = high;
    }
    sum
}

/// −Σ p ln p of masses with this mode.
pub(crate) fn entropy(support: Support, mode: f64, ln_mass: impl Fn(f64) -> Double) -> f64 {
    let surprise = |x: f64| {
        let ln = ln_mass(x).value();
        if ln < 0.0 { ln + (-ln).ln() } else { f64::NEG_INFINITY }
    };
    let side = |from: f64, count: f64, sign: f64| {
        let first = surprise(from);
        let l = |x: f64| if first > f64::NEG_INFINITY { surprise(from + sign * x) - first } else { f64::NEG_INFINITY };
        if count < 0.0 { 0.0 } else { first.exp() * sum(count.min(LONGEST), l) }
    };
    side(mode, mode - support.lower, -1.0) + side(mode + 1.0, support.upper - mode - 1.0, 1.0)
}

/// The mode of a distribution with one peak, from a guess nearby: uphill, and to the smaller of two equal places.
pub(crate) fn climb(guess: f64, support: Support, ln_mass: impl Fn(f64) -> Double) -> f64 {
    let rise = |k: f64| (ln_mass(k) - ln_mass(k - 1.0)).value();
    let mut k = guess;
    for _ in 0..100 {
        if k < support.upper && rise(k + 1.0) > 1e-20 {
            k += 1.0;
        } else if k > support.lower && rise(k) <= 1e-20 {
            k -= 1.0;
        } else {
            break;
        }
    }
    k
}
