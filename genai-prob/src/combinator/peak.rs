//! The mode of a distribution that has no formula for it.

use crate::Univariate;

/// Quantiles that are looked at.
const GRID: usize = 256;

/// Where the density is largest: the best of some candidates and a grid of quantiles, then golden sections around it.
pub(crate) fn peak<D: Univariate + ?Sized>(d: &D, candidates: impl IntoIterator<Item = f64>) -> f64 {
    let support = d.support();
    let grid = (1..GRID).map(|i| d.quantile(i as f64 / GRID as f64));
    let ends = [support.lower, support.upper];
    let mut points: Vec<f64> = grid.chain(candidates).chain(ends).filter(|x| x.is_finite()).collect();
    points.sort_by(f64::total_cmp);
    points.dedup();
    let best = first_best(d, points.iter().copied());
    let at = points.partition_point(|x| *x < best);
    let (left, right) = (points[at.saturating_sub(1)], points[(at + 1).min(points.len() - 1)]);
    if support.discrete {
        let (left, right) = narrowed(d, left, right);
        return first_best(d, (0..=(right - left) as u64).map(|k| left + k as f64).chain([best]));
    }
    let inner = golden(d, left, right);
    if d.ln_prob(inner) > d.ln_prob(best) { inner } else { best }
}

/// The smallest of the places of the largest density.
fn first_best<D: Univariate + ?Sized>(d: &D, points: impl Iterator<Item = f64>) -> f64 {
    let better = |(x, f): (f64, f64), y: f64| {
        let g = d.ln_prob(y);
        if g > f || g == f && y < x { (y, g) } else { (x, f) }
    };
    points.fold((f64::NAN, f64::NEG_INFINITY), better).0
}

/// Golden sections: Kiefer 1953, *Sequential minimax search for a maximum*.
fn golden<D: Univariate + ?Sized>(d: &D, mut left: f64, mut right: f64) -> f64 {
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    for _ in 0..200 {
        let (a, b) = (right - ratio * (right - left), left + ratio * (right - left));
        if !(left < a && a < b && b < right) {
            break;
        }
        if d.ln_prob(a) >= d.ln_prob(b) { right = b } else { left = a }
    }
    0.5 * (left + right)
}

/// At most some thousand whole numbers, by thirds.
fn narrowed<D: Univariate + ?Sized>(d: &D, mut left: f64, mut right: f64) -> (f64, f64) {
    while right - left > 4096.0 {
        let third = ((right - left) / 3.0).floor();
        let (a, b) = (left + third, right - third);
        if d.ln_prob(a) >= d.ln_prob(b) { right = b } else { left = a }
    }
    (left, right)
}
