//! The watermark of tournaments.

use super::super::{Candidates, Processor};
use super::{Detection, check};
use crate::Error;
use genai_core::random::TorchRng;

/// Entries of the table of g-values.
const TABLE: usize = 1 << 16;

/// How to mark, as Hugging Face's `SynthIDTextWatermarkingConfig`.
#[derive(Clone, Debug, PartialEq)]
pub struct SynthIdOptions {
    /// The secret: one number for each round of the tournament, 64 at most.
    pub keys: Vec<i64>,
    /// How many tokens are hashed, the new one included. Default: 5.
    pub ngram: usize,
    /// The seed of the table of g-values. Default: 0.
    pub table_seed: u64,
    /// How many earlier contexts are remembered; a context that comes again leaves the logits as they are. Default: 1024.
    pub history: usize,
    /// Whether the first `ngram − 1` tokens stay unmarked. Default: false.
    pub skip_first: bool,
}

impl Default for SynthIdOptions {
    fn default() -> Self {
        Self { keys: Vec::new(), ngram: 5, table_seed: 0, history: 1024, skip_first: false }
    }
}

/// SynthID: in each round tokens meet in pairs, and the one with the larger g-value, a keyed bit, wins.
///
/// The tournament is run in closed form: `p ← p · (1 + g − Σ g p)` for each key. In the mean over the g-values every
/// probability stays what it was. Hashes, table and scores are those of Hugging Face's
/// `SynthIDTextWatermarkLogitsProcessor`.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::watermark::{SynthId, SynthIdOptions};
/// use genai_sampling::token::{Chain, Options, generate};
///
/// let mark = || SynthId::new(SynthIdOptions { keys: (1..=20).map(|i| i * 7919).collect(), ..SynthIdOptions::default() });
/// let options = Options { chain: Chain::new().then(mark()?), maximum_new_tokens: 100, ..Options::default() };
/// let steps = generate(|_| Ok(vec![0.0; 100]), &[1], options);
/// let text: Vec<u32> = steps.map(|step| Ok(step?.token)).collect::<Result<_, genai_sampling::Error>>()?;
/// assert!(mark()?.detect(&text)?.p_value < 1e-6);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Dathathri et al. 2024, "Scalable watermarking for identifying large language model outputs", *Nature* 634.
#[derive(Clone, Debug)]
pub struct SynthId {
    options: SynthIdOptions,
    table: Vec<bool>,
}

impl SynthId {
    /// A watermark.
    ///
    /// # Errors
    ///
    /// Without keys, with more than 64, or if n-grams have fewer than 2 tokens.
    pub fn new(options: SynthIdOptions) -> Result<Self, Error> {
        let expected = "1 to 64";
        match (options.keys.len(), options.ngram) {
            (count @ (0 | 65..), _) => return Err(Error::Parameter { name: "keys", value: count as f64, expected }),
            (_, length @ (0 | 1)) => {
                return Err(Error::Parameter { name: "ngram_len", value: length as f64, expected: "at least 2" });
            }
            _ => {}
        }
        let mut bits = vec![0; TABLE];
        TorchRng::new(options.table_seed).randint(0, 2, &mut bits);
        Ok(Self { options, table: bits.iter().map(|&bit| bit == 1).collect() })
    }

    /// The table of g-values: a hash has the bit at its remainder of 65,536.
    pub fn table(&self) -> &[bool] {
        &self.table
    }

    /// The hash of each n-gram of a text with each key: `[t − n + 1, keys]`.
    pub fn ngram_keys(&self, tokens: &[u32]) -> Vec<i64> {
        let hashes = tokens.windows(self.options.ngram).map(|ngram| hash(1, ngram));
        hashes.flat_map(|hash| self.options.keys.iter().map(move |&key| absorb(hash, key) as i64)).collect()
    }

    /// The g-value of each n-gram of a text for each key: `[t − n + 1, keys]`.
    pub fn g_values(&self, tokens: &[u32]) -> Vec<bool> {
        self.ngram_keys(tokens).iter().map(|&key| self.table[key as usize % TABLE]).collect()
    }

    /// Whether the context of each n-gram of a text comes for the first time: `[t − n + 1]`.
    pub fn context_mask(&self, tokens: &[u32]) -> Vec<bool> {
        let contexts = tokens[..tokens.len().saturating_sub(1)].windows(self.options.ngram - 1);
        let hashes: Vec<u64> = contexts.map(|context| hash(1, context)).collect();
        (0..hashes.len()).map(|i| !self.is_remembered(hashes[i], &hashes[..i])).collect()
    }

    /// Whether each token stands before the first end token: `[t]`.
    pub fn end_mask(tokens: &[u32], end: u32) -> Vec<bool> {
        let first = tokens.iter().position(|&token| token == end).unwrap_or(tokens.len());
        (0..tokens.len()).map(|i| i < first).collect()
    }

