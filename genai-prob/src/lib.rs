#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod bijector;
pub mod combinator;
pub mod continuous;
mod data;
mod density;
pub mod describe;
pub mod discrete;
mod distribution;
mod domain;
mod error;
mod family;
mod fill;
mod fit;
pub mod goodness;
pub mod information;
mod invert;
pub mod likelihood;
mod moments;
pub mod multivariate;
mod newton;
pub mod optimize;
pub mod probability;
mod sample;
pub mod special;
#[cfg(feature = "statrs")]
mod statrs;
mod tabulated;
pub mod tensor;

pub use density::Density;
pub use distribution::{Continuous, Discrete, Fit, Parametric, Support, Univariate};
pub use domain::{Domain, Parameter};
pub use error::Error;
pub use fill::choose_rows;
pub use moments::FitMoments;
