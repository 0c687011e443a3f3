//! p-values that know of the fit.

use super::Test;
use crate::{Error, Fit, Univariate};
use genai_core::random::Key;
use rayon::prelude::*;

/// A test of a distribution that was fitted to the same data: data are drawn from the fit, fitted and tested again, and the
/// p-value is the share (r + 1)/(n + 1) of the draws with a statistic as large. Reproducible by key on any number of threads.
///
/// Source: Lilliefors 1967 for the normal distribution; Stute, González Manteiga & Presedo Quindimil 1993, *Bootstrap based
/// goodness-of-fit tests*.
///
/// # Errors
///
/// If the data cannot be fitted or tested, no draws are asked for, or fewer than half of the draws can be fitted.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_prob::{continuous::Exponential, goodness};
///
/// let hours = [3.0, 5.0, 7.0, 18.0, 43.0, 85.0, 91.0, 98.0, 100.0, 130.0, 230.0, 487.0];
/// let (fit, test) = goodness::after_fit::<Exponential>(&hours, goodness::kolmogorov_smirnov, 500, Key::new(1))?;
/// assert!(fit.rate() < 0.01 && test.p_value > 0.05);
/// # Ok::<(), genai_prob::Error>(())
/// ```
pub fn after_fit<D: Fit>(
    data: &[f64],
    test: impl Fn(&[f64], &dyn Univariate) -> Result<Test, Error> + Sync,
    draws: usize,
    key: Key,
) -> Result<(D, Test), Error> {
    let fit = D::fit(data)?;
    let found = test(data, &fit)?;
    let again = |r: usize| {
        let drawn = fit.sample_n(data.len(), &mut key.split(r as u64).stream());
        let statistic = D::fit(&drawn).and_then(|d| test(&drawn, &d)).ok()?.statistic;
        Some(statistic >= found.statistic)
    };
    let larger: Vec<bool> = (0..draws).into_par_iter().filter_map(again).collect();
    if draws == 0 || 2 * larger.len() < draws {
        let found = format!("{} of {draws} draws that could be fitted", larger.len());
        return Err(Error::data("after_fit", found, "at least half of them, and one"));
    }
    let count = larger.iter().filter(|larger| **larger).count() as f64;
    Ok((fit, Test { p_value: (count + 1.0) / (larger.len() + 1) as f64, ..found }))
}
