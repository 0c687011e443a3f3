//! Data sets: checks and sums that every fit needs.

use crate::{Error, Support};

/// Checks data and their weights; gives the sum of the weights.
pub(crate) fn checked(what: &'static str, data: &[f64], weights: &[f64], support: Support) -> Result<f64, Error> {
    if data.is_empty() {
        return Err(Error::data(what, "no values", "at least one"));
    }
    if data.len() != weights.len() {
        let found = format!("{} weights for {} values", weights.len(), data.len());
        return Err(Error::data(what, found, "a weight for each value"));
    }
    if let Some(i) = data.iter().position(|x| !x.is_finite()) {
        return Err(Error::data(what, format!("value {i} is {}", data[i]), "finite values"));
    }
    if let Some(i) = data.iter().position(|x| !support.contains(*x)) {
        return Err(Error::data(what, format!("value {i} is {}", data[i]), "values of the family's support"));
    }
    if let Some(i) = weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
        return Err(Error::data(what, format!("weight {i} is {}", weights[i]), "weights of at least 0"));
    }
    let total = sum(weights.iter().copied());
    if total > 0.0 && total.is_finite() {
        Ok(total)
    } else {
        Err(Error::data(what, "weights of sum 0", "a positive sum"))
    }
}

/// Σ w x.
pub(crate) fn weighted_sum(data: &[f64], weights: &[f64]) -> f64 {
    sum(data.iter().zip(weights).map(|(x, w)| x * w))
}

/// Σ w x / Σ w and Σ w (x − mean)² / Σ w, in two passes.
pub(crate) fn mean_and_variance(data: &[f64], weights: &[f64], total: f64) -> (f64, f64) {
    let mean = weighted_sum(data, weights) / total;
    (mean, sum(data.iter().zip(weights).map(|(x, w)| w * (x - mean).powi(2))) / total)
}

/// A sum whose rounding errors are kept and added at the end.
///
/// Source: Neumaier 1974, *Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen*.
pub(crate) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0);
    for x in values {
        let next = sum + x;
        lost += if sum.abs() >= x.abs() { (sum - next) + x } else { (x - next) + sum };
        sum = next;
    }
    if lost.is_finite() { sum + lost } else { sum }
}

/// A value with at most half of the weight below it and at most half above.
pub(crate) fn weighted_median(data: &[f64], weights: &[f64], total: f64) -> f64 {
    let mut order: Vec<usize> = (0..data.len()).filter(|i| weights[*i] > 0.0).collect();
    order.sort_unstable_by(|i, j| data[*i].total_cmp(&data[*j]));
    let mut below = 0.0;
    let middle = order.iter().find(|i| {
        below += weights[**i];
        2.0 * below >= total
    });
    data[*middle.or(order.last()).expect("some weight is positive")]
}

/// The smallest and the largest value that count.
pub(crate) fn range(data: &[f64], weights: &[f64]) -> (f64, f64) {
    let counted = || data.iter().zip(weights).filter(|(_, w)| **w > 0.0).map(|(x, _)| *x);
    (counted().fold(f64::INFINITY, f64::min), counted().fold(f64::NEG_INFINITY, f64::max))
}

/// The distinct values that count, in ascending order, each with the sum of its weights.
pub(crate) fn distinct(data: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut pairs: Vec<(f64, f64)> =
        data.iter().copied().zip(weights.iter().copied()).filter(|(_, w)| *w > 0.0).collect();
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    pairs.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0.0 };
        same
    });
    pairs.into_iter().unzip()
}
