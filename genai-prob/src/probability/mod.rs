//! The words of probability as functions: what a learner reads in definitions, done for any distribution and any table.
//!
//! | word | function |
//! |---|---|
//! | a mass sums to 1, a density integrates to 1 | [`total_mass`] |
//! | P(a ≤ X ≤ b) | [`between`] |
//! | expected value of g(X) | [`expectation`] |
//! | a distribution function rises from 0 to 1 | [`check_cdf`] |
//! | the density is its slope | [`slope_of_cdf`] |
//! | joint, marginal, conditional probability; independence | [`Table`] |
//! | Bayes' rule, law of total probability | [`bayes`], [`total_probability`], [`Grid`] |
//!
//! # Examples
//!
//! A test finds 99 of 100 ill people and alarms 5 of 100 healthy ones; one in a thousand is ill.
//!
//! ```
//! use genai_prob::probability::{bayes, total_probability};
//!
//! let (prior, alarm) = ([0.001, 0.999], [0.99, 0.05]); // ill, healthy
//! approx::assert_relative_eq!(total_probability(&prior, &alarm)?, 0.05094, max_relative = 1e-12);
//! approx::assert_relative_eq!(bayes(&prior, &alarm)?[0], 0.019434628975265017, max_relative = 1e-12);
//! # Ok::<(), genai_prob::Error>(())
//! ```

mod bayes;
mod definitions;
mod grid;
mod integral;
mod table;

pub(crate) use bayes::check as check_probabilities;
pub use bayes::{bayes, total_probability};
pub use definitions::{between, check_cdf, expectation, slope_of_cdf, total_mass};
pub use grid::Grid;
pub(crate) use integral::{adaptive, over};
pub use table::Table;
