//! A density of steps.

use super::empirical::running;
use super::moments::{Moments, by_moments};
use super::shares;
use crate::{Error, Support, Univariate, data, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter, Result as Written};

/// Bins with a share each, the values uniform within: a histogram as a distribution.
///
/// | | |
/// |---|---|
/// | density | share / width of the bin that holds x |
/// | variance | Σ wₖ (width²/12 + (centre − μ)²) |
///
/// # Examples
///
/// ```
/// use genai_prob::{Univariate, combinator::Histogram};
///
/// let ages = Histogram::new(&[0.0, 10.0, 30.0], &[1.0, 3.0])?;
/// assert_eq!((ages.prob(5.0), ages.cdf(20.0), ages.isf(0.375)), (0.025, 0.625, 20.0));
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Fields")]
pub struct Histogram {
    edges: Vec<f64>,
    masses: Vec<f64>,
    /// The mass below each edge, and above it.
    #[serde(skip_serializing)]
    below: Vec<f64>,
    #[serde(skip_serializing)]
    above: Vec<f64>,
}

/// How it is read from files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    edges: Vec<f64>,
    masses: Vec<f64>,
}

impl TryFrom<Fields> for Histogram {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self, Error> {
        Self::new(&fields.edges, &fields.masses)
    }
}

impl Histogram {
    /// The distribution with these ascending edges and shares in proportion to these masses, one fewer than edges.
    ///
    /// # Errors
    ///
    /// If an edge is not finite or not above the one before, there is not one mass between each two, one is negative or all
    /// are 0.
    pub fn new(edges: &[f64], masses: &[f64]) -> Result<Self, Error> {
        let bad = |i: &usize| !edges[*i].is_finite() || *i > 0 && edges[*i] <= edges[i - 1];
        if let Some(i) = (0..edges.len()).find(bad) {
            let found = format!("{} at place {i}", edges[i]);
            return Err(Error::parameter("Histogram", "edges", found, "finite numbers in ascending order"));
        }
        let masses = shares("Histogram", masses, edges.len().saturating_sub(1))?;
        let mut below = running([0.0].iter().chain(&masses));
        below[masses.len()] = 1.0;
        let mut above = running([0.0].iter().chain(masses.iter().rev()));
        above[masses.len()] = 1.0;
        above.reverse();
        Ok(Self { edges: edges.to_vec(), masses, below, above })
    }

    /// The histogram of data in bins of equal width from the smallest to the largest value.
    ///
    /// # Errors
    ///
    /// If there are no bins, no data, a value is not finite, or all are equal.
    pub fn of(values: &[f64], bins: usize) -> Result<Self, Error> {
        let everywhere = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        data::checked("Histogram::of", values, &vec![1.0; values.len()], everywhere)?;
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if bins == 0 || low == high {
            let found = format!("{bins} bins for values from {low} to {high}");
            return Err(Error::data("Histogram::of", found, "a bin at least, and values that differ"));
        }
        let width = high / bins as f64 - low / bins as f64;
        let mut edges: Vec<f64> = (0..bins).map(|i| low + i as f64 * width).collect();
        edges.push(high);
        let mut counts = vec![0.0; bins];
        values.iter().for_each(|x| counts[edges[1..bins].partition_point(|edge| edge <= x)] += 1.0);
        Self::new(&edges, &counts)
    }

    /// The edges, one more than bins.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The shares.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    fn last(&self) -> f64 {
        self.edges[self.masses.len()]
    }

    /// The bin that holds x; the one to the right at an edge, the last at its end.
    fn bin(&self, x: f64) -> Option<usize> {
        let n = self.edges.partition_point(|edge| *edge <= x);
        (x >= self.edges[0] && x <= self.last()).then(|| n.clamp(1, self.masses.len()) - 1)
    }

    fn width(&self, bin: usize) -> f64 {
        self.edges[bin + 1] - self.edges[bin]
    }

    fn moments(&self) -> Moments {
        let uniform = |i: usize| {
            let square = self.width(i).powi(2);
            let mean = self.edges[i] + 0.5 * self.width(i);
            Moments { mean, variance: square / 12.0, third: 0.0, fourth: square * square / 80.0 }
        };
        Moments::pooled(&self.masses.iter().enumerate().map(|(i, w)| (*w, uniform(i))).collect::<Vec<_>>())
    }
}

impl Display for Histogram {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "Histogram({} bins from {} to {})", self.masses.len(), self.edges[0], self.last())
    }
}

impl Univariate for Histogram {
    by_moments!();

    fn support(&self) -> Support {
        Support::reals(self.edges[0], self.last())
    }

    fn ln_prob(&self, x: f64) -> f64 {
        self.bin(x).map_or(f64::NEG_INFINITY, |i| self.masses[i].ln() - self.width(i).ln())
    }

    fn prob(&self, x: f64) -> f64 {
        self.bin(x).map_or(0.0, |i| self.masses[i] / self.width(i))
    }

    fn cdf(&self, x: f64) -> f64 {
        let part = |i: usize| self.below[i] + self.masses[i] * ((x - self.edges[i]) / self.width(i));
        self.bin(x).map_or(if x < self.edges[0] { 0.0 } else { 1.0 }, |i| part(i).min(1.0))
    }

    fn sf(&self, x: f64) -> f64 {
        let part = |i: usize| self.above[i + 1] + self.masses[i] * ((self.edges[i + 1] - x) / self.width(i));
        self.bin(x).map_or(if x < self.edges[0] { 1.0 } else { 0.0 }, |i| part(i).min(1.0))
    }

    fn quantile(&self, p: f64) -> f64 {
        if !(p > 0.0 && p < 1.0) {
            let end = if p <= 0.0 { self.edges[0] } else { self.last() };
            return if p.is_nan() { p } else { end };
        }
        let i = self.below[1..].partition_point(|sum| *sum < p).min(self.masses.len() - 1);
        let share = (p - self.below[i]) / self.masses[i];
        (self.edges[i] + share * self.width(i)).clamp(self.edges[i], self.edges[i + 1])
    }

    fn isf(&self, q: f64) -> f64 {
        if !(q > 0.0 && q < 1.0) {
            return self.quantile(1.0 - q);
        }
        let i = self.above[1..].partition_point(|sum| *sum > q).min(self.masses.len() - 1);
        let share = (q - self.above[i + 1]) / self.masses[i];
        (self.edges[i + 1] - share * self.width(i)).clamp(self.edges[i], self.edges[i + 1])
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.quantile(ln_p.exp())
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.isf(ln_q.exp())
    }

    /// The left edge of the highest bin.
    fn mode(&self) -> f64 {
        let height = |i: usize| self.masses[i] / self.width(i);
        let best = (1..self.masses.len()).fold(0, |best, i| if height(i) > height(best) { i } else { best });
        self.edges[best]
    }

    fn entropy(&self) -> f64 {
        let term = |(i, w): (usize, &f64)| if *w > 0.0 { -w * (w.ln() - self.width(i).ln()) } else { 0.0 };
        self.masses.iter().enumerate().map(term).sum()
    }

    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        self.quantile(sample::open_uniform(rng))
    }
}
