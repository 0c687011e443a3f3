//! Tensors with gradients of every order on fast CPU kernels.
#![deny(unsafe_code)]

pub mod kernels;
pub mod real;

pub use real::Real;
