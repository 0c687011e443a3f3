//! Integrals over two densities.

use crate::probability::over;
use crate::{Error, Univariate};
use std::f64::consts::LN_2;

/// −E ln p, by summation: what [`Univariate::entropy`] knows in closed form.
///
/// # Errors
///
/// If the sum has too many terms.
pub fn entropy(p: &dyn Univariate) -> Result<f64, Error> {
    over("entropy", &[p], &mut |x| surprise(p.ln_prob(x), p.ln_prob(x)))
}

/// −Eₚ ln q: the mean length of a code made for q, used on p; ∞ if q excludes what p allows.
///
/// # Errors
///
/// If only one of the two is discrete, or the sum has too many terms.
pub fn cross_entropy(p: &dyn Univariate, q: &dyn Univariate) -> Result<f64, Error> {
    both("cross_entropy", p, q)?;
    over("cross_entropy", &scale(p, q), &mut |x| surprise(p.ln_prob(x), q.ln_prob(x)))
}

/// −p ln q.
fn surprise(ln_p: f64, ln_q: f64) -> f64 {
    let p = ln_p.exp();
    if p == 0.0 { 0.0 } else { -p * ln_q }
}

/// KL(p, q) = Eₚ ln (p/q): the length that a code made for q wastes on p; ∞ if q excludes what p allows.
///
/// In closed form for pairs of one family (normal, log-normal, half-normal, Rayleigh, Maxwell, exponential, gamma, Erlang, χ²,
/// inverse gamma, beta, Laplace, Cauchy, Gumbel, Pareto, Weibull, uniform, continuous Bernoulli, Bernoulli, geometric, Poisson,
/// binomial and negative binomial of one size), exponential and gamma, and some to a normal or a Gumbel distribution; else by
/// summation.
///
/// Source: Kullback & Leibler 1951, *On information and sufficiency*.
///
/// # Errors
///
/// As [`cross_entropy`].
pub fn kl(p: &dyn Univariate, q: &dyn Univariate) -> Result<f64, Error> {
    both("kl", p, q)?;
    if let Some(known) = super::closed_form::kl(p, q) {
        return Ok(known);
    }
    if p.support().discrete {
        return over("kl", &[p], &mut |x| {
            let ln_p = p.ln_prob(x);
            if ln_p.exp() == 0.0 { 0.0 } else { ln_p.exp() * (ln_p - q.ln_prob(x)) }
        });
    }
    over("kl", &[p, q], &mut |x| excess(p.ln_prob(x), q.ln_prob(x)))
}

/// p ln (p/q) − p + q: never negative, so that no digits cancel where the two are close; its integral is that of the first
/// term, as both densities have the same area.
fn excess(ln_p: f64, ln_q: f64) -> f64 {
    let (p, q, log_ratio) = (ln_p.exp(), ln_q.exp(), ln_q - ln_p);
    match p {
        0.0 => q,
        _ if q == 0.0 && ln_q == f64::NEG_INFINITY => f64::INFINITY,
        _ if log_ratio.abs() < 0.5 => p * (log_ratio.exp_m1() - log_ratio),
        _ => (q - p) - p * log_ratio,
    }
}

/// The mean of both divergences from the mixture ½ p + ½ q.
///
/// Source: Lin 1991, *Divergence measures based on the Shannon entropy*.
///
/// # Errors
///
/// As [`cross_entropy`].
pub fn jensen_shannon(p: &dyn Univariate, q: &dyn Univariate) -> Result<f64, Error> {
    both("jensen_shannon", p, q)?;
    over("jensen_shannon", &[p, q], &mut |x| {
        let (a, b) = (p.ln_prob(x), q.ln_prob(x));
        let mixed = mixture(a, b);
        if mixed == f64::NEG_INFINITY { 0.0 } else { 0.5 * excess(a, mixed) + 0.5 * excess(b, mixed) }
    })
}

/// ln (½ eᵃ + ½ eᵇ).
fn mixture(a: f64, b: f64) -> f64 {
    let (low, high) = (a.min(b), a.max(b));
    if high == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() - LN_2 }
}

/// √(½ ∫ (√p − √q)²).
///
/// # Errors
///
/// As [`cross_entropy`].
pub fn hellinger(p: &dyn Univariate, q: &dyn Univariate) -> Result<f64, Error> {
    both("hellinger", p, q)?;
    let squared = over("hellinger", &[p, q], &mut |x| {
        let (a, b) = (0.5 * p.ln_prob(x), 0.5 * q.ln_prob(x));
        let (low, high) = (a.min(b), a.max(b));
        if high == f64::NEG_INFINITY { 0.0 } else { 0.5 * (high.exp() * (low - high).exp_m1()).powi(2) }
    })?;
    Ok(squared.sqrt())
}

/// ½ ∫ |p − q|: the largest difference between the probabilities that the two give to any event.
///
/// # Errors
///
/// As [`cross_entropy`].
pub fn total_variation(p: &dyn Univariate, q: &dyn Univariate) -> Result<f64, Error> {
    both("total_variation", p, q)?;
    over("total_variation", &[p, q], &mut |x| 0.5 * (p.prob(x) - q.prob(x)).abs())
}

/// Where an integral against p is cut; q matters too unless its tail would have to be summed.
fn scale<'a>(p: &'a dyn Univariate, q: &'a dyn Univariate) -> Vec<&'a dyn Univariate> {
    if p.support().discrete { vec![p] } else { vec![p, q] }
}

/// An error unless both have masses, or both densities.
pub(crate) fn both(what: &'static str, p: &dyn Univariate, q: &dyn Univariate) -> Result<(), Error> {
    if p.support().discrete == q.support().discrete {
        return Ok(());
    }
    Err(Error::data(what, format!("{p} and {q}"), "two distributions of whole numbers, or two with a density"))
}
