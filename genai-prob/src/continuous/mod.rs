//! Distributions with a density.
//!
//! To add one: a file with the family (`family!`, `Density`, `Univariate`, `draw`, `Fit`), `mod` and `pub use` here, one row
//! in `tests/families`.

mod exponential;

pub use exponential::Exponential;
