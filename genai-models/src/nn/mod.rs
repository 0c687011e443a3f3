//! Layers: plain structs of parameters, built from [`Params`](genai_core::Params), each with
//! `forward(&self, x: &Tensor, run: &Run) -> Tensor`.
//!
//! ```
//! use genai_core::{Params, Run, Tensor, random::Key};
//! use genai_models::nn::{Activation, Mlp};
//!
//! let params = Params::new(Key::new(1));
//! let model = Mlp::new(&params, &[2, 16, 1], Activation::Tanh);
//! let y = model.forward(&Tensor::from([[0.5, -1.0], [2.0, 0.0]]), &Run::infer());
//! assert_eq!(y.shape(), [2, 1]);
//! assert_eq!(params.names(), ["0.weight", "0.bias", "2.weight", "2.bias"]);
//! ```
//!
//! To add one: a file here with the struct, its `new` and its `forward`, `mod` and `pub use` below.

mod activation;
mod attention;
mod block;
mod dropout;
mod embedding;
mod feed_forward;
mod key_values;
mod layer_norm;
mod linear;
mod mlp;

pub use activation::Activation;
pub use attention::{SelfAttention, Sight};
pub use block::{Block, BlockConfig, BlockNames};
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use feed_forward::FeedForward;
pub use key_values::KeyValues;
pub use layer_norm::LayerNorm;
pub use linear::{Linear, LinearConfig, WeightLayout};
pub use mlp::Mlp;
