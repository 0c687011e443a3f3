//! Randomness as an argument: keys that split, fills that any number of threads may do, and sequential streams.
//!
//! A [`Key`] is a name for an endless supply of random numbers. It is `Copy` and never changes: the same key gives the same
//! numbers, and [`Key::split`] or [`Key::named`] gives a key of its own to every place that needs one. Filling an array
//! ([`Key::uniform_f32`], [`Key::normal_f32`], …) gives the same bits on one thread and on many, on every instruction set.
//! Where numbers are drawn one by one, [`Key::stream`] gives a [`Stream`], which implements `rand_core`'s traits.
//!
//! ```
//! use genai_core::random::Key;
//!
//! let key = Key::new(42);
//! let mut weights = [0.0; 8];
//! key.named("weights").normal_f32(&mut weights);
//! let mut again = [0.0; 8];
//! key.named("weights").normal_f32(&mut again);
//! assert_eq!(weights, again);
//!
//! let mut stream = key.named("dice").stream();
//! assert!((1..=6).contains(&(1 + stream.below(6))));
//! ```
//!
//! One key serves one purpose: filling two arrays from the same key, or filling and splitting for unrelated things of the
//! same index twice, gives the same bits twice.
//!
//! Keys are hashed and fills are seeded by Philox4x32-10 (Salmon et al. 2011, *Parallel random numbers: as easy as
//! 1, 2, 3*); the values of a fill come from eight interleaved xoshiro256++ generators (Blackman & Vigna 2021,
//! [arXiv:1805.01407](https://arxiv.org/abs/1805.01407)). Nothing here is meant for secrets.
//! Until version 1.0 a minor release may change the numbers that a seed gives, and the changelog then says so; from 1.0 on
//! they stay.

mod fill;
mod integers;
mod key;
mod lanes;
mod normal;
mod philox;
mod stream;
mod torch;

pub use key::Key;
pub use lanes::{WORDS, Words};
pub use normal::normals;
pub use philox::philox4x32;
pub use stream::{InvalidState, Stream};
pub use torch::TorchRng;
