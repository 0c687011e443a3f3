//! From logits to tokens: processors in a chain, selection, and generation as an iterator.
//!
//! | part | what |
//! |---|---|
//! | processors | [`Temperature`], [`TopK`], [`TopP`], [`MinP`], [`TypicalP`], [`Xtc`], [`Dry`], [`RepetitionPenalty`], … |
//! | chains | in the written order, in that of another engine ([`Chain::hf`] and its kin), or from a file |
//! | selection | [`Greedy`], [`Multinomial`], [`Gumbel`], [`Mirostat`] |
//! | generation | [`generate`], [`generate_model`], [`Guided`]; [`score`] for a text that is there already |
//! | further | [`strategy`]: beams, speculation, consensus; [`constraint`]: text of a form; [`watermark`]: text that is known again |
//!
//! Everything works on plain `&mut [f32]` logits and closures. A [`Chain`] of [`Processor`]s changes or removes
//! [`Candidates`] in the written order, a [`Select`] chooses among what is left, and [`generate`] repeats this step by step.
//!
//! ```
//! use genai_core::random::Key;
//! use genai_sampling::token::{Candidates, Chain, Multinomial, Processor, Select, Temperature, TopP};
//!
//! let chain = Chain::new().then(Temperature::new(0.7)?).then(TopP::new(0.9)?);
//! let mut logits = [1.0, 3.0, 2.0, -5.0];
//! let mut candidates = Candidates::new(&mut logits);
//! chain.process(&[], &mut candidates)?;
//! let token = Multinomial.select(&mut candidates, &mut Key::new(1).stream())?;
//! assert!(token == 1 || token == 2);
//! # Ok::<(), genai_sampling::Error>(())
//! ```
//!
//! To add a processor: one file in `processor/` with its struct, `new -> Result` and [`Processor::process`], a `mod` and a
//! `pub use` there, and one row in `tests/token_laws/rows.rs`.

mod candidates;
mod chain;
pub mod constraint;
mod distribution;
mod generate;
mod generation_config;
mod guidance;
mod model;
mod nucleus;
mod preset;
mod processor;
mod report;
mod scan;
mod score;
mod select;
mod sequence;
mod settings;
mod short_list;
mod source;
pub mod strategy;
mod text;
pub mod watermark;

use std::fmt::Debug;

use crate::Error;

pub use candidates::{Buffers, Candidates};
pub use chain::Chain;
pub use generate::{Finish, Generate, Options, Overflow, Step, generate, generate_model};
pub use guidance::{Guided, guide, rescale};
pub use model::{Cache, CausalLm, Positions};
pub use processor::{
    AllowedTokens, BadWords, Dry, DynamicTemperature, EpsilonCutoff, EtaCutoff, ForcedTokens, FrequencyPenalty,
    LengthDecay, MinP, MinimumLength, NoRepeatNgram, PresencePenalty, RemoveInvalid, Renormalize, RepetitionPenalty,
    SequenceBias, SuppressedTokens, Temperature, TopH, TopK, TopNSigma, TopP, TypicalP, Xtc,
};
pub use report::Report;
pub use score::{Scored, perplexity, score, score_model, top_log_probabilities};
pub use select::{Greedy, Gumbel, Mirostat, MirostatV1, Multinomial, Select};
pub use sequence::Sequence;
pub use settings::Settings;
pub use source::{Closure, Model, Source};

/// Changes logits, or removes candidates, before a token is chosen.
///
/// A processor keeps no state between steps: what it needs of the past is in `tokens`, what it needs of the sequence
/// besides (the prompt's length, randomness) in [`Candidates::sequence`]. So a sequence may be rewound, and one processor
/// serves any number of sequences.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Candidates, Chain, Processor};
/// use genai_sampling::Error;
///
/// /// Leaves the even tokens.
/// #[derive(Debug)]
/// struct Even;
///
/// impl Processor for Even {
///     fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
///         candidates.retain(|token, _| token % 2 == 0);
///         Ok(())
///     }
/// }
///
/// let mut logits = [0.0, 1.0, 2.0];
/// Chain::new().then(Even).apply(&[], &mut logits)?;
/// assert_eq!(logits, [0.0, f32::NEG_INFINITY, 2.0]);
/// # Ok::<(), Error>(())
/// ```
pub trait Processor: Debug + Send + Sync {
    /// Changes the candidates for the token that follows `tokens` (the prompt and what was generated so far).
    ///
    /// # Errors
    ///
    /// If the logits hold a NaN or +∞ where a distribution is needed, or tokens outside the vocabulary.
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error>;
}

/// A parameter that must be a positive, finite number.
fn positive(name: &'static str, value: f32) -> Result<f32, Error> {
    let allowed = value > 0.0 && value.is_finite();
    if allowed { Ok(value) } else { Err(Error::Parameter { name, value: value.into(), expected: "a positive number" }) }
}

/// A parameter that must be a finite number.
fn finite(name: &'static str, value: f32) -> Result<f32, Error> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::Parameter { name, value: value.into(), expected: "a number" })
    }
}

/// A parameter that must be a share, in (0, 1].
fn share(name: &'static str, value: f64) -> Result<f64, Error> {
    let allowed = value > 0.0 && value <= 1.0;
    if allowed { Ok(value) } else { Err(Error::Parameter { name, value, expected: "in (0, 1]" }) }
}
