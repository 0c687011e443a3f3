//! Ways to a text that look further than one token.
//!
//! | strategy | what it seeks | what it needs |
//! |---|---|---|
//! | [`beam_search`] | the likeliest whole texts; diverse ones by [`BeamOptions::groups`], random ones by [`BeamOptions::sample`] | [`CausalLm`](super::CausalLm) |
//! | [`contrastive_search`] | likely text that does not repeat itself | [`CausalLm::hidden`](super::CausalLm::hidden) |
//! | [`speculative`] | the model's own distribution, with fewer calls | a [`Draft`]: [`DraftModel`], [`PromptLookup`] |
//! | [`best_of`] | the best of several samples | steps of any generation |
//! | [`self_consistency`] | the answer that most samples agree on | steps of any generation |
//!
//! A closure from all tokens to the next logits becomes a model by [`Uncached`].
//!
//! To add one: one file with a function, its options and what it returns, a `mod` and a `pub use` below, and its laws in
//! `tests/strategy_laws.rs`.

mod beam;
mod beam_group;
mod consensus;
mod contrastive;
mod draft;
mod runner;
mod speculative;
mod uncached;

pub use beam::{BeamOptions, EarlyStopping, Hypothesis, beam_search};
pub use consensus::{Completion, Consensus, best_of, completions, self_consistency};
pub use contrastive::{ContrastiveOptions, contrastive_search};
pub use draft::{Draft, DraftModel, PromptLookup, Proposal};
pub use speculative::{Speculative, SpeculativeOptions, speculative};
pub use uncached::{Uncached, UncachedTokens};

pub(super) use runner::Runner;
