//! Solvers: from one noise level to the next.
//!
//! | solver | order | model calls a step | noise |
//! |---|---|---|---|
//! | [`Ddpm`] | 1 | 1 | yes |
//! | [`Ddim`] | 1 | 1 | with η > 0 |
//! | [`Euler`] | 1 | 1 | with churn |
//! | [`EulerAncestral`] | 1 | 1 | yes |
//! | [`Heun`] | 2 | 2, 1 on the last | with churn |
//! | [`Dpm2`] | 2 | 2, 1 on the last | with churn |
//! | [`Dpm2Ancestral`] | 2 | 2, 1 on the last | yes |
//! | [`Lms`] | 1 to 4 | 1 | no |
//! | [`DpmMultistep`] | 1 to 3 | 1 | SDE variants |
//! | [`DpmSinglestep`] | 1 to 3 | 1 | SDE variants |
//! | [`UniPc`] | 1 to 3 | 1 | no |
//! | [`Deis`] | 1 to 3 | 1 | no |
//! | [`Pndm`] | 4 | 1, more on the first | no |
//! | [`Ipndm`] | 4 | 1 | no |
//! | [`Langevin`] | 1 | 1 and one a correction | yes |
//! | [`Consistency`], [`Lcm`], [`Tcd`] | – | 1 | yes |
//! | [`RungeKutta`] | 4 | 4 | no |
//! | [`DormandPrince`] | 5, adaptive | 6 and more | no |
//!
//! To add one: one file with its struct and [`Solver`], a `mod` and a `pub use` below, and one row in
//! `tests/diffusion_laws.rs`.

mod consistency;
mod ddim;
mod ddpm;
mod deis;
mod dormand_prince;
mod dpm2;
mod dpm2_ancestral;
mod dpm_multistep;
mod dpm_singlestep;
mod dpm_weights;
mod euler;
mod euler_ancestral;
mod heun;
mod ipndm;
mod langevin;
mod lcm;
mod lms;
mod memory;
mod pndm;
mod runge_kutta;
mod slope;
mod tcd;
mod unipc;

use std::fmt::Debug;

use super::{Denoise, Number, Step};
use crate::Error;

pub use consistency::Consistency;
pub use ddim::Ddim;
pub use ddpm::{Ddpm, Variance};
pub use deis::Deis;
pub use dormand_prince::DormandPrince;
pub use dpm_multistep::DpmMultistep;
pub use dpm_singlestep::DpmSinglestep;
pub use dpm_weights::{Algorithm, Kind};
pub use dpm2::Dpm2;
pub use dpm2_ancestral::Dpm2Ancestral;
pub use euler::{Churn, Euler};
pub use euler_ancestral::EulerAncestral;
pub use heun::Heun;
pub use ipndm::Ipndm;
pub use langevin::Langevin;
pub use lcm::Lcm;
pub use lms::Lms;
pub use memory::{Memory, Past};
pub use pndm::Pndm;
pub use runge_kutta::RungeKutta;
pub use tcd::Tcd;
pub use unipc::UniPc;

/// A way to go from one noise level to the next.
///
/// A solver keeps nothing between steps: what it needs of the past lies in the memory that is passed in, new
/// ([`Memory::default`]) at the first step of a sample.
pub trait Solver<F: Number>: Debug {
    /// Moves x from `step.from` to `step.to`.
    ///
    /// # Errors
    ///
    /// The denoiser's, [`Error::Parameter`] if a setting of the solver does not fit the step, and [`Error::NotFinite`] where
    /// numbers that are not would mislead it (limits, adaptive steps); elsewhere they reach x.
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error>;
}

/// Runs all the steps: x comes as a sample at the first level and leaves as one at the last.
///
/// # Errors
///
/// What a step returns, and [`Error::NotFinite`] if x is no longer finite after one.
///
/// ```
/// use genai_sampling::diffusion::solver::{Heun, sample};
/// use genai_sampling::diffusion::{Denoise, Model, Path, Prediction, Step, VarianceExploding, grid};
///
/// // the ideal denoiser of data that are normal(0, 1): x/(1 + σ²)
/// let mut model = Model::new(Prediction::Clean, |x: &[f64], sigma, out: &mut [f64]| {
///     out.iter_mut().zip(x).for_each(|(out, x)| *out = x / (1.0 + sigma * sigma));
///     Ok(())
/// });
/// let levels = grid::karras(200, 0.01, 10.0, 7.0).into_iter().map(|s| VarianceExploding.at_ratio(s));
/// let mut x = [10.0];
/// let mut denoise = Denoise::new(&mut model, &VarianceExploding);
/// sample(&Heun::default(), &mut denoise, &mut x, &Step::between(levels))?;
/// assert!((x[0] - 10.0 * (1.0001f64 / 101.0).sqrt()).abs() < 1e-3);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
pub fn sample<F: Number>(
    solver: &dyn Solver<F>,
    denoise: &mut Denoise<'_, F>,
    x: &mut [F],
    steps: &[Step],
) -> Result<(), Error> {
    sample_with(solver, denoise, x, steps, |_, _, _| Ok(()))
}

/// [`sample`] with a hook that sees, and may change, x after every step: what control is made of.
///
/// # Errors
///
/// As [`sample`], and what the hook returns.
pub fn sample_with<F: Number>(
    solver: &dyn Solver<F>,
    denoise: &mut Denoise<'_, F>,
    x: &mut [F],
    steps: &[Step],
    mut hook: impl FnMut(&mut Denoise<'_, F>, &mut [F], Step) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut memory = Memory::default();
    for step in steps {
        solver.step(denoise, x, *step, &mut memory)?;
        hook(denoise, x, *step)?;
        if !super::number::all_finite(x) {
            return Err(Error::NotFinite { what: "the denoiser's output or the sample", time: step.from.time });
        }
    }
    Ok(())
}
