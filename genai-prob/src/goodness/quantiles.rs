//! The data for a Q–Q plot.

use super::sorted;
use crate::{Error, Univariate};

/// For each value in ascending order the quantile of (i − ½)/n that the distribution has in its place: pairs (expected,
/// observed), which lie on a line if the distribution fits up to place and scale, on the diagonal if it fits.
///
/// Source: Wilk & Gnanadesikan 1968, *Probability plotting methods for the analysis of data*; places of Hazen 1914.
///
/// # Errors
///
/// If there are no data, or one is not finite.
pub fn quantile_pairs(data: &[f64], d: &dyn Univariate) -> Result<Vec<(f64, f64)>, Error> {
    let sorted = sorted("quantile_pairs", data)?;
    let n = sorted.len() as f64;
    Ok(sorted.iter().enumerate().map(|(i, x)| (d.quantile((i as f64 + 0.5) / n), *x)).collect())
}
