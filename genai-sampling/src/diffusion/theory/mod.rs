//! The theory of denoising diffusion: posteriors, variational terms, losses, respaced steps.
//!
//! Rows of a batch have a training step each; everything is in f64.
//!
//! Source: Ho et al. 2020, [arXiv:2006.11239](https://arxiv.org/abs/2006.11239); Nichol & Dhariwal 2021,
//! [arXiv:2102.09672](https://arxiv.org/abs/2102.09672).

mod gaussian;
mod losses;
mod respacing;

pub use gaussian::{GaussianDiffusion, Posterior, Reverse};
pub use losses::{Bound, Loss, Losses};
pub use respacing::{Sections, spaced};
