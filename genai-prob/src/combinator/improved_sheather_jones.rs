//! The bandwidth that a diffusion equation suggests.

use crate::optimize::root;
use std::f64::consts::{FRAC_PI_2, PI};

/// Bins that the values are counted in, and so waves that the density is made of.
const BINS: usize = 4096;
/// Derivatives of which the roughness is estimated, each with the time that the next suggests.
const STAGES: i32 = 7;
/// The share of the range that is left empty on either side.
const MARGIN: f64 = 0.1;

/// The bandwidth for `effective` values of these weights, which sum to 1; `None` where no time solves the equation.
///
/// A Gaussian kernel density is heat that has spread for the time t = h². The best time depends on the roughness ‖f″‖², whose
/// best estimate needs that of the next derivative, and so on; the plug-in estimate is the time that reproduces itself.
pub(super) fn improved_sheather_jones(values: &[f64], weights: &[f64], effective: f64) -> Option<f64> {
    let (low, high) = (values[0], values[values.len() - 1]);
    let range = (high - low) * (1.0 + 2.0 * MARGIN);
    if range <= 0.0 || !range.is_finite() || effective <= 1.0 {
        return None;
    }
    let mut shares = vec![0.0; BINS];
    for (x, w) in values.iter().zip(weights) {
        let place = (x - low) / range + MARGIN / (1.0 + 2.0 * MARGIN);
        shares[((place * BINS as f64) as usize).min(BINS - 1)] += w;
    }
    let squares = cosines(&shares);
    let excess = |time: f64| time - next(time, &squares, effective);
    let mut time = 1e-9;
    while excess(time) < 0.0 {
        time *= 1.2;
        if time > 0.1 {
            return None;
        }
    }
    (time > 1e-9).then(|| root(time / 1.2, time, 0.0, excess).sqrt() * range)
}

/// (Σ shareⱼ cos πk(j + ½)/n)² for k = 0, 1, …: the cosines are read off one period.
fn cosines(shares: &[f64]) -> Vec<f64> {
    let n = shares.len();
    let period: Vec<f64> = (0..4 * n).map(|i| (FRAC_PI_2 * i as f64 / n as f64).cos()).collect();
    let full: Vec<(usize, f64)> = shares.iter().copied().enumerate().filter(|(_, share)| *share > 0.0).collect();
    let wave = |k: usize| full.iter().map(|(j, share)| share * period[k * (2 * j + 1) % (4 * n)]).sum::<f64>();
    (0..n).map(|k| wave(k).powi(2)).collect()
}

/// The best time if the density were that which has spread for this time: ξ γ⁽⁷⁾ of the paper, on a range of 1.
fn next(time: f64, squares: &[f64], n: f64) -> f64 {
    let mut roughness = norm(STAGES, time, squares);
    for s in (2..STAGES).rev() {
        let odd: f64 = (1..=s).map(|i| f64::from(2 * i - 1)).product();
        let weight = (1.0 + 0.5f64.powf(f64::from(s) + 0.5)) / 3.0;
        let time = (2.0 * weight * odd / (2.0 * PI).sqrt() / n / roughness).powf(2.0 / f64::from(3 + 2 * s));
        roughness = norm(s, time, squares);
    }
    (2.0 * n * PI.sqrt() * roughness).powf(-0.4)
}

/// ‖f⁽ˢ⁾‖² of the density that has spread for this time.
fn norm(s: i32, time: f64, squares: &[f64]) -> f64 {
    let waves = squares.iter().enumerate().skip(1).map(|(k, square)| {
        let frequency = (PI * k as f64).powi(2);
        frequency.powi(s) * square * (-frequency * time).exp()
    });
    2.0 * waves.sum::<f64>()
}
