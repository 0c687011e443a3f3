//! Quantiles of distributions that have none in closed form: bisection over the doubles themselves.
//!
//! Doubles in ascending order are integers in ascending order of their bits, so the smallest double at which a monotone
//! statement becomes true is found in 64 steps, whatever its magnitude: no start value, no tolerance, no endless loop.

use crate::distribution::{Support, Univariate};
use crate::domain::MOST;
use crate::special::Double;

/// The smallest x with P(X ≤ x) ≥ p.
pub(crate) fn quantile<D: Univariate + ?Sized>(d: &D, p: f64) -> f64 {
    if p > 0.5 {
        return isf(d, 1.0 - p.min(1.0)); // exact: 1 − p rounds nowhere on [½, 1]
    }
    if is_coarse(p) {
        return quantile_ln(d, p.ln());
    }
    ends(d.support(), p, 1.0).unwrap_or_else(|| {
        let x = smallest(d.support(), |x| d.cdf(x) >= p);
        settled(d, x, |x| (d.cdf(x) - p).abs() <= NEAR * p, |cdf| (cdf - p).value() >= -EQUAL * p)
    })
}

/// The smallest x with P(X > x) ≤ q.
pub(crate) fn isf<D: Univariate + ?Sized>(d: &D, q: f64) -> f64 {
    if q > 0.5 {
        return quantile(d, 1.0 - q.min(1.0));
    }
    if is_coarse(q) {
        return isf_ln(d, q.ln());
    }
    ends(d.support(), 1.0, q).unwrap_or_else(|| {
        let x = smallest(d.support(), |x| d.sf(x) <= q);
        settled(d, x, |x| q > LARGE && (d.sf(x) - q).abs() <= NEAR * q, |cdf| (Double::ONE - cdf - q).value() <= EQUAL)
    })
}

/// Probabilities relatively nearer than that to what is asked for are computed once more …
const NEAR: f64 = 1e-12;
/// … and are it where they differ by no more than their sum's rounding.
const EQUAL: f64 = 1e-27;
/// Below that the complement of a sum has too few digits left.
const LARGE: f64 = 1e-9;

/// The place that was found, or a neighbour of it where the probability is met so nearly that f64 cannot tell; `holds` is asked of
/// the distribution function in twice the precision.
fn settled<D: Univariate + ?Sized>(
    d: &D,
    x: f64,
    is_near: impl Fn(f64) -> bool,
    holds: impl Fn(Double) -> bool,
) -> f64 {
    let support = d.support();
    if !support.discrete {
        return x;
    }
    let decided = |x: f64| {
        if support.contains(x) && is_near(x) { d.cdf_in_two(x).map(|(hi, lo)| holds(Double { hi, lo })) } else { None }
    };
    match (decided(x - 1.0), decided(x)) {
        (Some(true), _) => x - 1.0,
        (_, Some(false)) => x + 1.0,
        _ => x,
    }
}

/// Whether the steps of the probabilities around p are so wide that many x share one: below the normal range.
fn is_coarse(p: f64) -> bool {
    0.0 < p && p < f64::MIN_POSITIVE
}

/// The smallest x with ln P(X ≤ x) ≥ ln p.
pub(crate) fn quantile_ln<D: Univariate + ?Sized>(d: &D, ln_p: f64) -> f64 {
    if ln_p > -std::f64::consts::LN_2 {
        return quantile(d, ln_p.min(0.0).exp()).max(isf(d, -ln_p.min(0.0).exp_m1()));
    }
    let p = if ln_p == f64::NEG_INFINITY { 0.0 } else { 1.0 };
    ends(d.support(), p, 1.0).unwrap_or_else(|| smallest(d.support(), |x| d.ln_cdf(x) >= ln_p))
}

/// The smallest x with ln P(X > x) ≤ ln q.
pub(crate) fn isf_ln<D: Univariate + ?Sized>(d: &D, ln_q: f64) -> f64 {
    if ln_q > -std::f64::consts::LN_2 {
        return isf(d, ln_q.min(0.0).exp()).min(quantile(d, -ln_q.min(0.0).exp_m1()));
    }
    let q = if ln_q == f64::NEG_INFINITY { 0.0 } else { 1.0 };
    ends(d.support(), 1.0, q).unwrap_or_else(|| smallest(d.support(), |x| d.ln_sf(x) <= ln_q))
}

/// The ends of the support, which belong to the probabilities 0 below (`p`) and 0 above (`q`); NaN for NaN.
fn ends(support: Support, p: f64, q: f64) -> Option<f64> {
    if p.is_nan() || q.is_nan() {
        return Some(f64::NAN);
    }
    if p <= 0.0 {
        return Some(support.lower);
    }
    (q <= 0.0).then_some(support.upper)
}

/// The smallest value of the support from which on the statement holds.
pub(crate) fn smallest(support: Support, holds: impl Fn(f64) -> bool) -> f64 {
    if support.discrete { smallest_whole(support, holds) } else { smallest_double(support, holds) }
}

fn smallest_double(support: Support, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (order(support.lower.max(-f64::MAX)), order(support.upper.min(f64::MAX)));
    while low < high {
        let middle = low + ((high as i128 - low as i128) / 2) as i64;
        if holds(double(middle)) { high = middle } else { low = middle + 1 }
    }
    double(low)
}

fn smallest_whole(support: Support, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (support.lower.max(-MOST) as i64, support.upper.min(MOST) as i64);
    if support.upper > MOST && !holds(MOST) {
        return smallest_double(Support::reals(MOST, support.upper), holds); // every double from here on is whole
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle as f64) { high = middle } else { low = middle + 1 }
    }
    low as f64
}

/// The place of a double among all doubles.
fn order(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// The double at a place.
fn double(order: i64) -> f64 {
    f64::from_bits(if order < 0 { i64::MIN.wrapping_sub(order) } else { order } as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_keep_their_order() {
        let ascending = [-f64::MAX, -1.0, -f64::MIN_POSITIVE, -5e-324, 0.0, 5e-324, 0.5, 1.0, f64::MAX];
        for pair in ascending.windows(2) {
            assert!(order(pair[0]) < order(pair[1]), "{pair:?}");
            assert_eq!(double(order(pair[0])), pair[0]);
        }
        assert_eq!(order(-0.0), order(0.0));
    }

    #[test]
    fn the_smallest_is_found_at_any_magnitude() {
        for bound in [-1e300, -3.0, -1e-300, 0.0, 1e-320, 0.1, 7.0, 1e308] {
            assert_eq!(smallest(Support::reals(f64::NEG_INFINITY, f64::INFINITY), |x| x >= bound), bound);
        }
        for bound in [-7.0, 0.0, 3.0, 1e15] {
            let whole = Support::whole(f64::NEG_INFINITY, f64::INFINITY);
            assert_eq!(smallest(whole, |x| x >= bound - 0.5), bound);
        }
    }
}
