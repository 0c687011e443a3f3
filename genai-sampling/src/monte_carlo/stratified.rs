//! Stratified sampling: draws that are spread more evenly than chance does.

use crate::Error;
use genai_core::random::Key;
use rayon::prelude::*;

/// One uniform number in each of `n` equal parts of [0, 1).
pub fn stratified_uniforms(n: usize, key: Key) -> Vec<f64> {
    let mut u = vec![0.0; n];
    key.uniform_f64(&mut u);
    u.iter_mut().enumerate().for_each(|(i, u)| *u = part(i, *u, n));
    u
}

/// Latin hypercube sampling: `n` points of `[0, 1)^d`, row-major, whose every coordinate has one in each of `n` equal parts.
///
/// Source: McKay, Beckman & Conover 1979.
pub fn latin_hypercube(n: usize, dim: usize, key: Key) -> Vec<f64> {
    let mut points = vec![0.0; n * dim];
    key.split(dim as u64).uniform_f64(&mut points);
    for j in 0..dim {
        for (i, place) in key.split(j as u64).permutation(n).into_iter().enumerate() {
            points[i * dim + j] = part(place, points[i * dim + j], n);
        }
    }
    points
}

/// A mean with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// ∫ f over the unit cube of `dim` dimensions, each cut into `strata` parts, with two draws in each cell.
///
/// The variance of a smooth f falls as n^(−1 − 2/dim) instead of n^−1.
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::monte_carlo::stratified_mean;
///
/// let estimate = stratified_mean(|u| u[0] * u[1], 2, 50, Key::new(1))?;
/// assert!((estimate.mean - 0.25).abs() < 1e-3 && estimate.standard_error < 2e-4);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If there are no dimensions or strata, more than 2⁴⁰ cells, or f is NaN at a draw.
pub fn stratified_mean(
    f: impl Fn(&[f64]) -> f64 + Sync,
    dim: usize,
    strata: usize,
    key: Key,
) -> Result<Estimate, Error> {
    for (name, n) in [("dimensions", dim), ("strata", strata)] {
        if n == 0 {
            return Err(Error::Parameter { name, value: 0.0, expected: "at least 1" });
        }
    }
    let cells = (strata as f64).powi(dim.min(64) as i32);
    if cells > 2f64.powi(40) {
        return Err(Error::Parameter { name: "strata^dim", value: cells, expected: "at most 2^40" });
    }
    const BLOCK: usize = 1024; // cells of one stream, whatever the number of threads
    let block = |b: usize| {
        let (mut rng, mut u, mut sums) = (key.split(b as u64).stream(), vec![0.0; dim], (0.0, 0.0));
        for cell in b * BLOCK..((b + 1) * BLOCK).min(cells as usize) {
            let mut draw = || {
                let mut rest = cell;
                for u in &mut u {
                    *u = part(rest % strata, rng.uniform(), strata);
                    rest /= strata;
                }
                f(&u)
            };
            let (a, b) = (draw(), draw());
            sums = (sums.0 + 0.5 * (a + b), sums.1 + 0.25 * (a - b) * (a - b));
        }
        sums
    };
    let blocks: Vec<(f64, f64)> = (0..(cells as usize).div_ceil(BLOCK)).into_par_iter().map(block).collect();
    let (sum, squares) = blocks.iter().fold((0.0, 0.0), |(a, b), block| (a + block.0, b + block.1));
    if sum.is_nan() {
        return Err(Error::Parameter { name: "f", value: sum, expected: "a number at every draw" });
    }
    Ok(Estimate { mean: sum / cells, standard_error: squares.sqrt() / cells })
}

/// The number at `u` of part `i` of `n`; below 1 whatever is rounded.
fn part(i: usize, u: f64, n: usize) -> f64 {
    ((i as f64 + u) / n as f64).min(1.0 - f64::EPSILON / 2.0)
}
