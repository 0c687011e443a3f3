//! Generative models, their training and their checkpoints.
#![forbid(unsafe_code)]

mod error;
pub mod hub;
pub mod nn;
pub mod text;

pub use error::Error;
pub use {genai_core as core, genai_prob as prob, genai_sampling as sampling};
