//! Distributions whose parameters are tensors: batches of them, differentiable.
//!
//! A distribution has a batch shape (that of its parameters, broadcast) and an event shape (that of one draw). Draws of
//! `shape` are `[shape.., batch.., event..]`; `log_prob` takes such values, or any that broadcast with the batch, and sums
//! over the event.
//!
//! ```
//! use genai_core::{Tensor, random::Key};
//! use genai_prob::tensor::{Distribution, Normal, kl};
//!
//! let mean = Tensor::of([0.0f64, 1.0]).tracked();
//! let p = Normal::new(&mean, &Tensor::of([1.0f64, 0.5]))?;
//! let x = p.rsample(Key::new(1), &[1000]); // [1000, 2], differentiable by the mean
//! assert_eq!(x.shape(), [1000, 2]);
//! let prior = Normal::new(&Tensor::of([0.0f64, 0.0]), &Tensor::of([1.0f64, 1.0]))?;
//! let loss = kl(&p, &prior).expect("in closed form").sum();
//! assert_eq!(loss.backward().get(&mean).expect("it was used").to_vec::<f64>(), [0.0, 1.0]);
//! # Ok::<(), genai_prob::Error>(())
//! ```
//!
//! To add one: a file here (`family!` for a family of one number, whose formula is that of its scalar form), `mod` and
//! `pub use` below, a row in `tests/tensor/rows.rs`.

mod constraint;
mod divergence;
mod family;
mod implicit;
mod log_density;
mod numeric;
mod shapes;

mod bernoulli;
mod beta;
mod binomial;
mod categorical;
mod cauchy;
mod chi_squared;
mod continuous_bernoulli;
mod dirichlet;
mod exponential;
mod fisher_f;
mod gamma;
mod geometric;
mod gumbel;
mod half_cauchy;
mod half_normal;
mod independent;
mod inverse_gamma;
mod kumaraswamy;
mod laplace;
mod lkj_cholesky;
mod log_normal;
mod logistic;
mod low_rank_normal;
mod mixture;
mod multinomial;
mod multivariate_normal;
mod negative_binomial;
mod normal;
mod pareto;
mod poisson;
mod relaxed;
mod student_t;
mod transformed;
mod uniform;
mod von_mises;
mod weibull;
mod wishart;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use binomial::Binomial;
pub use categorical::{Categorical, OneHotCategorical};
pub use cauchy::Cauchy;
pub use chi_squared::ChiSquared;
pub use constraint::{Constraint, biject_to};
pub use continuous_bernoulli::ContinuousBernoulli;
pub use dirichlet::Dirichlet;
pub use divergence::{MonteCarlo, kl, kl_monte_carlo};
pub use exponential::Exponential;
pub use fisher_f::FisherF;
pub use gamma::{Gamma, gamma_slope};
pub use geometric::Geometric;
pub use gumbel::Gumbel;
pub use half_cauchy::HalfCauchy;
pub use half_normal::HalfNormal;
pub use independent::Independent;
pub use inverse_gamma::InverseGamma;
pub use kumaraswamy::Kumaraswamy;
pub use laplace::Laplace;
pub use lkj_cholesky::LkjCholesky;
pub use log_density::{Joint, LogDensity, Unknown, Values};
pub use log_normal::LogNormal;
pub use logistic::Logistic;
pub use low_rank_normal::LowRankMultivariateNormal;
pub use mixture::Mixture;
pub use multinomial::Multinomial;
pub use multivariate_normal::MultivariateNormal;
pub use negative_binomial::NegativeBinomial;
pub use normal::Normal;
pub use pareto::Pareto;
pub use poisson::Poisson;
pub use relaxed::{RelaxedBernoulli, RelaxedOneHot};
pub use student_t::StudentT;
pub use transformed::Transformed;
pub use uniform::Uniform;
pub use von_mises::VonMises;
pub use weibull::Weibull;
pub use wishart::Wishart;

use genai_core::Tensor;
use genai_core::random::Key;
use std::any::Any;
use std::fmt::Debug;

/// A distribution of tensors.
pub trait Distribution: Debug + Send + Sync {
    /// The shape of the parameters.
    fn batch_shape(&self) -> &[usize];

    /// The shape of one draw; `[]` for a number.
    fn event_shape(&self) -> &[usize] {
        &[]
    }

    /// Where a draw may lie.
    fn support(&self) -> Constraint;

    /// ln of the density or mass: `[.., batch.., event..]` → `[.., batch..]`, differentiable, any number of times.
    fn log_prob(&self, x: &Tensor) -> Tensor;

    /// Draws of shape `[shape.., batch.., event..]`, of which no gradient is taken. The same key gives the same bits for any
    /// number of threads.
    fn sample(&self, key: Key, shape: &[usize]) -> Tensor {
        self.rsample(key, shape).detach()
    }

    /// Whether [`rsample`](Self::rsample) works.
    fn has_rsample(&self) -> bool {
        false
    }

    /// Draws that are differentiable by the parameters: a transformation of noise, or with implicit gradients
    /// (Figurnov et al. 2018, [arXiv:1805.08498](https://arxiv.org/abs/1805.08498); of first order).
    ///
    /// # Panics
    ///
    /// If the distribution is discrete: see [`has_rsample`](Self::has_rsample).
    #[track_caller]
    fn rsample(&self, _key: Key, _shape: &[usize]) -> Tensor {
        panic!("rsample: {self:?} has no draws that are differentiable")
    }

    /// The mean, `[batch.., event..]`; NaN or infinite where there is none.
    fn mean(&self) -> Tensor;

    /// The variance of every number of the event, `[batch.., event..]`.
    fn variance(&self) -> Tensor;

    /// The square root of the variance.
    fn std(&self) -> Tensor {
        self.variance().sqrt()
    }

    /// −E ln f in nats, `[batch..]`, where it has a closed form.
    fn entropy(&self) -> Option<Tensor> {
        None
    }

    /// P(X ≤ x) for events of one number, where there is one.
    fn cdf(&self, _x: &Tensor) -> Option<Tensor> {
        None
    }

    /// The quantile of p for events of one number, where there is one.
    fn icdf(&self, _p: &Tensor) -> Option<Tensor> {
        None
    }

    /// KL(self ‖ other) in closed form, where it is known; [`kl`] asks both sides' files through it.
    fn kl_to(&self, _other: &dyn Distribution) -> Option<Tensor> {
        None
    }

    /// For [`kl_to`](Self::kl_to).
    fn as_any(&self) -> &dyn Any;
}
