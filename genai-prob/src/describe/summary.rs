//! Mean, spread, shape.

use super::{modes, sorted};
use crate::likelihood::linear_quantile;
use crate::{Error, data};
use std::fmt::{Display, Formatter, Result as Written};

/// Numbers that describe data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// How many values.
    pub count: usize,
    /// Σ x / n.
    pub mean: f64,
    /// Standard deviation with n − 1; 0 for one value.
    pub std: f64,
    /// m₃ / m₂^1.5 with central moments of n; 0 for constant data.
    pub skewness: f64,
    /// m₄ / m₂² − 3; 0 for constant data.
    pub kurtosis: f64,
    /// Modes of a kernel density estimate, by [`modes`](super::modes).
    pub modes: usize,
    sorted: Vec<f64>,
}

impl Summary {
    /// Of data.
    ///
    /// # Errors
    ///
    /// If there are none, or one is not finite.
    pub fn of(values: &[f64]) -> Result<Self, Error> {
        let sorted = sorted("Summary", values)?;
        let n = sorted.len() as f64;
        let (mean, variance) = data::mean_and_variance(&sorted, &vec![1.0; sorted.len()], n);
        let standard = |power: i32| data::sum(sorted.iter().map(|x| ((x - mean) / variance.sqrt()).powi(power))) / n;
        let varied = variance > 0.0;
        Ok(Self {
            count: sorted.len(),
            mean,
            std: if n > 1.0 { (variance * n / (n - 1.0)).sqrt() } else { 0.0 },
            skewness: if varied { standard(3) } else { 0.0 },
            kurtosis: if varied { standard(4) - 3.0 } else { 0.0 },
            modes: modes(&sorted)?.len(),
            sorted,
        })
    }

    /// The value below which a share p of the data lies, linear between values (Hyndman & Fan 1996, type 7; NumPy's default).
    /// A `p` below 0 counts as 0, above 1 as 1.
    pub fn quantile(&self, p: f64) -> f64 {
        if p.is_nan() { p } else { linear_quantile(&self.sorted, p) }
    }

    /// The middle value.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The smallest and the largest value.
    pub fn range(&self) -> (f64, f64) {
        (self.sorted[0], self.sorted[self.count - 1])
    }

    /// The data, ascending.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let (low, high) = self.range();
        writeln!(f, "values    {}", self.count)?;
        writeln!(f, "mean      {:.6} ± {:.6}", self.mean, self.std)?;
        let [q1, median, q3] = [0.25, 0.5, 0.75].map(|p| self.quantile(p));
        writeln!(f, "quartiles {low:.6}, {q1:.6}, {median:.6}, {q3:.6}, {high:.6}")?;
        write!(f, "skewness  {:.4}, kurtosis {:.4}, modes {}", self.skewness, self.kurtosis, self.modes)
    }
}