    /// The mean of the g-values, over n-grams whose context comes for the first time: half of them are 1 by chance, with a
    /// standard deviation of 1 / √(4 T · keys).
    ///
    /// Text is looked at as it is: leave the prompt out, and what follows the end token.
    ///
    /// # Errors
    ///
    /// If the text is shorter than an n-gram.
    pub fn detect(&self, tokens: &[u32]) -> Result<Detection, Error> {
        self.weighted(tokens, &vec![1.0; self.options.keys.len()])
    }

    /// As [`SynthId::detect`], where earlier rounds count for more, as they decide more: weights fall from 10 to 1.
    ///
    /// # Errors
    ///
    /// As [`SynthId::detect`].
    pub fn detect_weighted(&self, tokens: &[u32]) -> Result<Detection, Error> {
        let rounds = self.options.keys.len();
        let weight = |i: usize| 10.0 - 9.0 * i as f64 / (rounds - 1).max(1) as f64;
        self.weighted(tokens, &(0..rounds).map(weight).collect::<Vec<_>>())
    }

    fn weighted(&self, tokens: &[u32], weights: &[f64]) -> Result<Detection, Error> {
        check(tokens, self.options.ngram, usize::MAX)?;
        let (values, mask) = (self.g_values(tokens), self.context_mask(tokens));
        let total: f64 = weights.iter().sum();
        let rows = values.chunks_exact(weights.len()).zip(&mask).filter(|(_, first)| **first);
        let mean = |row: &[bool]| row.iter().zip(weights).map(|(&g, w)| if g { *w } else { 0.0 }).sum::<f64>() / total;
        let means: Vec<f64> = rows.map(|(row, _)| mean(row)).collect();
        let count = means.len() as f64;
        let variance = weights.iter().map(|w| (w / total).powi(2) / 4.0).sum::<f64>(); // of one mean
        Ok(Detection::normal(means.len(), means.iter().sum(), 0.5 * count, (variance * count).sqrt()))
    }

    /// The context hashes of the calls up to the one that follows `made` tokens: zeros stand before the first.
    fn contexts(&self, made: &[u32]) -> Vec<u64> {
        let width = self.options.ngram - 1;
        let padded = [&vec![0; width], made].concat();
        padded.windows(width).map(|context| hash(1, context)).collect()
    }

    /// Whether a context is among the last ones that are remembered, which are zeros at first.
    fn is_remembered(&self, context: u64, earlier: &[u64]) -> bool {
        let remembered = &earlier[earlier.len().saturating_sub(self.options.history)..];
        remembered.contains(&context) || (context == 0 && earlier.len() < self.options.history)
    }

    /// The g-values of a token that follows a context, one bit for each round.
    fn bits(&self, context: u64, token: u32) -> u64 {
        let hash = absorb(context, token.into());
        let bit = |(i, &key): (usize, &i64)| u64::from(self.table[absorb(hash, key) as usize % TABLE]) << i;
        self.options.keys.iter().enumerate().map(bit).sum()
    }
}

/// Tokens of the prompt count as zeros, as at Hugging Face.
impl Processor for SynthId {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let made = tokens.get(candidates.sequence().prompt..).unwrap_or_default();
        let contexts = self.contexts(made);
        let (&context, earlier) = contexts.split_last().expect("zeros make a first context");
        let unmarked = if self.options.skip_first { self.options.ngram - 1 } else { 0 }; // and not remembered
        let Some(earlier) = earlier.get(unmarked..) else { return Ok(()) };
        if self.is_remembered(context, earlier) {
            return Ok(());
        }
        let mut p = candidates.probabilities()?;
        let bits: Vec<u64> = p.iter().map(|&(token, _)| self.bits(context, token)).collect();
        for round in 0..self.options.keys.len() {
            let wins = |bits: &u64| (bits >> round & 1) as f64;
            let mass: f64 = p.iter().zip(&bits).map(|((_, p), bits)| p * wins(bits)).sum();
            p.iter_mut().zip(&bits).for_each(|((_, p), bits)| *p *= (1.0 + wins(bits) - mass).max(0.0)); // rounding may leave more than 1
        }
        let mut values = p.iter();
        candidates.update_all(|_, _| values.next().map_or(f32::NEG_INFINITY, |(_, p)| p.ln() as f32));
        Ok(())
    }
}

/// A hash that has taken in some tokens.
fn hash(start: u64, tokens: &[u32]) -> u64 {
    tokens.iter().fold(start, |hash, &token| absorb(hash, token.into()))
}

/// One step of the linear congruential generator, with a number added before.
fn absorb(hash: u64, number: i64) -> u64 {
    hash.wrapping_add(number as u64).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)
}
