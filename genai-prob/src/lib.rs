//! Probability distributions, likelihood and fitting.
#![forbid(unsafe_code)]
