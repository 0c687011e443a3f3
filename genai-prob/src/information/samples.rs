//! From data alone. Points of several numbers are given one after the other, `width` numbers each.

use crate::{Error, data, special};
use rayon::prelude::*;

/// The least mean distance of moving one sample onto the other.
///
/// # Errors
///
/// If a sample is empty or a value not finite.
///
/// # Examples
///
/// ```
/// use genai_prob::information::samples::wasserstein_1;
///
/// assert_eq!(wasserstein_1(&[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0])?, 5.0);
/// # Ok::<(), genai_prob::Error>(())
/// ```
pub fn wasserstein_1(x: &[f64], y: &[f64]) -> Result<f64, Error> {
    transport(x, y, 1)
}

/// The root of the least mean squared distance of moving one sample onto the other.
///
/// # Errors
///
/// As [`wasserstein_1`].
pub fn wasserstein_2(x: &[f64], y: &[f64]) -> Result<f64, Error> {
    transport(x, y, 2)
}

fn transport(x: &[f64], y: &[f64], order: u32) -> Result<f64, Error> {
    [x, y].into_iter().try_for_each(|sample| points("wasserstein", sample, 1).map(drop))?;
    let equal = |n: usize| vec![1.0 / n as f64; n];
    weighted_transport([x, y], [&equal(x.len()), &equal(y.len())], order)
}

/// On the line the order is kept: the k-th share of one goes to the k-th share of the other.
pub(crate) fn weighted_transport(places: [&[f64]; 2], masses: [&[f64]; 2], order: u32) -> Result<f64, Error> {
    if !(1..=2).contains(&order) {
        return Err(Error::data("wasserstein", format!("order {order}"), "1 or 2"));
    }
    let sorted = [0, 1].map(|s| {
        let mut pairs: Vec<(f64, f64)> = places[s].iter().copied().zip(masses[s].iter().copied()).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        pairs
    });
    let (mut i, mut j, mut left, mut right) = (0, 0, sorted[0][0].1, sorted[1][0].1);
    let mut moved = Vec::new();
    loop {
        let share = left.min(right);
        moved.push(share * (sorted[0][i].0 - sorted[1][j].0).abs().powi(order as i32));
        (left, right) = (left - share, right - share);
        if left <= f64::EPSILON * sorted[0][i].1 {
            i += 1;
            let Some(next) = sorted[0].get(i) else { break };
            left += next.1;
        }
        if right <= f64::EPSILON * sorted[1][j].1 {
            j += 1;
            let Some(next) = sorted[1].get(j) else { break };
            right += next.1;
        }
    }
    let mean = data::sum(moved);
    Ok(if order == 1 { mean } else { mean.sqrt() })
}

/// The squared maximum mean discrepancy under the kernel exp(−|x − y|²/(2 h²)), without bias: it is negative by chance where
/// both samples come from one distribution. Takes time n². A bandwidth h of the median distance between points is usual.
///
/// Source: Gretton et al. 2012, *A kernel two-sample test*, eq. 3.
///
/// # Errors
///
/// If a sample has fewer than two points, its numbers do not fill points, one is not finite, or h is not positive.
pub fn mmd(x: &[f64], y: &[f64], width: usize, bandwidth: f64) -> Result<f64, Error> {
    let (n, m) = (points("mmd", x, width)?, points("mmd", y, width)?);
    if n < 2 || m < 2 {
        return Err(Error::data("mmd", format!("{n} and {m} points"), "at least two in each sample"));
    }
    if !(bandwidth > 0.0 && bandwidth.is_finite()) {
        return Err(Error::data("mmd", format!("bandwidth {bandwidth}"), "a positive number"));
    }
    let kernel = |a: &[f64], b: &[f64]| (-0.5 * squared(a, b) / bandwidth / bandwidth).exp();
    let total = |a: &[f64], b: &[f64]| {
        let rows = a.par_chunks(width).map(|a| data::sum(b.chunks(width).map(|b| kernel(a, b))));
        data::sum(rows.collect::<Vec<_>>())
    };
    let within = |a: &[f64], n: f64| (total(a, a) - n) / (n * (n - 1.0)); // without each point and itself
    let (n, m) = (n as f64, m as f64);
    Ok(within(x, n) + within(y, m) - 2.0 * total(x, y) / (n * m))
}

/// An estimate of the differential entropy from the distance of each point to its `k`-th neighbour. Takes time n².
///
/// Source: Kozachenko & Leonenko 1987; in the form of Kraskov, Stögbauer & Grassberger 2004, eq. 20.
///
/// # Errors
///
/// If there are not more than `k` points, `k` is 0, numbers do not fill points or are not finite, or more than `k` points
/// are equal.
pub fn entropy(x: &[f64], width: usize, k: usize) -> Result<f64, Error> {
    let (n, d) = (neighbours("entropy", x, width, k, true)?, width as f64);
    let distances = distances("entropy", x, x, width, k, true)?;
    let ball = 0.5 * d * std::f64::consts::PI.ln() - special::ln_gamma(0.5 * d + 1.0);
    let mean_ln = data::sum(distances.iter().map(|r| r.ln())) / n as f64;
    Ok(special::digamma(n as f64) - special::digamma(k as f64) + ball + d * mean_ln)
}

