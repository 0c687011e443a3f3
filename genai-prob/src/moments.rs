//! The method of moments.

use crate::{Error, Support, Univariate, data};

/// A family whose members are told apart by mean and standard deviation.
///
/// # Examples
///
/// ```
/// use genai_prob::{FitMoments, Univariate, continuous::Gamma};
///
/// let rain = Gamma::fit_moments(&[1.0, 2.0, 3.0, 6.0])?; // a mean of 3 and a variance of 3.5
/// approx::assert_relative_eq!(rain.mean(), 3.0, max_relative = 1e-15);
/// approx::assert_relative_eq!(rain.variance(), 3.5, max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
///
/// Source: Pearson 1894, *Contributions to the mathematical theory of evolution*.
pub trait FitMoments: Univariate + Sized {
    /// The member with this mean and standard deviation.
    ///
    /// # Errors
    ///
    /// If the family has none: the standard deviation is not positive, or the mean is none of its means.
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error>;

    /// The member with the mean and the standard deviation (÷ Σ w) of weighted data.
    ///
    /// # Errors
    ///
    /// If the data are empty or not finite, a weight is negative or all are 0, there are more or fewer than values, or as
    /// [`from_moments`](Self::from_moments).
    fn fit_moments_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("fit_moments", data, weights, reals)?;
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        Self::from_moments(mean, variance.sqrt())
    }

    /// The member with the mean and the standard deviation (÷ n) of data.
    ///
    /// # Errors
    ///
    /// As [`fit_moments_weighted`](Self::fit_moments_weighted).
    fn fit_moments(data: &[f64]) -> Result<Self, Error> {
        Self::fit_moments_weighted(data, &vec![1.0; data.len()])
    }
}
