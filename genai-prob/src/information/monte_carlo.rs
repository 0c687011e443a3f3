//! Expectations by drawing.

use super::distributions::both;
use crate::{Error, Univariate, data};
use genai_core::random::Key;

/// A mean of draws.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Approximation {
    /// The mean.
    pub value: f64,
    /// Its standard error: the draws' standard deviation / √n.
    pub standard_error: f64,
}

/// E g(X) from `draws` draws, on all threads; the same key gives the same bits.
///
/// # Errors
///
/// If there are fewer than two draws, or g is NaN at one.
pub fn expectation_monte_carlo(
    d: &dyn Univariate,
    draws: usize,
    key: Key,
    g: impl Fn(f64) -> f64,
) -> Result<Approximation, Error> {
    if draws < 2 {
        return Err(Error::data("expectation_monte_carlo", format!("{draws} draws"), "at least two"));
    }
    let mut values = vec![0.0; draws];
    d.fill(key, &mut values);
    for x in &mut values {
        let y = g(*x);
        if y.is_nan() {
            return Err(Error::data("expectation_monte_carlo", format!("NaN at {x}"), "a number at every draw"));
        }
        *x = y;
    }
    let n = draws as f64;
    let (value, variance) = data::mean_and_variance(&values, &vec![1.0; draws], n);
    if value.is_infinite() {
        return Ok(Approximation { value, standard_error: f64::INFINITY });
    }
    Ok(Approximation { value, standard_error: (variance / (n - 1.0)).sqrt() })
}

/// KL(p, q) from draws of p: the mean of ln p − ln q.
///
/// # Errors
///
/// As [`expectation_monte_carlo`]; if only one of the two is discrete.
pub fn kl_monte_carlo(p: &dyn Univariate, q: &dyn Univariate, draws: usize, key: Key) -> Result<Approximation, Error> {
    both("kl_monte_carlo", p, q)?;
    expectation_monte_carlo(p, draws, key, |x| p.ln_prob(x) - q.ln_prob(x))
}
