//! Where the nucleus of a distribution ends, without sorting the vocabulary.

use std::cmp::Ordering;

use super::scan::{EDGES, masses, positions};

/// A stretch of weights this short is sorted; a longer one is cut again.
const SHORT: f64 = 256.0;

/// The least likely member of the smallest set of likeliest tokens with at least the mass `target`: its position. Members
/// are the larger values, and equal ones up to this position.
///
/// The edge is enclosed between two weights by passes that compare all weights with four thresholds at once; a stretch
/// from `low` on with mass m holds at most m / low weights, so it is known without counting when it is short enough to sort.
pub(super) fn edge(values: &[f32], weights: &[f32], target: f64) -> usize {
    let (mut low, mut high) = (0f32, f32::INFINITY);
    let (mut above, mut reached) = (0.0, f64::INFINITY); // masses from `high` and from `low` on
    let mut bound = weights.len() as f64;
    for _ in 0..12 {
        if bound <= SHORT {
            break;
        }
        let edges = divide(low, high);
        let sums = masses(weights, &edges); // ascending, as the edges descend
        let first = sums.iter().position(|&sum| sum >= target).unwrap_or(EDGES);
        if first < EDGES {
            (low, reached) = (edges[first], sums[first]);
        }
        if first > 0 {
            (high, above) = (edges[first - 1], sums[first - 1]);
        }
        bound = if low > 0.0 { (reached - above) / f64::from(low) } else { bound };
    }
    let mut stretch = Vec::new();
    positions(weights, 0, low, high, &mut stretch);
    stretch.sort_unstable_by(|&a, &b| descending(&values[a as usize], &values[b as usize]).then(a.cmp(&b)));
    let mut mass = above;
    let crossing = stretch.iter().position(|&i| {
        mass += f64::from(weights[i as usize]);
        mass >= target
    });
    // Rounding may leave the sum just below the target: then the whole stretch belongs to the nucleus.
    crossing.or(stretch.len().checked_sub(1)).map_or(0, |i| stretch[i] as usize)
}

/// The key at which the weights of pairs (key, position), by ascending key, first sum to `target`; the last one's if they do
/// not. The pairs are halved again and again, so that each is looked at about twice.
pub(super) fn crossing(pairs: &mut [(f32, u32)], weight: impl Fn(u32) -> f64, mut target: f64) -> f32 {
    let order = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    let mut rest = pairs;
    while rest.len() > SHORT as usize {
        let middle = rest.len() / 2;
        rest.select_nth_unstable_by(middle, order);
        let (near, far) = rest.split_at_mut(middle);
        let mass: f64 = near.iter().map(|(_, i)| weight(*i)).sum();
        rest = if mass >= target {
            near
        } else {
            target -= mass;
            far
        };
    }
    rest.sort_unstable_by(order);
    let mut sum = 0.0;
    let reached = rest.iter().find(|(_, i)| {
        sum += weight(*i);
        sum >= target
    });
    reached.or(rest.last()).map_or(f32::INFINITY, |(key, _)| *key)
}

/// The order of logits, the largest first; zeros of either sign are equal (NaN was excluded before).
pub(super) fn descending(a: &f32, b: &f32) -> Ordering {
    b.partial_cmp(a).unwrap_or(Ordering::Equal)
}

/// Four descending thresholds between two weights, evenly spaced in their logarithms.
fn divide(low: f32, high: f32) -> [f32; EDGES] {
    if low == 0.0 && high > 1.0 {
        return [-1.5f32, -3.5, -6.0, -10.0].map(f32::exp);
    }
    let (bottom, top) = (low.max(high.min(1.0) * 1e-12).ln(), high.min(1.0).ln());
    std::array::from_fn(|i| (top + (bottom - top) * (i + 1) as f32 / (EDGES + 1) as f32).exp())
}
