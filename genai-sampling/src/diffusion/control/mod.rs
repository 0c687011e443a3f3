//! Control: samples that start from a sample, keep a part of one, or agree with a measurement.
//!
//! Each works with any solver: starts choose steps, blends are hooks of [`sample_with`](super::solver::sample_with), a
//! [`Posterior`] is a denoiser made of a denoiser and a [`Measurement`].
//!
//! To add one: one file, a `mod` and a `pub use` below, and one row in `tests/diffusion_laws.rs`.

mod blend;
mod image_to_image;
mod measurement;
mod posterior;
mod repaint;

pub use blend::MaskBlend;
pub use image_to_image::image_to_image;
pub use measurement::{Blur, Downsample, Keep, Measurement};
pub use posterior::Posterior;
pub use repaint::{Move, RePaint};
