//! Tensors with gradients of every order on fast CPU kernels.
#![deny(unsafe_code)]

pub mod kernels;
pub mod random;
pub mod real;

pub use real::Real;
