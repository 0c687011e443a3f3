//! The largest gap between two distribution functions.

use super::kolmogorov::{kolmogorov_sf, kolmogorov_sf_exact};
use super::{Test, sorted};
use crate::{Error, Univariate};

/// Up to so many values the p-value is exact.
const EXACT: usize = 1000;

/// The test of Kolmogorov and Smirnov: D = sup |Fₙ(x) − F(x)|. The p-value is exact up to 1,000 values and from the
/// asymptotic series beyond; for distributions of whole numbers it is an upper bound.
///
/// Source: Kolmogorov 1933, *Sulla determinazione empirica di una legge di distribuzione*.
///
/// # Errors
///
/// If there are no data, or one is not finite.
pub fn kolmogorov_smirnov(data: &[f64], d: &dyn Univariate) -> Result<Test, Error> {
    let sorted = sorted("kolmogorov_smirnov", data)?;
    let (count, discrete) = (sorted.len(), d.support().discrete);
    let n = count as f64;
    let mut statistic = 0.0f64;
    for (i, x) in sorted.iter().enumerate() {
        if discrete && sorted.get(i + 1) == Some(x) {
            continue; // both steps are seen at the last of equal values
        }
        let below = if discrete { sorted.partition_point(|y| y < x) } else { i };
        let cdf = d.cdf(*x);
        let before = if discrete { d.cdf(x.ceil() - 1.0) } else { cdf };
        statistic = statistic.max((i + 1) as f64 / n - cdf).max(before - below as f64 / n);
    }
    let exact = count <= EXACT;
    let p_value = if exact { kolmogorov_sf_exact(count, statistic) } else { kolmogorov_sf(count, statistic) };
    Ok(Test { statistic, p_value, degrees: None })
}
