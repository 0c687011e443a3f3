//! Counts in bins of equal width.

use super::sorted;
use crate::Error;

/// How many values lie in each bin; bins are closed below, the last one on both sides.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Histogram {
    /// Where bins end, one more than bins.
    pub edges: Vec<f64>,
    /// How many values lie in each.
    pub counts: Vec<usize>,
}

/// Bins, at most, that [`Histogram::automatic`] takes.
const MOST: f64 = 1000.0;

impl Histogram {
    /// Of data in so many bins from the smallest to the largest value; constant data lie in the middle of a range of 1.
    ///
    /// # Errors
    ///
    /// If there are no bins, no data, or a value is not finite.
    pub fn of(values: &[f64], bins: usize) -> Result<Self, Error> {
        let sorted = sorted("Histogram", values)?;
        if bins == 0 {
            return Err(Error::data("Histogram", "0 bins", "at least one"));
        }
        let (mut low, mut high) = (sorted[0], sorted[sorted.len() - 1]);
        if low == high {
            (low, high) = (low - 0.5, high + 0.5);
        }
        let edge = |i: usize| low * (1.0 - i as f64 / bins as f64) + high * (i as f64 / bins as f64);
        let edges: Vec<f64> = (0..=bins).map(edge).collect();
        let upto = |i: usize| if i == bins { sorted.len() } else { sorted.partition_point(|x| *x < edges[i]) };
        let counts = (0..bins).map(|i| upto(i + 1) - if i == 0 { 0 } else { upto(i) }).collect();
        Ok(Self { edges, counts })
    }

    /// Of data in bins about 2 IQR n^(−1/3) wide, or range / (log₂ n + 1) if that is narrower.
    ///
    /// Source: Freedman & Diaconis 1981; Sturges 1926.
    ///
    /// # Errors
    ///
    /// If there are no data, or one is not finite.
    pub fn automatic(values: &[f64]) -> Result<Self, Error> {
        let sorted = sorted("Histogram", values)?;
        let n = sorted.len() as f64;
        let quantile = |p| crate::likelihood::linear_quantile(&sorted, p);
        let range = sorted[sorted.len() - 1] - sorted[0];
        let wide = 2.0 * (quantile(0.75) - quantile(0.25)) * n.powf(-1.0 / 3.0);
        let narrow = range / (n.log2() + 1.0);
        let width = if wide > 0.0 { wide.min(narrow) } else { narrow };
        Self::of(values, if width > 0.0 { (range / width).ceil().min(MOST) as usize } else { 1 })
    }

    /// Shares of a unit of x in each bin: an estimate of the density, whose area is 1.
    pub fn density(&self) -> Vec<f64> {
        let total: usize = self.counts.iter().sum();
        let bins = self.counts.iter().zip(self.edges.windows(2));
        bins.map(|(count, edge)| *count as f64 / total as f64 / (edge[1] - edge[0])).collect()
    }
}
