//! Where the numbers of a minimisation may lie, and the free numbers that stand for them.

use crate::{Domain, Error};

/// Where one number, or a group of numbers, may lie. The interior is what a minimisation searches: an end is approached,
/// never met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constraint {
    /// Any number; x = t.
    Free,
    /// Above the bound; x = bound + eᵗ.
    Above(f64),
    /// Below the bound; x = bound − e⁻ᵗ.
    Below(f64),
    /// Between two bounds; x = lower + (upper − lower) / (1 + e⁻ᵗ).
    Between(f64, f64),
    /// So many positive numbers of sum 1; x = softmax(t, 0), one free number fewer.
    Simplex(usize),
}

impl Constraint {
    /// That of a parameter's domain; `None` for whole numbers, which no slope leads along.
    pub fn of(domain: Domain) -> Option<Self> {
        match domain {
            Domain::Finite => Some(Self::Free),
            Domain::Positive | Domain::NonNegative => Some(Self::Above(0.0)),
            Domain::Probability | Domain::OpenProbability | Domain::PositiveProbability => {
                Some(Self::Between(0.0, 1.0))
            }
            Domain::Above(bound) => Some(Self::Above(bound)),
            Domain::Count | Domain::PositiveCount | Domain::Whole => None,
            #[allow(unreachable_patterns, reason = "domains are added elsewhere")]
            _ => Some(Self::Free),
        }
    }

    /// How many numbers it speaks of.
    pub(crate) fn numbers(self) -> usize {
        if let Self::Simplex(n) = self { n } else { 1 }
    }

    /// How many free numbers stand for them.
    pub(crate) fn free(self) -> usize {
        if let Self::Simplex(n) = self { n.saturating_sub(1) } else { 1 }
    }

    /// The lower and the upper end of each of its numbers.
    pub(crate) fn ends(self) -> (f64, f64) {
        match self {
            Self::Free => (f64::NEG_INFINITY, f64::INFINITY),
            Self::Above(bound) => (bound, f64::INFINITY),
            Self::Below(bound) => (f64::NEG_INFINITY, bound),
            Self::Between(lower, upper) => (lower, upper),
            Self::Simplex(_) => (0.0, 1.0),
        }
    }

    /// Whether the numbers lie inside.
    pub(crate) fn holds(self, x: &[f64]) -> bool {
        let (lower, upper) = self.ends();
        let inside = x.iter().all(|x| x.is_finite() && lower < *x && *x < upper);
        match self {
            Self::Simplex(1) => x == [1.0],
            Self::Simplex(_) => inside && (x.iter().sum::<f64>() - 1.0).abs() < 1e-9,
            _ => inside,
        }
    }

    /// An error unless the numbers lie inside.
    pub(crate) fn check(self, x: &[f64]) -> Result<(), Error> {
        if self.holds(x) {
            return Ok(());
        }
        Err(Error::data("start of a minimisation", format!("{x:?} for {self:?}"), "a point inside the domain"))
    }

    /// The free numbers of a point inside.
    pub(crate) fn free_of(self, x: &[f64], t: &mut [f64]) {
        match self {
            Self::Free => t[0] = x[0],
            Self::Above(bound) => t[0] = (x[0] - bound).ln(),
            Self::Below(bound) => t[0] = -(bound - x[0]).ln(),
            Self::Between(lower, upper) => t[0] = ((x[0] - lower) / (upper - x[0])).ln(),
            Self::Simplex(n) => (0..n.saturating_sub(1)).for_each(|i| t[i] = (x[i] / x[n - 1]).ln()),
        }
    }

    /// The point of free numbers.
    pub(crate) fn point_of(self, t: &[f64], x: &mut [f64]) {
        match self {
            Self::Free => x[0] = t[0],
            Self::Above(bound) => x[0] = bound + t[0].exp(),
            Self::Below(bound) => x[0] = bound - (-t[0]).exp(),
            Self::Between(lower, upper) => x[0] = lower + (upper - lower) / (1.0 + (-t[0]).exp()),
            Self::Simplex(n) => {
                let top = t.iter().copied().fold(0.0, f64::max);
                (0..n).for_each(|i| x[i] = (t.get(i).copied().unwrap_or(0.0) - top).exp());
                let sum: f64 = x.iter().sum();
                x.iter_mut().for_each(|x| *x /= sum);
            }
        }
    }

    /// The slope by the free numbers from the slope by the point's.
    pub(crate) fn slope_of(self, x: &[f64], slope: &[f64], out: &mut [f64]) {
        match self {
            Self::Free => out[0] = slope[0],
            Self::Above(bound) => out[0] = slope[0] * (x[0] - bound),
            Self::Below(bound) => out[0] = slope[0] * (bound - x[0]),
            Self::Between(lower, upper) => out[0] = slope[0] * (x[0] - lower) * ((upper - x[0]) / (upper - lower)),
            Self::Simplex(_) => {
                let mean: f64 = x.iter().zip(slope).map(|(x, g)| x * g).sum();
                out.iter_mut().enumerate().for_each(|(i, out)| *out = x[i] * (slope[i] - mean));
            }
        }
    }
}
