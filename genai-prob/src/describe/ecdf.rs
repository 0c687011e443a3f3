//! The distribution function of the data themselves.

use super::sorted;
use crate::Error;

/// Fₙ(x): the share of values up to x.
///
/// # Examples
///
/// ```
/// use genai_prob::describe::Ecdf;
///
/// let ecdf = Ecdf::of(&[3.0, 1.0, 2.0, 2.0])?;
/// assert_eq!((ecdf.at(0.0), ecdf.at(2.0), ecdf.at(9.0)), (0.0, 0.75, 1.0));
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Ecdf {
    sorted: Vec<f64>,
}

impl Ecdf {
    /// Of data.
    ///
    /// # Errors
    ///
    /// If there are none, or one is not finite.
    pub fn of(values: &[f64]) -> Result<Self, Error> {
        Ok(Self { sorted: sorted("Ecdf", values)? })
    }

    /// Fₙ(x).
    pub fn at(&self, x: f64) -> f64 {
        self.sorted.partition_point(|y| *y <= x) as f64 / self.sorted.len() as f64
    }

    /// Half the width of a band that holds the whole true distribution function with this probability at least:
    /// √(ln(2/(1 − level)) / 2n), for every distribution and every n.
    ///
    /// Source: Dvoretzky, Kiefer & Wolfowitz 1956; the constant is Massart's, 1990.
    ///
    /// # Errors
    ///
    /// If the level is not between 0 and 1.
    pub fn margin(&self, level: f64) -> Result<f64, Error> {
        if !(0.0 < level && level < 1.0) {
            return Err(Error::data("Ecdf::margin", format!("level {level}"), "a level between 0 and 1"));
        }
        Ok(((2.0 / (1.0 - level)).ln() / (2.0 * self.sorted.len() as f64)).sqrt())
    }

    /// The band at x, cut at 0 and 1.
    ///
    /// # Errors
    ///
    /// As [`margin`](Self::margin).
    pub fn band(&self, x: f64, level: f64) -> Result<(f64, f64), Error> {
        let (at, margin) = (self.at(x), self.margin(level)?);
        Ok(((at - margin).max(0.0), (at + margin).min(1.0)))
    }

    /// The values, ascending: where it steps.
    pub fn steps(&self) -> &[f64] {
        &self.sorted
    }
}
