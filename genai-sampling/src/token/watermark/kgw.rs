//! The watermark of green lists.

use std::collections::HashMap;

use super::super::{Candidates, Processor};
use super::{Detection, check, checked_bias, green_size};
use crate::Error;
use genai_core::random::TorchRng;

/// How many places of [`Hash::Own`]'s table there are.
const TABLE: usize = 1_000_003;
/// Of how many likeliest tokens [`Hash::Own`] asks whether they are green.
const TRIED: usize = 40;

/// What seeds the green list of the next token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hash {
    /// The last token ("lefthash").
    #[default]
    Left,
    /// The token itself, and those before it in the window ("selfhash"): a token is green if it lies in the list that it
    /// seeds. Of the 40 likeliest tokens those that are green get the bias.
    Own,
}

/// How to mark, as Hugging Face's `WatermarkingConfig`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KgwOptions {
    /// Which share of the vocabulary is green. Default: 0.25.
    pub ratio: f64,
    /// What is added to green logits. Default: 2.
    pub bias: f32,
    /// The secret. Default: 15,485,863.
    pub key: i64,
    /// What seeds a list. Default: [`Hash::Left`].
    pub hash: Hash,
    /// How many tokens the seed's window has; [`Hash::Left`] looks at the last of them alone. Default: 1.
    pub context: usize,
}

impl Default for KgwOptions {
    fn default() -> Self {
        Self { ratio: 0.25, bias: 2.0, key: 15_485_863, hash: Hash::Left, context: 1 }
    }
}

/// Green lists: after each token another share of the vocabulary, chosen by a keyed hash, is made likelier.
///
/// The list is the first ⌊v·ratio⌋ of [`TorchRng::randperm`], seeded by the hash, so lists are those of Hugging Face's
/// `WatermarkLogitsProcessor` bit by bit, and text made here is recognised there, and back.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::watermark::{Kgw, KgwOptions};
/// use genai_sampling::token::{Chain, Multinomial, Options, generate};
///
/// let mark = || Kgw::new(1000, KgwOptions::default());
/// let (chain, select) = (Chain::new().then(mark()?), Box::new(Multinomial));
/// let options = Options { chain, select, maximum_new_tokens: 200, ..Options::default() };
/// let steps = generate(|_| Ok(vec![0.0; 1000]), &[1], options);
/// let text: Vec<u32> = steps.map(|step| Ok(step?.token)).collect::<Result<_, genai_sampling::Error>>()?;
/// assert!(mark()?.detect(&text)?.z_score > 6.0);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Kirchenbauer et al. 2023, [arXiv:2301.10226](https://arxiv.org/abs/2301.10226), algorithms 2 and 3.
#[derive(Clone, Debug)]
pub struct Kgw {
    options: KgwOptions,
    vocabulary: usize,
    size: usize,     // of a green list
    table: Vec<u32>, // empty for `Hash::Left`
}

impl Kgw {
    /// A watermark for a vocabulary.
    ///
    /// # Errors
    ///
    /// If the ratio leaves no green or no other token, the bias is not finite, or the window is empty.
    pub fn new(vocabulary: usize, options: KgwOptions) -> Result<Self, Error> {
        let size = green_size(vocabulary, options.ratio)?;
        checked_bias(options.bias)?;
        if options.context == 0 {
            return Err(Error::Parameter { name: "context_width", value: 0.0, expected: "at least 1" });
        }
        let table = match options.hash {
            Hash::Left => Vec::new(),
            Hash::Own => TorchRng::new(modulo(i128::from(options.key))).randperm(TABLE),
        };
        Ok(Self { options, vocabulary, size, table })
    }

    /// The green tokens that follow `tokens` (not empty): ascending. [`Hash::Own`] has a list for each token: this is the
    /// one that the last of `tokens` seeds, which is green if it is a member.
    pub fn green_list(&self, tokens: &[u32]) -> Vec<u32> {
        let mut list = TorchRng::new(self.seed(tokens)).randperm_first(self.vocabulary, self.size);
        list.sort_unstable();
        list
    }

    /// Counts the green tokens of a text: `z = (g − rT) / √(T r(1 − r))`. Repeated n-grams count as often as they occur.
    ///
    /// # Errors
    ///
    /// If the text is shorter than the window and a token, or has tokens outside the vocabulary.
    pub fn detect(&self, tokens: &[u32]) -> Result<Detection, Error> {
        self.score(tokens, false)
    }

