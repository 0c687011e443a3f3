//! What a set of numbers looks like, before any distribution is fitted.
//!
//! # Examples
//!
//! ```
//! use genai_prob::describe::{Histogram, Summary};
//!
//! let eruptions = [1.8, 1.7, 4.5, 4.7, 1.9, 4.3, 4.6, 2.0, 4.4, 1.85];
//! let summary = Summary::of(&eruptions)?;
//! assert_eq!((summary.count, summary.modes), (10, 2)); // short ones and long ones
//! assert_eq!(Histogram::of(&eruptions, 3)?.counts, [5, 0, 5]);
//! # Ok::<(), genai_prob::Error>(())
//! ```

mod ecdf;
mod histogram;
mod modes;
mod summary;

pub use ecdf::Ecdf;
pub use histogram::Histogram;
pub use modes::{bandwidth, modes};
pub use summary::Summary;

use crate::Error;

/// The data in ascending order, if there are any and all are finite.
fn sorted(what: &'static str, data: &[f64]) -> Result<Vec<f64>, Error> {
    let everywhere = crate::Support::reals(f64::NEG_INFINITY, f64::INFINITY);
    crate::data::checked(what, data, &vec![1.0; data.len()], everywhere)?;
    let mut sorted = data.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}
