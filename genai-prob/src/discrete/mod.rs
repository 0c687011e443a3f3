//! Distributions of whole numbers.
//!
//! To add one: a file with the family (`family!`, `Density`, `Univariate`, `draw`, `Fit`), `mod` and `pub use` here, one row
//! in `tests/families`.

mod binomial;
mod entropy;
mod geometric;
mod negative_binomial;
mod poisson;

pub use binomial::Binomial;
pub use geometric::Geometric;
pub use negative_binomial::NegativeBinomial;
pub use poisson::Poisson;
