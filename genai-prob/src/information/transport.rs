//! How far mass must be moved.

use super::distributions::both;
use crate::probability::{adaptive, over};
use crate::{Error, Univariate};

/// The least mean distance of moving p's mass to q's: ∫ |F(x) − G(x)| dx.
///
/// Source: Vallender 1974, *Calculation of the Wasserstein distance between probability distributions on the line*.
///
/// # Errors
///
/// If only one of the two is discrete, or the sum has too many terms.
pub fn wasserstein_1(p: &dyn Univariate, q: &dyn Univariate) -> Result<f64, Error> {
    both("wasserstein_1", p, q)?;
    over("wasserstein_1", &[p, q], &mut |x| {
        let (a, b) = (p.cdf(x), q.cdf(x));
        if a > 0.5 && b > 0.5 { (p.sf(x) - q.sf(x)).abs() } else { (a - b).abs() }
    })
}

/// The root of the least mean squared distance: √∫ (F⁻¹(u) − G⁻¹(u))² du.
///
/// # Errors
///
/// As [`wasserstein_1`].
pub fn wasserstein_2(p: &dyn Univariate, q: &dyn Univariate) -> Result<f64, Error> {
    both("wasserstein_2", p, q)?;
    let squared = if p.support().discrete { steps(p, q)? } else { smooth(p, q) };
    Ok(squared.sqrt())
}

/// The tails are followed to this power of ten.
const DECADES: i32 = 300;

/// ∫ (F⁻¹ − G⁻¹)² decade by decade of probability, from the median outward.
fn smooth(p: &dyn Univariate, q: &dyn Univariate) -> f64 {
    let mut total = 0.0;
    for upper in [false, true] {
        let mut gap = |u: f64| match upper {
            false => (p.quantile(u) - q.quantile(u)).powi(2),
            true => (p.isf(u) - q.isf(u)).powi(2),
        };
        total += adaptive(0.1, 0.5, total, &mut gap).0;
        let mut idle = 0;
        for k in 1..DECADES {
            let (part, _) = adaptive(0.1f64.powi(k + 1), 0.1f64.powi(k), total, &mut gap);
            total += part;
            idle = if part <= 1e-16 * total { idle + 1 } else { 0 };
            if idle == 2 {
                break;
            }
        }
    }
    total
}

/// Mass that is not followed any more.
const REST: f64 = 1e-17;
/// Most steps.
const STEPS: usize = 20_000_000;

/// The same for whole numbers: both quantile functions are stairs, walked step by step.
fn steps(p: &dyn Univariate, q: &dyn Univariate) -> Result<f64, Error> {
    let (mut k, mut l) = (p.quantile(REST), q.quantile(REST));
    let (mut left, mut right) = (p.cdf(k), q.cdf(l));
    let mut total = 0.0;
    for _ in 0..STEPS {
        let moved = left.min(right);
        total += moved * (k - l).powi(2);
        (left, right) = (left - moved, right - moved);
        if left <= 0.0 {
            k += 1.0;
            left = p.prob(k);
        }
        if right <= 0.0 {
            l += 1.0;
            right = q.prob(l);
        }
        if p.sf(k - 1.0) <= REST || q.sf(l - 1.0) <= REST {
            return Ok(total);
        }
    }
    Err(Error::NotConverged { what: "wasserstein_2", iterations: STEPS })
}
