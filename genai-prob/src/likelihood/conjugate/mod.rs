//! Priors whose posterior is of the same family: learning by adding numbers up.
//!
//! | data | parameter | prior and posterior | prediction |
//! |---|---|---|---|
//! | successes of n trials | probability | [`BetaBinomial`] | beta-binomial |
//! | counts of n kinds | probabilities | [`DirichletMultinomial`] | Dirichlet-multinomial |
//! | counts | rate | [`GammaPoisson`] | negative binomial |
//! | waiting times | rate | [`GammaExponential`] | Lomax |
//! | normal, σ known | mean | [`NormalNormal`] | normal |
//! | normal | mean and variance | [`NormalInverseGamma`] | Student t |
//!
//! Each is updated with data into another of its kind; `ln_evidence` is the probability of data before any was seen, with
//! which models are compared.
//!
//! # Examples
//!
//! ```
//! use genai_prob::Univariate;
//! use genai_prob::continuous::Beta;
//! use genai_prob::likelihood::conjugate::BetaBinomial;
//!
//! let anything = BetaBinomial::new(Beta::new(1.0, 1.0)?);
//! let coin = anything.update(7.0, 10.0)?; // 7 heads of 10
//! assert_eq!((coin.distribution().a(), coin.distribution().b()), (8.0, 4.0));
//! approx::assert_relative_eq!(coin.ln_predictive(1.0, 1.0)?.exp(), 2.0 / 3.0, max_relative = 1e-14); // heads again
//! assert!(coin.distribution().sf(0.5) > 0.88); // it favours heads
//! # Ok::<(), genai_prob::Error>(())
//! ```

mod beta_binomial;
mod dirichlet_multinomial;
mod gamma_exponential;
mod gamma_poisson;
mod normal_inverse_gamma;
mod normal_normal;

pub use beta_binomial::BetaBinomial;
pub use dirichlet_multinomial::DirichletMultinomial;
pub use gamma_exponential::GammaExponential;
pub use gamma_poisson::GammaPoisson;
pub use normal_inverse_gamma::NormalInverseGamma;
pub use normal_normal::NormalNormal;

use crate::{Error, Support};

/// An error unless all data are finite and of the support; no data are allowed, and teach nothing.
fn check(what: &'static str, data: &[f64], support: Support) -> Result<(), Error> {
    if data.is_empty() { Ok(()) } else { crate::data::checked(what, data, &vec![1.0; data.len()], support).map(drop) }
}
