#![doc = include_str!("../README.md")]
//!
//! From logits, denoisers and densities to samples.
//!
//! Nothing here knows a model: samplers take closures, small traits and plain slices.
//!
//! ```
//! use genai_sampling::token::{Chain, Multinomial, Options, Temperature, TopK, generate};
//!
//! let chain = Chain::new().then(Temperature::new(0.8)?).then(TopK::new(3)?);
//! let model = |tokens: &[u32]| Ok((0..10).map(|i| -((i as f32) - tokens.len() as f32).abs()).collect());
//! let steps = generate(model, &[1, 2, 3], Options { chain, select: Box::new(Multinomial), ..Options::default() });
//! let tokens: Vec<u32> = steps.take(5).map(|step| Ok(step?.token)).collect::<Result<_, genai_sampling::Error>>()?;
//! assert_eq!(tokens.len(), 5);
//! # Ok::<(), genai_sampling::Error>(())
//! ```
#![forbid(unsafe_code)]

pub mod diffusion;
mod error;
pub mod latent;
pub mod monte_carlo;
pub mod token;

pub use error::Error;
