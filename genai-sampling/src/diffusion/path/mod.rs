//! Paths from data to noise: which level has which time, and the other way round.
//!
//! To add one: one file with its struct and [`Path`], a `mod` and a `pub use` below, and one row in
//! `tests/diffusion_laws.rs`.

mod discrete;
mod edm;
mod flow;
mod sub_variance_preserving;
mod variance_exploding;
mod variance_preserving;

use std::fmt::Debug;

use super::Level;

pub use discrete::{Betas, Discrete};
pub use edm::Edm;
pub use flow::Flow;
pub use sub_variance_preserving::SubVariancePreserving;
pub use variance_exploding::VarianceExploding;
pub use variance_preserving::VariancePreserving;

/// A path of noise levels.
pub trait Path: Debug {
    /// The level at a time.
    fn level(&self, time: f64) -> Level;

    /// The level at which noise to signal, σ/α, is `ratio`.
    fn at_ratio(&self, ratio: f64) -> Level;
}
