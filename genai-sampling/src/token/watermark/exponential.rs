//! The watermark of keyed noise.

use std::collections::HashSet;

use genai_core::random::Key;
use genai_prob::Univariate;
use genai_prob::continuous::Gamma;

use super::super::{Candidates, Processor};
use super::{Detection, check};
use crate::Error;

/// The token is drawn by exponential noise that a key and the last tokens decide: argmax uₜ^(1/pₜ) is left alone.
///
/// Over all keys each token comes with its own probability p; with the key, `Σ −ln(1 − u)` of the tokens of a text is larger
/// than that of any other text. The same prompt and the same key give the same text.
///
/// Under the hypothesis that the text knows nothing of the key the sum has the Gamma distribution with shape T and scale 1:
/// the p-value is exact.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::token::watermark::Exponential;
/// use genai_sampling::token::{Chain, Options, generate};
///
/// let mark = || Exponential::new(100, 2, Key::new(7));
/// let options = Options { chain: Chain::new().then(mark()?), maximum_new_tokens: 50, ..Options::default() };
/// let steps = generate(|_| Ok(vec![0.0; 100]), &[1], options);
/// let text: Vec<u32> = steps.map(|step| Ok(step?.token)).collect::<Result<_, genai_sampling::Error>>()?;
/// assert!(mark()?.detect(&text)?.p_value < 1e-6);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Aaronson 2022, "Watermarking of large language models" (talk); Kuditipudi et al. 2023,
/// [arXiv:2307.15593](https://arxiv.org/abs/2307.15593), §2.3.
#[derive(Clone, Debug)]
pub struct Exponential {
    vocabulary: usize,
    context: usize,
    key: Key,
}

impl Exponential {
    /// A watermark for a vocabulary, whose noise depends on the last `context` tokens.
    ///
    /// # Errors
    ///
    /// If the vocabulary is empty or the context 0.
    pub fn new(vocabulary: usize, context: usize, key: Key) -> Result<Self, Error> {
        match (vocabulary, context) {
            (0, _) => Err(Error::EmptyVocabulary),
            (_, 0) => Err(Error::Parameter { name: "context", value: 0.0, expected: "at least 1" }),
            _ => Ok(Self { vocabulary, context, key }),
        }
    }

    /// Adds up −ln(1 − u) over the different windows of a text.
    ///
    /// # Errors
    ///
    /// If the text is no longer than the context, or has tokens outside the vocabulary.
    pub fn detect(&self, tokens: &[u32]) -> Result<Detection, Error> {
        check(tokens, self.context + 1, self.vocabulary)?;
        let distinct: HashSet<&[u32]> = tokens.windows(self.context + 1).collect();
        let mut scores: Vec<f64> = distinct.into_iter().map(|window| self.score(window)).collect();
        scores.sort_unstable_by(f64::total_cmp); // the sum does not depend on the order of a set
        let (score, count) = (scores.iter().sum::<f64>(), scores.len() as f64);
        let z_score = (score - count) / count.sqrt();
        Ok(Detection { scored: scores.len(), score, z_score, p_value: erlang_tail(count, score) })
    }

    /// −ln(1 − u) of the last token of a window.
    fn score(&self, window: &[u32]) -> f64 {
        let (&last, before) = window.split_last().expect("a window has a token");
        let mut noise = vec![0.0; last as usize + 1];
        self.noise_after(before, &mut noise);
        -(-noise[last as usize]).ln_1p()
    }

    /// Uniform numbers of the first tokens of the vocabulary, after some tokens.
    fn noise_after(&self, tokens: &[u32], noise: &mut [f64]) {
        let window = &tokens[tokens.len().saturating_sub(self.context)..];
        window.iter().fold(self.key, |key, &token| key.split(token.into())).uniform_f64(noise);
    }
}

impl Processor for Exponential {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let mut noise = vec![0.0; candidates.vocabulary()];
        self.noise_after(tokens, &mut noise);
        let race = candidates.probabilities()?.into_iter().filter(|(_, p)| *p > 0.0);
        let arrival = |(token, p): (u32, f64)| (token, -noise[token as usize].ln() / p);
        let first = race.map(arrival).min_by(|a, b| a.1.total_cmp(&b.1));
        let (chosen, _) = first.ok_or(Error::NoCandidates)?;
        candidates.retain(|token, _| token == chosen);
        Ok(())
    }
}

/// The chance that a sum of exponential numbers is at least as large.
fn erlang_tail(count: f64, sum: f64) -> f64 {
    Gamma::new(count, 1.0).expect("the count is positive").sf(sum)
}
