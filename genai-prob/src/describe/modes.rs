//! How many hills a data set has.

use super::sorted;
use crate::likelihood::linear_quantile;
use crate::{Error, data};

/// The width of a Gaussian kernel: 0.9 min(std, interquartile range / 1.34) n^(−1/5); 0 for constant data.
///
/// Source: Silverman 1986, *Density Estimation for Statistics and Data Analysis*, eq. 3.31.
///
/// # Errors
///
/// If there are no data, or one is not finite.
pub fn bandwidth(values: &[f64]) -> Result<f64, Error> {
    Ok(width(&sorted("bandwidth", values)?))
}

fn width(sorted: &[f64]) -> f64 {
    let n = sorted.len() as f64;
    let (_, variance) = data::mean_and_variance(sorted, &vec![1.0; sorted.len()], n);
    let std = (variance * n / (n - 1.0).max(1.0)).sqrt();
    let between = (linear_quantile(sorted, 0.75) - linear_quantile(sorted, 0.25)) / 1.34;
    0.9 * if between > 0.0 { std.min(between) } else { std } * n.powf(-0.2)
}

/// Points at which the estimate is looked at.
const GRID: usize = 512;
/// A hill lower than this share of the highest is a stray value, not a mode.
const LOWEST: f64 = 0.05;
/// Widths beyond which a kernel is 0.
const REACH: f64 = 6.0;

/// Where the kernel density estimate of [`bandwidth`] has its hills, ascending; those below a twentieth of the highest are
/// left out.
///
/// # Errors
///
/// If there are no data, or one is not finite.
pub fn modes(values: &[f64]) -> Result<Vec<f64>, Error> {
    let sorted = sorted("modes", values)?;
    let (h, low, high) = (width(&sorted), sorted[0], sorted[sorted.len() - 1]);
    if h <= 0.0 || !h.is_finite() {
        return Ok(vec![low]);
    }
    let step = (high - low + 2.0 * h) / (GRID - 1) as f64;
    let place = |i: usize| low - h + step * i as f64;
    let density: Vec<f64> = (0..GRID).map(|i| estimate(&sorted, h, place(i))).collect();
    let floor = LOWEST * density.iter().copied().fold(0.0, f64::max);
    let hill = |i: &usize| {
        let left = *i == 0 || density[i - 1] < density[*i];
        let right = density[*i + 1..].iter().find(|y| **y != density[*i]).is_none_or(|y| *y < density[*i]);
        left && right && density[*i] >= floor
    };
    Ok((0..GRID).filter(hill).map(place).collect())
}

/// Σ exp(−((x − xᵢ)/h)²/2), without the values that are too far away to matter.
fn estimate(sorted: &[f64], h: f64, x: f64) -> f64 {
    let from = sorted.partition_point(|y| *y < x - REACH * h);
    let near = sorted[from..].iter().take_while(|y| **y <= x + REACH * h);
    near.map(|y| (-0.5 * ((x - y) / h).powi(2)).exp()).sum()
}
