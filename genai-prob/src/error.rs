//! What can go wrong.

use std::fmt::Display;

/// What is wrong with a parameter, a data set or a computation; the message names the thing, its value and what was
/// expected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter lies outside its domain.
    #[error("{distribution}: {name} is {value}, expected {expected}")]
    Parameter {
        /// The distribution.
        distribution: &'static str,
        /// Its parameter.
        name: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: String,
    },
    /// Data that a method cannot work with.
    #[error("{what}: {found}, expected {expected}")]
    Data {
        /// What was to be computed, or whose data it is.
        what: &'static str,
        /// What was found.
        found: String,
        /// What is needed.
        expected: &'static str,
    },
    /// An iteration ended before it met its tolerance.
    #[error("{what}: not converged after {iterations} iterations")]
    NotConverged {
        /// What was to be computed.
        what: &'static str,
        /// How many iterations were made.
        iterations: usize,
    },
}

impl Error {
    /// An [`Error::Parameter`].
    pub(crate) fn parameter(
        distribution: &'static str,
        name: &'static str,
        value: impl Display,
        expected: impl Into<String>,
    ) -> Self {
        Self::Parameter { distribution, name, value: value.to_string(), expected: expected.into() }
    }

    /// An [`Error::Data`].
    pub(crate) fn data(what: &'static str, found: impl Into<String>, expected: &'static str) -> Self {
        Self::Data { what, found: found.into(), expected }
    }
}