    /// Counts each n-gram once: text that repeats itself then proves no more than it says.
    ///
    /// # Errors
    ///
    /// As [`Kgw::detect`].
    pub fn detect_distinct(&self, tokens: &[u32]) -> Result<Detection, Error> {
        self.score(tokens, true)
    }

    fn score(&self, tokens: &[u32], distinct: bool) -> Result<Detection, Error> {
        let before = match self.options.hash {
            Hash::Left => self.options.context,
            Hash::Own => self.options.context - 1,
        };
        check(tokens, before + 1, self.vocabulary)?;
        let mut known = HashMap::new();
        let (mut scored, mut green) = (0, 0);
        for ngram in tokens.windows(before + 1) {
            if distinct && known.contains_key(ngram) {
                continue;
            }
            scored += 1;
            green += usize::from(*known.entry(ngram).or_insert_with(|| self.is_green(ngram)));
        }
        Ok(Detection::green(scored, green, self.options.ratio))
    }

    /// Whether the last token of a window is green.
    fn is_green(&self, ngram: &[u32]) -> bool {
        let (last, before) = ngram.split_last().expect("a window has a token");
        let seeding = if self.options.hash == Hash::Own { ngram } else { before };
        comes_first(TorchRng::new(self.seed(seeding)), self.vocabulary, self.size, *last)
    }

    /// The seed of the list that belongs to the end of `tokens`.
    fn seed(&self, tokens: &[u32]) -> u64 {
        let last = *tokens.last().expect("a seed needs a token");
        if self.options.hash == Hash::Left {
            return modulo(i128::from(self.options.key) * i128::from(last));
        }
        let place = |&token: &u32| i64::from(self.table[token as usize % TABLE]) + 1;
        let window = &tokens[tokens.len().saturating_sub(self.options.context)..];
        let seeds = window.iter().map(|token| self.options.key.wrapping_mul(place(token)).wrapping_mul(place(&last)));
        modulo(seeds.min().expect("a window has a token").into())
    }

    /// The green ones of the likeliest tokens.
    fn green_of_likeliest(&self, tokens: &[u32], candidates: &Candidates<'_>) -> Vec<u32> {
        let mut likeliest: Vec<(u32, f32)> =
            candidates.iter().filter(|(_, logit)| *logit > f32::NEG_INFINITY).collect();
        if likeliest.len() > TRIED {
            likeliest.select_nth_unstable_by(TRIED - 1, |a, b| b.1.total_cmp(&a.1));
            likeliest.truncate(TRIED);
        }
        let start = tokens.len().saturating_sub(self.options.context - 1);
        let green = |&(token, _): &(u32, f32)| self.is_green(&[&tokens[start..], &[token]].concat());
        let mut list: Vec<u32> = likeliest.iter().filter(|entry| green(entry)).map(|&(token, _)| token).collect();
        list.sort_unstable();
        list
    }
}

impl Processor for Kgw {
    /// Leaves everything as it is while fewer tokens came than the window has.
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        if tokens.len() < self.options.context {
            return Ok(());
        }
        let list = match self.options.hash {
            Hash::Left => self.green_list(tokens),
            Hash::Own => self.green_of_likeliest(tokens, candidates),
        };
        candidates.update(&list, |logit| logit + self.options.bias)
    }
}

/// A seed as Python makes it: the remainder that is not negative of 2⁶⁴ − 1.
fn modulo(seed: i128) -> u64 {
    seed.rem_euclid(i128::from(u64::MAX)) as u64
}

/// Whether a number is among the first of [`TorchRng::randperm`], fewer than all: only its own place is followed.
fn comes_first(mut random: TorchRng, n: usize, first: usize, number: u32) -> bool {
    let mut place = number;
    for i in 0..first as u32 {
        let swapped = i + random.next_u32() % (n as u32 - i);
        if swapped == place {
            return true; // what stands at i stays there
        }
        if place == i {
            place = swapped;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_one_place_says_what_the_permutation_says() {
        for (seed, n, first) in [(1, 2, 1), (2, 10, 3), (3, 64, 16), (4, 500, 499)] {
            let list = TorchRng::new(seed).randperm_first(n, first);
            for number in 0..n as u32 {
                assert_eq!(
                    comes_first(TorchRng::new(seed), n, first, number),
                    list.contains(&number),
                    "{number} of {n}"
                );
            }
        }
    }
}
