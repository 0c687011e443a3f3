//! Bayes' rule on densities.

use crate::{Error, Univariate, data};

/// A density known at equally spaced points, straight between them.
///
/// # Examples
///
/// 7 heads in 10 throws of a coin that could be anything: the posterior is Beta(8, 4).
///
/// ```
/// use genai_prob::probability::Grid;
///
/// let prior = Grid::new(0.0, 1.0, vec![1.0; 2001])?;
/// let (posterior, evidence) = prior.update(|theta| 7.0 * theta.ln() + 3.0 * (-theta).ln_1p())?;
/// approx::assert_relative_eq!(posterior.mean(), 8.0 / 12.0, max_relative = 1e-6);
/// approx::assert_relative_eq!(evidence.exp(), 1.0 / 1320.0, max_relative = 1e-6); // B(8, 4)
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    lower: f64,
    upper: f64,
    density: Vec<f64>,
}

impl Grid {
    /// From values proportional to the density at points from `lower` to `upper`.
    ///
    /// # Errors
    ///
    /// If the ends are not finite and in order, there are fewer than two values, one is negative or not finite, or all
    /// are 0.
    pub fn new(lower: f64, upper: f64, values: Vec<f64>) -> Result<Self, Error> {
        if !(lower.is_finite() && upper.is_finite() && lower < upper) {
            return Err(Error::data("Grid", format!("ends {lower} and {upper}"), "finite ends in ascending order"));
        }
        if values.len() < 2 {
            return Err(Error::data("Grid", format!("{} values", values.len()), "at least two"));
        }
        if let Some(i) = values.iter().position(|y| !(y.is_finite() && *y >= 0.0)) {
            return Err(Error::data("Grid", format!("value {i} is {}", values[i]), "numbers of at least 0"));
        }
        let mut grid = Self { lower, upper, density: values };
        let area = grid.integral(|_| 1.0);
        if !(area > 0.0 && area.is_finite()) {
            return Err(Error::data("Grid", format!("values of area {area}"), "a positive area"));
        }
        grid.density.iter_mut().for_each(|y| *y /= area);
        Ok(grid)
    }

    /// A distribution's density at so many points.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new): the density must be finite at every point.
    pub fn of(d: &dyn Univariate, lower: f64, upper: f64, points: usize) -> Result<Self, Error> {
        let step = (upper - lower) / points.saturating_sub(1).max(1) as f64;
        Self::new(lower, upper, (0..points).map(|i| d.prob(lower + step * i as f64)).collect())
    }

    /// The posterior, prior × likelihood / evidence, and the logarithm of the evidence ∫ prior × likelihood.
    ///
    /// # Errors
    ///
    /// If the likelihood is NaN or ∞ where the prior is not 0, or 0 at every point.
    pub fn update(&self, ln_likelihood: impl Fn(f64) -> f64) -> Result<(Self, f64), Error> {
        let ln: Vec<f64> = (0..self.density.len())
            .map(|i| if self.density[i] > 0.0 { ln_likelihood(self.point(i)) } else { f64::NEG_INFINITY })
            .collect();
        if let Some(i) = ln.iter().position(|y| y.is_nan() || *y == f64::INFINITY) {
            let found = format!("ln L is {} at {}", ln[i], self.point(i));
            return Err(Error::data("Grid::update", found, "a number, or -inf"));
        }
        let top = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if top == f64::NEG_INFINITY {
            return Err(Error::data("Grid::update", "a likelihood of 0 everywhere", "data that some point explains"));
        }
        let values = self.density.iter().zip(&ln).map(|(y, ln)| y * (ln - top).exp()).collect();
        let product = Self { density: values, ..*self };
        let evidence = product.integral(|_| 1.0).ln() + top;
        Ok((Self::new(self.lower, self.upper, product.density)?, evidence))
    }

    /// Points and densities.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        (0..self.density.len()).map(|i| (self.point(i), self.density[i]))
    }

    /// E X.
    pub fn mean(&self) -> f64 {
        self.integral(|x| x)
    }

    /// E (X − E X)².
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.integral(|x| (x - mean).powi(2))
    }

    /// The point of largest density.
    pub fn mode(&self) -> f64 {
        self.point((1..self.density.len()).fold(0, |a, b| if self.density[b] > self.density[a] { b } else { a }))
    }

    /// The point up to which a share p of the area lies. A `p` below 0 counts as 0, above 1 as 1.
    pub fn quantile(&self, p: f64) -> f64 {
        let (mut left, step) = (p.clamp(0.0, 1.0), self.step());
        for i in 0..self.density.len() - 1 {
            let (a, b) = (self.density[i], self.density[i + 1]);
            let area = 0.5 * (a + b) * step;
            if left <= area {
                // a s + (b − a) s²/2 = left/step, for s from 0 to 1
                let due = 2.0 * left / step;
                let s = due / (a + (a * a + (b - a) * due).max(0.0).sqrt());
                return self.point(i) + step * if s.is_finite() { s.clamp(0.0, 1.0) } else { 0.0 };
            }
            left -= area;
        }
        self.upper
    }

    fn step(&self) -> f64 {
        (self.upper - self.lower) / (self.density.len() - 1) as f64
    }

    fn point(&self, i: usize) -> f64 {
        if i + 1 == self.density.len() { self.upper } else { self.lower + self.step() * i as f64 }
    }

    /// ∫ g f by the trapezoidal rule.
    fn integral(&self, g: impl Fn(f64) -> f64) -> f64 {
        let end = |i: usize| if i == 0 || i + 1 == self.density.len() { 0.5 } else { 1.0 };
        let terms = (0..self.density.len()).filter(|i| self.density[*i] > 0.0);
        data::sum(terms.map(|i| end(i) * self.density[i] * g(self.point(i)))) * self.step()
    }
}