/// An estimate of KL between the distributions of two samples, from the distances of x's points to their `k`-th neighbours
/// among x and among y. Takes time n (n + m).
///
/// Source: Wang, Kulkarni & Verdú 2009, *Divergence estimation for multidimensional densities via k-nearest-neighbor
/// distances*, eq. 5.
///
/// # Errors
///
/// If x has not more than `k` points or y fewer, `k` is 0, numbers do not fill points or are not finite, or a distance is 0.
pub fn kl(x: &[f64], y: &[f64], width: usize, k: usize) -> Result<f64, Error> {
    let n = neighbours("kl", x, width, k, true)? as f64;
    let m = neighbours("kl", y, width, k, false)? as f64;
    let (own, other) = (distances("kl", x, x, width, k, true)?, distances("kl", x, y, width, k, false)?);
    let mean = data::sum(own.iter().zip(&other).map(|(own, other)| (other / own).ln())) / n;
    Ok(width as f64 * mean + (m / (n - 1.0)).ln())
}

/// An estimate of the mutual information of two numbers that were observed together, from `k`-th neighbours. Takes time n².
///
/// Source: Kraskov, Stögbauer & Grassberger 2004, *Estimating mutual information*, eq. 8.
///
/// # Errors
///
/// If the lists differ in length or have not more than `k` values, `k` is 0, or a value is not finite.
pub fn mutual_information(x: &[f64], y: &[f64], k: usize) -> Result<f64, Error> {
    let n = neighbours("mutual_information", x, 1, k, true)?;
    if points("mutual_information", y, 1)? != n {
        let found = format!("{n} and {} values", y.len());
        return Err(Error::data("mutual_information", found, "pairs"));
    }
    let one = |i: usize| {
        let gap = |j: usize| ((x[i] - x[j]).abs(), (y[i] - y[j]).abs());
        let mut far: Vec<f64> = (0..n).filter(|j| *j != i).map(|j| gap(j).0.max(gap(j).1)).collect();
        let radius = *far.select_nth_unstable_by(k - 1, f64::total_cmp).1;
        let inside = |gap: &dyn Fn(usize) -> f64| (0..n).filter(|j| *j != i && gap(*j) < radius).count() as f64;
        let (a, b) = (inside(&|j| gap(j).0), inside(&|j| gap(j).1));
        special::digamma(a + 1.0) + special::digamma(b + 1.0)
    };
    let mean = data::sum((0..n).into_par_iter().map(one).collect::<Vec<_>>()) / n as f64;
    Ok(special::digamma(k as f64) + special::digamma(n as f64) - mean)
}

/// The number of points, if there are any and all is finite.
fn points(what: &'static str, x: &[f64], width: usize) -> Result<usize, Error> {
    if width == 0 || x.is_empty() || !x.len().is_multiple_of(width) {
        return Err(Error::data(what, format!("{} numbers in points of {width}", x.len()), "one whole point or more"));
    }
    if let Some(i) = x.iter().position(|x| !x.is_finite()) {
        return Err(Error::data(what, format!("value {i} is {}", x[i]), "finite values"));
    }
    Ok(x.len() / width)
}

/// The number of points, if each has `k` neighbours.
fn neighbours(what: &'static str, x: &[f64], width: usize, k: usize, own: bool) -> Result<usize, Error> {
    let n = points(what, x, width)?;
    if k == 0 || n < k + usize::from(own) {
        return Err(Error::data(what, format!("neighbour {k} among {n} points"), "1 or more, and more points"));
    }
    Ok(n)
}

/// The distance of each point to its `k`-th neighbour among `others`, without itself if those are its own.
fn distances(
    what: &'static str,
    x: &[f64],
    others: &[f64],
    width: usize,
    k: usize,
    own: bool,
) -> Result<Vec<f64>, Error> {
    let one = |(i, a): (usize, &[f64])| {
        let near = others.chunks(width).enumerate().filter(|(j, _)| !own || *j != i);
        let mut near: Vec<f64> = near.map(|(_, b)| squared(a, b)).collect();
        near.select_nth_unstable_by(k - 1, f64::total_cmp).1.sqrt()
    };
    let distances: Vec<f64> = x.par_chunks(width).enumerate().map(one).collect();
    match distances.iter().position(|r| *r == 0.0) {
        Some(i) => {
            Err(Error::data(what, format!("point {i} has {k} neighbours in the same place"), "points that differ"))
        }
        None => Ok(distances),
    }
}

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}
