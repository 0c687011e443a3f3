//! For lists of probabilities: none negative, sum 1 to within 10⁻⁹. 0 ln 0 counts as 0.
//!
//! # Examples
//!
//! ```
//! use genai_prob::information::vectors::{entropy, kl, mutual_information};
//!
//! let (fair, bent) = ([0.5, 0.5], [0.75, 0.25]);
//! assert_eq!(entropy(&fair)?, 2f64.ln());
//! approx::assert_relative_eq!(kl(&fair, &bent)?, 0.143_841_036_225_890_5, max_relative = 1e-14);
//! assert_eq!(mutual_information(&[0.5, 0.0, 0.0, 0.5], 2)?, 2f64.ln()); // one tells all about the other
//! # Ok::<(), genai_prob::Error>(())
//! ```

use crate::data::sum;
use crate::probability::check_probabilities as check;
use crate::{Error, data};

/// −Σ p ln p.
///
/// # Errors
///
/// If `p` are not probabilities.
pub fn entropy(p: &[f64]) -> Result<f64, Error> {
    check("entropy", p)?;
    Ok(sum(p.iter().map(|p| if *p == 0.0 { 0.0 } else { -p * p.ln() })))
}

/// −Σ p ln q; ∞ where q excludes what p allows.
///
/// # Errors
///
/// If one of the lists is not of probabilities, or they differ in length.
pub fn cross_entropy(p: &[f64], q: &[f64]) -> Result<f64, Error> {
    both("cross_entropy", p, q)?;
    Ok(sum(p.iter().zip(q).map(|(p, q)| if *p == 0.0 { 0.0 } else { -p * q.ln() })))
}

/// Σ p ln (p/q); ∞ where q excludes what p allows.
///
/// # Errors
///
/// As [`cross_entropy`].
pub fn kl(p: &[f64], q: &[f64]) -> Result<f64, Error> {
    both("kl", p, q)?;
    Ok(divergence(p.iter().copied().zip(q.iter().copied())))
}

/// Σ p ln (p/q) through ln(1 + (q − p)/p), which keeps its digits where the two are close.
fn divergence(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let term = |(p, q): (f64, f64)| {
        let change = (q - p) / p;
        if p == 0.0 {
            0.0
        } else if change.abs() < 0.5 {
            -p * change.ln_1p()
        } else {
            p * (p / q).ln()
        }
    };
    sum(pairs.map(term))
}

/// ½ KL(p, m) + ½ KL(q, m) with m = (p + q)/2; at most ln 2.
///
/// # Errors
///
/// As [`cross_entropy`].
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> Result<f64, Error> {
    both("jensen_shannon", p, q)?;
    let middle = p.iter().zip(q).map(|(p, q)| 0.5 * (p + q));
    let [first, second] = [p, q].map(|one| divergence(one.iter().copied().zip(middle.clone())));
    Ok(0.5 * (first + second))
}

/// √(½ Σ (√p − √q)²); at most 1.
///
/// # Errors
///
/// As [`cross_entropy`].
pub fn hellinger(p: &[f64], q: &[f64]) -> Result<f64, Error> {
    both("hellinger", p, q)?;
    Ok((0.5 * sum(p.iter().zip(q).map(|(p, q)| (p.sqrt() - q.sqrt()).powi(2)))).sqrt())
}

/// ½ Σ |p − q|; at most 1.
///
/// # Errors
///
/// As [`cross_entropy`].
pub fn total_variation(p: &[f64], q: &[f64]) -> Result<f64, Error> {
    both("total_variation", p, q)?;
    Ok(0.5 * sum(p.iter().zip(q).map(|(p, q)| (p - q).abs())))
}

/// KL of joint probabilities, row after row of `columns`, from the product of their margins: how much one variable tells
/// about the other.
///
/// # Errors
///
/// If they are not probabilities, or do not fill rows of `columns`.
pub fn mutual_information(joint: &[f64], columns: usize) -> Result<f64, Error> {
    check("mutual_information", joint)?;
    if columns == 0 || !joint.len().is_multiple_of(columns) {
        let found = format!("{} probabilities in rows of {columns}", joint.len());
        return Err(Error::data("mutual_information", found, "whole rows"));
    }
    let rows: Vec<f64> = joint.chunks(columns).map(|row| data::sum(row.iter().copied())).collect();
    let column = |j: usize| sum(joint.iter().skip(j).step_by(columns).copied());
    let columns_of: Vec<f64> = (0..columns).map(column).collect();
    let product = |cell: usize| rows[cell / columns] * columns_of[cell % columns];
    Ok(divergence(joint.iter().enumerate().map(|(cell, p)| (*p, product(cell)))).max(0.0))
}

/// The least mean distance of moving `p` to `q`, both on the same places; the root of the mean of squares for `order` 2.
///
/// # Errors
///
/// As [`cross_entropy`]; if a place is not finite, there are more or fewer than probabilities, or the order is not 1 or 2.
pub fn wasserstein(p: &[f64], q: &[f64], places: &[f64], order: u32) -> Result<f64, Error> {
    both("wasserstein", p, q)?;
    if places.len() != p.len() || places.iter().any(|x| !x.is_finite()) {
        return Err(Error::data("wasserstein", format!("places {places:?}"), "a finite place for each probability"));
    }
    super::samples::weighted_transport([places, places], [p, q], order)
}

fn both(what: &'static str, p: &[f64], q: &[f64]) -> Result<(), Error> {
    if p.len() != q.len() {
        return Err(Error::data(what, format!("{} and {} probabilities", p.len(), q.len()), "lists of one length"));
    }
    check(what, p)?;
    check(what, q)
}
