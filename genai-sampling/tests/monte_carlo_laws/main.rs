//! Laws of every kernel: known moments, the joint test of Geweke, calibration, reproducibility, and clear errors.
//!
//! Seeds are fixed; statistical bounds lie at five standard errors (chance that a correct kernel with another seed fails one:
//! 6e-7).
#![cfg(test)]

mod bad_input;
mod calibration;
mod diagnostics;
mod independent;
mod joint;
mod kernels;
