//! How well a distribution fits data: tests and a plot.
//!
//! The p-values hold for a distribution that was fixed before the data were seen. After a fit they are too large; then
//! [`after_fit`] draws data from the fitted distribution, fits again, and compares.
//!
//! # Examples
//!
//! ```
//! use genai_prob::{continuous::Exponential, goodness};
//!
//! let waits = [0.2, 1.4, 0.7, 3.1, 0.05, 1.9];
//! let test = goodness::kolmogorov_smirnov(&waits, &Exponential::new(1.0)?)?;
//! assert!(test.p_value > 0.5); // nothing speaks against it
//! # Ok::<(), genai_prob::Error>(())
//! ```

mod anderson_darling;
mod chi_squared;
mod fitted;
mod kolmogorov;
mod kolmogorov_smirnov;
mod quantiles;

pub use anderson_darling::anderson_darling;
pub use chi_squared::{chi_squared, chi_squared_of};
pub use fitted::after_fit;
pub use kolmogorov::{kolmogorov_sf, kolmogorov_sf_exact};
pub use kolmogorov_smirnov::kolmogorov_smirnov;
pub use quantiles::quantile_pairs;

use crate::Error;

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Test {
    /// What was measured.
    pub statistic: f64,
    /// The probability of a statistic at least as large, if the hypothesis is true.
    pub p_value: f64,
    /// Degrees of freedom, where the test has them.
    pub degrees: Option<f64>,
}

/// The data in ascending order, if there are any and all are finite.
fn sorted(what: &'static str, data: &[f64]) -> Result<Vec<f64>, Error> {
    let everywhere = crate::Support::reals(f64::NEG_INFINITY, f64::INFINITY);
    crate::data::checked(what, data, &vec![1.0; data.len()], everywhere)?;
    let mut sorted = data.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}
