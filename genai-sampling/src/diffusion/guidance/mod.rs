//! Guidance: denoisers made of denoisers, so that they nest and any solver takes them.
//!
//! ```
//! use genai_sampling::diffusion::guidance::ClassifierFree;
//! use genai_sampling::diffusion::{Denoiser, Level, Model, Prediction};
//!
//! let model = |value: f64| Model::new(Prediction::Noise, move |_: &[f64], _, out: &mut [f64]| Ok(out.fill(value)));
//! let mut guided = ClassifierFree::new(model(2.0), model(1.0), 7.5)?;
//! let mut out = [0.0];
//! guided.predict(&[0.0], Level { alpha: 0.6, sigma: 0.8, time: 10.0 }, &mut out)?;
//! assert_eq!(out, [1.0 + 7.5 * (2.0 - 1.0)]);
//! # Ok::<(), genai_sampling::Error>(())
//! ```
//!
//! To add one: one file with its struct and [`Denoiser`], a `mod` and a `pub use` below, and one row in
//! `tests/diffusion_laws.rs`.

mod autoguidance;
mod classifier;
mod classifier_free;
mod projected;

use super::{Denoiser, Level, Number};
use crate::Error;

pub use autoguidance::AutoGuidance;
pub use classifier::Classifier;
pub use classifier_free::ClassifierFree;
pub use projected::Projected;

/// That two denoisers can be combined.
fn same_meaning<F: Number>(a: &impl Denoiser<F>, b: &impl Denoiser<F>) -> Result<(), Error> {
    if a.prediction() != b.prediction() || a.width() != 1 || b.width() != 1 {
        let expected = "that of one prediction without variances";
        return Err(Error::Parameter { name: "output of guiding denoisers", value: b.width() as f64, expected });
    }
    Ok(())
}

fn finite(name: &'static str, value: f64) -> Result<f64, Error> {
    if value.is_finite() { Ok(value) } else { Err(Error::Parameter { name, value, expected: "finite" }) }
}

/// Both outputs: into `out`, and into a buffer.
fn both<F: Number>(
    into_out: &mut impl Denoiser<F>,
    into_other: &mut impl Denoiser<F>,
    (x, level): (&[F], Level),
    out: &mut [F],
    other: &mut Vec<F>,
) -> Result<(), Error> {
    other.resize(out.len(), F::default());
    into_out.predict(x, level, out)?;
    into_other.predict(x, level, other)
}
