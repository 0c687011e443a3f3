//! Minimisation of smooth functions of several numbers: L-BFGS, and domains that a change of variables makes free.
//!
//! # Examples
//!
//! ```
//! use genai_prob::optimize::{Constraint, Lbfgs};
//!
//! // Shares of three parties that 5, 3 and 2 of ten voters chose: −ln L = −Σ nᵢ ln pᵢ.
//! let minimum = Lbfgs::default().minimize_within(&[Constraint::Simplex(3)], &[0.2, 0.2, 0.6], |p, slope| {
//!     (0..3).for_each(|i| slope[i] = -[5.0, 3.0, 2.0][i] / p[i]);
//!     -5.0 * p[0].ln() - 3.0 * p[1].ln() - 2.0 * p[2].ln()
//! })?;
//! approx::assert_relative_eq!(minimum.point[0], 0.5, epsilon = 1e-6);
//! # Ok::<(), genai_prob::Error>(())
//! ```

mod constraint;
mod lbfgs;
mod line_search;
mod root;

pub use constraint::Constraint;
pub use lbfgs::{Lbfgs, Minimum};
pub(crate) use root::root;
