//! Likelihood: how well parameters explain data, which explain them best, and how sure that is.
//!
//! A [`Likelihood`] joins data with a family or with a function of your own. From it follow the estimate and its
//! [`Estimate::standard_errors`], intervals ([`Estimate::wald`], [`Likelihood::profile`], [`Likelihood::bootstrap`]), the
//! comparison of models ([`Estimate::ratio_test`], [`Estimate::aic`]) and the most probable parameters under a prior
//! ([`Likelihood::with_prior`]). Where prior and posterior are of one family, [`conjugate`] has both.
//!
//! # Examples
//!
//! A coin shows heads 7 times in 10: L(θ) = θ⁷ (1 − θ)³ is largest at θ = 0.7.
//!
//! ```
//! use genai_prob::likelihood::Likelihood;
//! use genai_prob::optimize::Constraint;
//!
//! let domain = [("theta", Constraint::Between(0.0, 1.0))];
//! let coin = Likelihood::from_fn(&domain, 10.0, |theta| 7.0 * theta[0].ln() + 3.0 * (-theta[0]).ln_1p());
//! approx::assert_relative_eq!(coin.ln_likelihood(&[0.5]).exp(), 0.5f64.powi(10), max_relative = 1e-14);
//!
//! let best = coin.maximize()?;
//! approx::assert_relative_eq!(best.values()[0], 0.7, epsilon = 1e-9);
//! approx::assert_relative_eq!(best.standard_errors()?[0], (0.7f64 * 0.3 / 10.0).sqrt(), max_relative = 1e-6);
//! # Ok::<(), genai_prob::Error>(())
//! ```

mod bootstrap;
pub mod conjugate;
mod differences;
mod estimate;
mod matrix;
mod maximize;
mod model;
mod object;
mod prior;
mod profile;

pub use bootstrap::Bootstrap;
pub(crate) use bootstrap::linear_quantile;
pub use estimate::Estimate;
pub use matrix::Matrix;
pub use object::Likelihood;
