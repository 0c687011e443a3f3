//! Definitions, computed.

use super::integral::{adaptive, over};
use crate::{Error, Univariate};

/// Σ of the mass or ∫ of the density over everything: 1, up to rounding.
///
/// # Errors
///
/// If the sum has too many terms: a mass whose tail falls as slowly as a power.
///
/// # Examples
///
/// ```
/// use genai_prob::{discrete::Geometric, probability::total_mass};
///
/// approx::assert_relative_eq!(total_mass(&Geometric::new(0.3)?)?, 1.0, epsilon = 1e-14);
/// # Ok::<(), genai_prob::Error>(())
/// ```
pub fn total_mass(d: &dyn Univariate) -> Result<f64, Error> {
    over("total_mass", &[d], &mut |x| d.prob(x))
}

/// E g(X) = Σ g(x) P(X = x), or ∫ g(x) f(x) dx; infinite where it diverges fast enough to be seen.
///
/// # Errors
///
/// As [`total_mass`]; if g is NaN where there is mass.
pub fn expectation(d: &dyn Univariate, mut g: impl FnMut(f64) -> f64) -> Result<f64, Error> {
    over("expectation", &[d], &mut |x| match d.prob(x) {
        0.0 => 0.0,
        p => p * g(x),
    })
}

/// Whole numbers that are added one by one.
const FEW: f64 = 64.0;
/// Where the difference of distribution functions is a smaller share than this, digits cancel.
const CANCELS: f64 = 0.1;

/// P(a ≤ X ≤ b), with full relative accuracy in both tails and for narrow intervals; 0 where b < a.
///
/// # Examples
///
/// ```
/// use genai_prob::{continuous::Exponential, probability::between};
///
/// let d = Exponential::new(1.0)?;
/// approx::assert_relative_eq!(between(&d, 100.0, 101.0), 2.351_5e-44, max_relative = 1e-4); // 1 − 1 in f64
/// # Ok::<(), genai_prob::Error>(())
/// ```
pub fn between(d: &dyn Univariate, a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    let (support, discrete) = (d.support(), d.support().discrete);
    let (mut low, mut high) = (a.max(support.lower), b.min(support.upper));
    if discrete {
        (low, high) = (low.ceil(), high.floor());
        if high - low < FEW {
            return crate::data::sum((0..=(high - low) as i64).map(|i| d.prob(low + i as f64))).min(1.0);
        }
        low -= 1.0; // P(X ≤ high) − P(X ≤ low − 1)
    }
    if low > high || low == high && !discrete {
        return 0.0;
    }
    let (below, above) = (d.cdf(low), d.sf(high));
    let (larger, smaller) = if below > 0.5 { (d.sf(low), above) } else { (d.cdf(high), below) };
    if below <= 0.5 && above <= 0.5 {
        return 1.0 - (below + above);
    }
    if larger - smaller < CANCELS * larger && !discrete {
        return adaptive(low, high, 0.0, &mut |x| d.prob(x)).0;
    }
    larger - smaller
}

/// Checks what makes a distribution function one: 0 far below, 1 far above, never falling, and 1 with its complement.
///
/// # Errors
///
/// If it is not so: the message names the place.
pub fn check_cdf(d: &dyn Univariate) -> Result<(), Error> {
    let wrong = |found: String, expected| Err(Error::data("check_cdf", format!("{d}: {found}"), expected));
    let support = d.support();
    let (low, high) = (support.lower.max(-f64::MAX), support.upper.min(f64::MAX));
    let outside = if support.discrete { 1.0 } else { f64::MIN_POSITIVE };
    if d.cdf(low - outside.max(low.abs() * f64::EPSILON)) > 1e-300 && support.lower > -f64::MAX {
        return wrong(format!("F is {} below {low}", d.cdf(low - outside)), "0 below the support");
    }
    if d.sf(high) > 1e-15 {
        return wrong(format!("1 - F is {} at {high}", d.sf(high)), "0 at the upper end");
    }
    let levels = (1..=15).rev().map(|k| 0.1f64.powi(k)).chain((1..10).map(|i| f64::from(i) / 10.0));
    let mut places: Vec<f64> = levels.flat_map(|p| [d.quantile(p), d.isf(p)]).collect();
    places.sort_by(f64::total_cmp);
    let mut last = (f64::NEG_INFINITY, 0.0, 1.0);
    for x in places {
        let (cdf, sf) = (d.cdf(x), d.sf(x));
        if cdf < last.1 * (1.0 - 1e-12) || sf > last.2 * (1.0 + 1e-12) {
            return wrong(
                format!("F falls from {} at {} to {cdf} at {x}", last.1, last.0),
                "a function that never falls",
            );
        }
        if (cdf + sf - 1.0).abs() > 1e-12 {
            return wrong(format!("F and 1 - F add up to {} at {x}", cdf + sf), "a sum of 1");
        }
        last = (x, cdf, sf);
    }
    Ok(())
}

/// The slope of the distribution function at x, by differences of fourth order on the side with the smaller tail: the
/// density. For whole numbers the step P(X ≤ x) − P(X ≤ x − 1), which is the mass. `step` is the distance to the outer
/// points, say a thousandth of the standard deviation.
pub fn slope_of_cdf(d: &dyn Univariate, x: f64, step: f64) -> f64 {
    let lower_side = d.cdf(x) <= 0.5;
    let side = |x: f64| if lower_side { d.cdf(x) } else { -d.sf(x) };
    if d.support().discrete {
        return side(x) - side(x - 1.0);
    }
    let difference = |h: f64| (side(x + h) - side(x - h)) / ((x + h) - (x - h));
    (4.0 * difference(0.5 * step) - difference(step)) / 3.0
}
