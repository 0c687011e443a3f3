//! From densities to draws: independent sampling, importance, Markov chains, annealing, and what the draws are worth.
//!
//! A target is a closure that returns its log-density, up to a constant: `Fn(&[f64]) -> f64` for kernels without gradients,
//! `Fn(&[f64], &mut [f64]) -> f64` that also writes the gradient for the others, or [`autograd`] of a function of a tensor.
//!
//! ```
//! use genai_sampling::monte_carlo::nuts;
//!
//! let draws = nuts(|x| (x - 3.0).square().sum() * -0.5, &[0.0, 0.0], 7)?;
//! println!("{draws}");
//! # Ok::<(), genai_sampling::Error>(())
//! ```
//!
//! | kernel | gradient | adapts |
//! |---|---|---|
//! | [`Metropolis`] | no | scale, covariance |
//! | [`Gibbs`] | full conditionals | – |
//! | [`Slice`] | no | widths |
//! | [`EllipticalSlice`] | no; normal prior | – |
//! | [`Mala`], [`Hmc`], [`Nuts`] | yes | step size, metric |
//! | [`Sgld`] | an estimate | – |
//!
//! Without chains: [`InverseTransform`], [`Alias`], [`Rejection`], [`AdaptiveRejection`], [`importance`],
//! [`stratified_mean`] and [`latin_hypercube`]; from one density to another: [`Annealed`] and [`Smc`].
//!
//! Parameters that lie in a set (a positive scale, a correlation matrix) are the work of genai-prob's
//! [`Joint`](genai_prob::tensor::Joint): a log-density of named parameters as a target on all vectors.
//!
//! ```
//! use genai_core::{DType, Tensor};
//! use genai_prob::tensor::{Constraint, Distribution, Exponential, Joint, Normal, Unknown};
//! use genai_sampling::monte_carlo::{Nuts, Run};
//!
//! let heights = Tensor::of([1.74f64, 1.69, 1.81, 1.77, 1.66]);
//! let prior = Exponential::new(&Tensor::full_of([], 1.0, DType::F64))?;
//! let unknowns = [Unknown::new("mean", Constraint::Real, &[]), Unknown::new("spread", Constraint::Positive, &[])];
//! let joint = Joint::new(&unknowns, move |p| {
//!     Ok(prior.log_prob(&p["spread"]) + Normal::new(&p["mean"], &p["spread"])?.log_prob(&heights).sum())
//! })?;
//! let run = Run { chains: 2, warm_up: 200, draws: 200, ..Run::new(7) };
//! let draws = Nuts::default().sample(joint.function(), &[&[1.7, -2.0]], &run)?;
//! let spread = draws.map(|x| joint.constrained(x)["spread"].to_vec::<f64>());
//! assert!((draws.mean()[0] - 1.734).abs() < 0.05 && spread.iter().all(|x| x[0] > 0.0));
//! # Ok::<(), genai_sampling::Error>(())
//! ```
//!
//! [`Run`] says how many chains of which length and takes a callback for progress; [`Draws`] holds them with their
//! [`diagnostics`]. To add a kernel: one file with a struct of its settings and a [`Chain`], `mod` and `pub use` here, one row
//! in `tests/monte_carlo_laws`.

mod adaptation;
mod adaptive_rejection;
mod alias;
mod annealed;
pub mod diagnostics;
mod draws;
mod dual_averaging;
mod elliptical_slice;
mod gibbs;
mod hamiltonian;
mod hmc;
mod importance;
mod inverse_transform;
mod mala;
mod metric;
mod metropolis;
mod nuts;
mod rejection;
mod run;
mod sgld;
mod slice;
mod smc;
mod stratified;
mod target;
mod trajectory;

pub use adaptive_rejection::AdaptiveRejection;
pub use alias::Alias;
pub use annealed::Annealed;
pub use draws::Draws;
pub use elliptical_slice::EllipticalSlice;
pub use gibbs::Gibbs;
pub use hmc::Hmc;
pub use importance::{Weighted, importance};
pub use inverse_transform::InverseTransform;
pub use mala::Mala;
pub use metric::Metric;
pub use metropolis::Metropolis;
pub use nuts::{Nuts, nuts};
pub use rejection::Rejection;
pub use run::{Chain, Phase, Progress, Run, Step};
pub(crate) use run::{check_between, check_length};
pub use sgld::Sgld;
pub use slice::Slice;
pub use smc::{Crowd, Smc};
pub use stratified::{Estimate, latin_hypercube, stratified_mean, stratified_uniforms};
pub use target::{autograd, tempered};
