//! Distributions of whole numbers.
//!
//! To add one: a file with the family (`family!`, `Density`, `Univariate`, `draw`, `Fit`), `mod` and `pub use` here, one row
//! in `tests/families`.

mod bernoulli;
mod beta_binomial;
mod binomial;
mod categorical;
mod debye;
mod discrete_uniform;
mod entropy;
mod geometric;
mod hypergeometric;
mod logarithmic;
mod negative_binomial;
mod poisson;
pub(crate) mod power_sum;
mod skellam;
mod tails;
mod ties;
mod zeta;
mod zipf;

pub use bernoulli::Bernoulli;
pub use beta_binomial::BetaBinomial;
pub use binomial::Binomial;
pub use categorical::Categorical;
pub use discrete_uniform::DiscreteUniform;
pub use geometric::Geometric;
pub use hypergeometric::Hypergeometric;
pub use logarithmic::Logarithmic;
pub use negative_binomial::NegativeBinomial;
pub use poisson::Poisson;
pub use skellam::Skellam;
pub use zeta::Zeta;
pub use zipf::Zipf;
