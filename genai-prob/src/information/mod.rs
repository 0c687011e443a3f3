//! How much one distribution tells, and how far two are apart: in nats.
//!
//! The functions here take distributions: sums or integrals over [`Univariate`](crate::Univariate), to about 12 digits.
//! [`vectors`] has the same for lists of probabilities, [`samples`] estimates from data. Where no sum ends,
//! [`kl_monte_carlo`] draws, and says how sure it is.
//!
//! | | definition | zero if | largest |
//! |---|---|---|---|
//! | entropy | −E ln p | discrete: one outcome is certain | |
//! | cross-entropy | −Eₚ ln q = entropy(p) + KL(p, q) | | ∞ |
//! | Kullback–Leibler | Eₚ ln (p/q) | p = q | ∞ |
//! | Jensen–Shannon | ½ KL(p, m) + ½ KL(q, m), m = (p + q)/2 | p = q | ln 2 |
//! | Hellinger | √(½ ∫ (√p − √q)²) | p = q | 1 |
//! | total variation | ½ ∫ \|p − q\| | p = q | 1 |
//! | Wasserstein | the least mean distance (root of mean squared distance) over which mass must move | p = q | ∞ |
//!
//! # Examples
//!
//! ```
//! use genai_prob::{continuous::Exponential, information};
//!
//! let (p, q) = (Exponential::new(2.0)?, Exponential::new(1.0)?);
//! approx::assert_relative_eq!(information::kl(&p, &q)?, 2f64.ln() - 0.5, max_relative = 1e-12);
//! approx::assert_relative_eq!(information::wasserstein_1(&p, &q)?, 0.5, max_relative = 1e-12);
//! approx::assert_relative_eq!(information::fisher_information(&p)?[(0, 0)], 0.25, max_relative = 1e-12);
//! # Ok::<(), genai_prob::Error>(())
//! ```

mod closed_form;
mod distributions;
mod fisher;
mod monte_carlo;
pub mod samples;
mod transport;
pub mod vectors;

pub use distributions::{cross_entropy, entropy, hellinger, jensen_shannon, kl, total_variation};
pub use fisher::fisher_information;
pub use monte_carlo::{Approximation, expectation_monte_carlo, kl_monte_carlo};
pub use transport::{wasserstein_1, wasserstein_2};
