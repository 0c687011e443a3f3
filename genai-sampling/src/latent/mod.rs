//! Latent spaces: drawing, walking, mixing and finding the codes that generators turn into data.
//!
//! A code is a slice of f32, a batch of codes one slice `[n, d]`, the styles of a generator with layers one slice
//! `[layers, d]`. Nothing here knows a model: what maps, scores or decodes a code is a closure.
//!
//! ```
//! use genai_core::random::Key;
//! use genai_sampling::latent::{prior, slerp};
//!
//! let codes = prior(2, 64, Key::new(1)); // [2, 64]
//! let between = slerp(&codes[..64], &codes[64..], 0.5)?;
//! assert_eq!(between.len(), 64);
//! # Ok::<(), genai_sampling::Error>(())
//! ```
//!
//! To add one: a file with its function or struct, `mod` and `pub use` here, a test in `tests/latent_laws.rs`.

mod aggregate;
mod attribute;
mod interpolate;
mod inversion;
mod likelihood;
mod prior;
mod style;
mod truncation;
mod walk;

pub use aggregate::{AggregatePrior, aggregate};
pub use attribute::{analogy, attribute_direction, project_out, shift};
pub use interpolate::{lerp, slerp};
pub use inversion::{Inversion, Inverted};
pub use likelihood::{Evidence, importance_weighted, importance_weighted_normal};
pub use prior::{prior, truncated_prior};
pub use style::{mix_at, mix_styles};
pub use truncation::{Truncation, mean_latent};
pub use walk::{random_walk, walk};

use crate::Error;

/// Whether two codes, or batches of codes, are of one size and not empty.
fn same_size(name: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if expected == 0 {
        return Err(Error::Parameter { name: "dimensions of a code", value: 0.0, expected: "at least 1" });
    }
    crate::monte_carlo::check_length(name, found, expected)
}

/// How many rows of `dim` numbers there are.
fn rows(name: &'static str, length: usize, dim: usize) -> Result<usize, Error> {
    if dim == 0 || length == 0 || !length.is_multiple_of(dim) {
        return Err(Error::Length { name, found: length, expected: dim.max(1) });
    }
    Ok(length / dim)
}
