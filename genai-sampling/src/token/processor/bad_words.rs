//! Forbidden words.

use super::SequenceBias;
use crate::Error;
use crate::token::{Candidates, Processor};

/// Never completes one of these sequences of tokens: its last token is removed where the others have just come.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{BadWords, Chain};
///
/// let mut logits = [0.0; 4];
/// Chain::new().then(BadWords::new([vec![3], vec![0, 1, 2]], &[])?).apply(&[1, 0, 1], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [true, true, false, false]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: `bad_words_ids` of Hugging Face's transformers; see [`SequenceBias`].
#[derive(Clone, Debug, PartialEq)]
pub struct BadWords(SequenceBias);

impl BadWords {
    /// Forbidden sequences; one that is an end token alone is left out of them.
    ///
    /// # Errors
    ///
    /// If a sequence is empty.
    pub fn new(words: impl IntoIterator<Item = Vec<u32>>, end_tokens: &[u32]) -> Result<Self, Error> {
        let is_end = |word: &[u32]| matches!(word, [token] if end_tokens.contains(token));
        let words = words.into_iter().filter(|word| !is_end(word));
        SequenceBias::new(words.map(|word| (word, f32::NEG_INFINITY))).map(Self)
    }
}

impl Processor for BadWords {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        self.0.process(tokens, candidates)
    }
}
