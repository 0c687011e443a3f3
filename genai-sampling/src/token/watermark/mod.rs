//! Watermarks: text that its maker can recognise, and that reads as ever.
//!
//! A watermark is a [`Processor`](super::Processor), put last into a chain, and a detector that needs the key and the text,
//! not the model. What it finds is a [`Detection`]: under the hypothesis that the text knows nothing of the key, the p-value
//! is the chance of a score at least that large.
//!
//! | watermark | changes | the text's distribution, over all keys |
//! |---|---|---|
//! | [`Kgw`] | adds a bias to a green quarter of the vocabulary, another quarter after each token | differs |
//! | [`Unigram`] | adds a bias to one green list | differs |
//! | [`SynthId`] | lets tokens win tournaments | unchanged |
//! | [`Exponential`] | leaves the token that a keyed Gumbel noise chooses | unchanged |
//!
//! To add one: one file with its struct, `new -> Result`, [`Processor`](super::Processor) and `detect`, a `mod` and a
//! `pub use` below, and one row in `tests/watermark_laws.rs`.

mod exponential;
mod kgw;
mod synth_id;
mod unigram;

use genai_core::special::erfc;

use crate::Error;

pub use exponential::Exponential;
pub use kgw::{Hash, Kgw, KgwOptions};
pub use synth_id::{SynthId, SynthIdOptions};
pub use unigram::Unigram;

/// What a detector found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// How many places of the text were looked at.
    pub scored: usize,
    /// The sum over these places: green tokens ([`Kgw`], [`Unigram`]), the mean of the g-values ([`SynthId`]), or
    /// −ln(1 − u) ([`Exponential`]).
    pub score: f64,
    /// How many standard deviations the score lies above what text without the watermark has in the mean.
    pub z_score: f64,
    /// The chance of such a score in text without the watermark.
    pub p_value: f64,
}

impl Detection {
    /// A score whose mean and standard deviation are known, taken to be normal: `p = ½ erfc(z / √2)`.
    fn normal(scored: usize, score: f64, mean: f64, std: f64) -> Self {
        let z_score = (score - mean) / std;
        Self { scored, score, z_score, p_value: 0.5 * erfc(z_score / std::f64::consts::SQRT_2) }
    }

    /// A number of green tokens, where a share is green by chance: `z = (g − rT) / √(T r(1 − r))`.
    fn green(scored: usize, green: usize, ratio: f64) -> Self {
        let count = scored as f64;
        Self::normal(scored, green as f64, ratio * count, (count * ratio * (1.0 - ratio)).sqrt())
    }
}

/// How many tokens of the vocabulary are green: ⌊v · ratio⌋, and neither none nor all.
fn green_size(vocabulary: usize, ratio: f64) -> Result<usize, Error> {
    let size = (vocabulary as f64 * ratio) as usize;
    if ratio > 0.0 && ratio < 1.0 && size > 0 {
        return Ok(size);
    }
    Err(Error::Parameter { name: "greenlist_ratio", value: ratio, expected: "in (0, 1), with a green token at least" })
}

/// A bias that may be added to logits.
fn checked_bias(bias: f32) -> Result<f32, Error> {
    let expected = "a finite number";
    if bias.is_finite() { Ok(bias) } else { Err(Error::Parameter { name: "bias", value: bias.into(), expected }) }
}

/// A text with at least `needed` tokens, all of the vocabulary.
fn check(tokens: &[u32], needed: usize, vocabulary: usize) -> Result<(), Error> {
    if tokens.len() < needed {
        return Err(Error::TooShort { length: tokens.len(), needed });
    }
    match tokens.iter().find(|&&token| token as usize >= vocabulary) {
        Some(&token) => Err(Error::Token { token, vocabulary }),
        None => Ok(()),
    }
}
