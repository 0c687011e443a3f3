//! No repeated n-grams.

use crate::Error;
use crate::token::{Candidates, Processor};

/// Removes the tokens that would complete a sequence of n tokens that occurred already, the prompt included.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, NoRepeatNgram};
///
/// let mut logits = [0.0; 4];
/// Chain::new().then(NoRepeatNgram::new(2)?).apply(&[1, 2, 3, 1], &mut logits)?; // 1 2 has been
/// assert_eq!(logits.map(f32::is_finite), [true, true, false, true]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Paulus, Xiong & Socher 2017, [arXiv:1705.04304](https://arxiv.org/abs/1705.04304), §2.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRepeatNgram(usize);

impl NoRepeatNgram {
    /// No sequence of `n` tokens occurs twice.
    ///
    /// # Errors
    ///
    /// If `n` is 0.
    pub fn new(n: usize) -> Result<Self, Error> {
        match n {
            0 => Err(Error::Parameter { name: "no_repeat_ngram", value: 0.0, expected: "at least 1" }),
            n => Ok(Self(n)),
        }
    }
}

impl Processor for NoRepeatNgram {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let Some(first) = (tokens.len() + 1).checked_sub(self.0) else { return Ok(()) };
        let begun = &tokens[first..];
        let repeats = tokens.windows(self.0).filter(|ngram| ngram.starts_with(begun)).map(|ngram| ngram[self.0 - 1]);
        candidates.update(&repeats.collect::<Vec<u32>>(), |_| f32::NEG_INFINITY)
    }
}
