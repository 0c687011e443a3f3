//! From denoisers to samples: noise levels, solvers, guidance, control, theory and likelihood.
//!
//! A sample at a noise [`Level`] is x = α·x₀ + σ·ε. A [`Path`] says which levels there are, a [`grid`] which of them a solver
//! visits, a [`Prediction`] what a network's output means. A [`solver`] is a stateless [`Step`] from one level to the next, a
//! [`Denoiser`] anything that predicts: a closure ([`Model`]), or denoisers made of others ([`guidance`], [`control`]).
//!
//! ```
//! use genai_core::random::Key;
//! use genai_sampling::diffusion::scheduler::Scheduler;
//!
//! let scheduler = Scheduler::from_json(r#"{"_class_name": "DDIMScheduler", "clip_sample": false}"#)?;
//! let plan = scheduler.plan::<f32>(10)?;
//! let mut x = [0.3, -1.2]; // standard normal draws
//! let network = |x: &[f32], _step: f64, out: &mut [f32]| Ok(out.copy_from_slice(x)); // the noise, of data that are 0
//! plan.sample(network, &mut x, 1, Key::new(7))?;
//! # Ok::<(), genai_sampling::Error>(())
//! ```
//!
//! To add a solver, a path, a guidance or a control: see the module's own page; each is one file, `mod` and `pub use`, and one
//! row in `tests/diffusion_laws.rs`.

pub mod control;
mod denoise;
mod denoiser;
pub mod exact;
pub mod grid;
pub mod guidance;
mod level;
pub mod likelihood;
mod limit;
mod noise;
mod number;
mod path;
mod prediction;
pub mod scheduler;
pub mod solver;
pub mod theory;

pub use denoise::{Denoise, Estimate};
pub use denoiser::{Denoiser, Model, Pullback, Scale, returning};
pub use level::{Level, Step};
pub use limit::Limit;
pub use noise::normal;
pub use number::Number;
pub use path::{Betas, Discrete, Edm, Flow, Path, SubVariancePreserving, VarianceExploding, VariancePreserving};
pub use prediction::{Affine, Prediction};
