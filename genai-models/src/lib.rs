#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod classical;
pub mod data;
mod error;
pub mod hub;
pub mod image;
pub mod nn;
pub mod text;
pub mod train;

pub use error::Error;
pub use {genai_core as core, genai_prob as prob, genai_sampling as sampling};

/// The examples of the front page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
