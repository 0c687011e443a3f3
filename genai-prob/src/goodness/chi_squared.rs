//! Pearson's χ².

use super::{Test, sorted};
use crate::{Error, Univariate, special};

/// Whether counts agree with what was expected: Σ (observed − expected)² / expected, with classes − 1 − `fitted` degrees of
/// freedom. `fitted` is the number of parameters that were estimated from the same counts.
///
/// Source: Pearson 1900, *On the criterion that a given system of deviations …*.
///
/// # Errors
///
/// If the lists differ in length, an expected count is not positive, an observed one is negative, the sums differ by more
/// than 10⁻⁶ of the total, or no degree of freedom is left.
///
/// # Examples
///
/// ```
/// let die = genai_prob::goodness::chi_squared(&[16.0, 18.0, 16.0, 14.0, 12.0, 12.0], &[88.0 / 6.0; 6], 0)?;
/// approx::assert_relative_eq!(die.statistic, 2.0, max_relative = 1e-12);
/// # Ok::<(), genai_prob::Error>(())
/// ```
pub fn chi_squared(observed: &[f64], expected: &[f64], fitted: usize) -> Result<Test, Error> {
    let wrong = |found: String, expected| Err(Error::data("chi_squared", found, expected));
    if observed.len() != expected.len() {
        return wrong(format!("{} observed and {} expected", observed.len(), expected.len()), "lists of one length");
    }
    if observed.len() < fitted + 2 {
        return wrong(
            format!("{} classes and {fitted} fitted parameters", observed.len()),
            "at least two classes more than parameters",
        );
    }
    if let Some(i) = observed.iter().position(|x| !(x.is_finite() && *x >= 0.0)) {
        return wrong(format!("observed count {i} is {}", observed[i]), "a number of at least 0");
    }
    if let Some(i) = expected.iter().position(|x| !(x.is_finite() && *x > 0.0)) {
        return wrong(format!("expected count {i} is {}", expected[i]), "a positive number");
    }
    let [seen, due] = [observed, expected].map(|counts| crate::data::sum(counts.iter().copied()));
    if (seen - due).abs() > 1e-6 * seen.max(due) {
        return wrong(format!("{seen} observed and {due} expected"), "the same total");
    }
    let statistic = crate::data::sum(observed.iter().zip(expected).map(|(o, e)| (o - e).powi(2) / e));
    let degrees = (observed.len() - 1 - fitted) as f64;
    Ok(Test { statistic, p_value: special::gamma_q(0.5 * degrees, 0.5 * statistic), degrees: Some(degrees) })
}

/// The same for data under a distribution: whole numbers are their own classes, merged from both ends until five are
/// expected in each; otherwise the classes are equally probable, about 2 n^0.4 of them.
///
/// Source: the number of classes is Mann & Wald's 1942, halved.
///
/// # Errors
///
/// If a value is not finite, or too few classes are left for the fitted parameters.
pub fn chi_squared_of(data: &[f64], d: &dyn Univariate, fitted: usize) -> Result<Test, Error> {
    let sorted = sorted("chi_squared_of", data)?;
    let n = sorted.len() as f64;
    let ends = if d.support().discrete { whole_ends(d, n) } else { equal_ends(d, n) };
    let (mut observed, mut expected) = (Vec::new(), Vec::new());
    let (mut before, mut last) = (0, None);
    for end in ends.iter().copied().map(Some).chain([None]) {
        let upto = end.map_or(sorted.len(), |end| sorted.partition_point(|x| *x <= end));
        observed.push((upto - before) as f64);
        expected.push(
            n * match (last, end) {
                (None, None) => 1.0,
                (None, Some(end)) => d.cdf(end),
                (Some(last), None) => d.sf(last),
                (Some(last), Some(end)) => d.cdf(end) - d.cdf(last),
            },
        );
        (before, last) = (upto, end);
    }
    chi_squared(&observed, &expected, fitted)
}

/// Expected in a class, at least.
const LEAST: f64 = 5.0;

/// Upper ends of all classes but the last, of equal probability.
fn equal_ends(d: &dyn Univariate, n: f64) -> Vec<f64> {
    let classes = (2.0 * n.powf(0.4)).min(n / LEAST).floor().max(1.0) as usize;
    (1..classes).map(|i| d.quantile(i as f64 / classes as f64)).collect()
}

/// Upper ends of all classes but the last: whole numbers, as soon as enough are expected up to them.
fn whole_ends(d: &dyn Univariate, n: f64) -> Vec<f64> {
    let (mut ends, mut k, mut since) = (Vec::new(), d.quantile((LEAST / n).min(1.0)), 0.0);
    while n * d.sf(k) >= LEAST {
        if n * (d.cdf(k) - since) >= LEAST {
            ends.push(k);
            since = d.cdf(k);
        }
        k = (k + 1.0).max(d.quantile((since + LEAST / n).min(1.0)));
    }
    ends
}
