//! The watermark of one list.

use std::collections::HashSet;

use genai_core::random::Key;

use super::super::{Candidates, Processor};
use super::{Detection, check, checked_bias, green_size};
use crate::Error;

/// One green list for the whole text: it survives changes of order and single words, and is the easiest to steal.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::token::watermark::Unigram;
///
/// let mark = Unigram::new(100, 0.5, 2.0, Key::new(7))?;
/// let green: Vec<u32> = mark.green_list().collect();
/// assert_eq!(green.len(), 50);
/// assert!(mark.detect(&green)?.z_score > 7.0); // √50
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Zhao et al. 2023, [arXiv:2306.17439](https://arxiv.org/abs/2306.17439), algorithms 1 and 2.
#[derive(Clone, Debug)]
pub struct Unigram {
    green: Vec<bool>, // of each token
    ratio: f64,
    bias: f32,
}

impl Unigram {
    /// A watermark for a vocabulary, of which a share is green.
    ///
    /// # Errors
    ///
    /// If the ratio leaves no green or no other token, or the bias is not finite.
    pub fn new(vocabulary: usize, ratio: f64, bias: f32, key: Key) -> Result<Self, Error> {
        let mut green = vec![false; vocabulary];
        key.permutation(vocabulary).iter().take(green_size(vocabulary, ratio)?).for_each(|&token| green[token] = true);
        Ok(Self { green, ratio, bias: checked_bias(bias)? })
    }

    /// The green tokens, ascending.
    pub fn green_list(&self) -> impl Iterator<Item = u32> + '_ {
        self.green.iter().enumerate().filter(|(_, green)| **green).map(|(token, _)| token as u32)
    }

    /// Counts the green ones among the different tokens of a text (a text repeats some words, whatever their colour):
    /// `z = (g − rT) / √(T r(1 − r))`.
    ///
    /// # Errors
    ///
    /// If the text is empty, or has tokens outside the vocabulary.
    pub fn detect(&self, tokens: &[u32]) -> Result<Detection, Error> {
        check(tokens, 1, self.green.len())?;
        let distinct: HashSet<u32> = tokens.iter().copied().collect();
        let green = distinct.iter().filter(|&&token| self.green[token as usize]).count();
        Ok(Detection::green(distinct.len(), green, self.ratio))
    }
}

impl Processor for Unigram {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let vocabulary = self.green.len();
        if let Some((token, _)) = candidates.iter().last().filter(|(token, _)| *token as usize >= vocabulary) {
            return Err(Error::Token { token, vocabulary });
        }
        candidates.update_all(|token, logit| if self.green[token as usize] { logit + self.bias } else { logit });
        Ok(())
    }
}
