//! Minimum length.

use crate::Error;
use crate::token::{Candidates, Processor};

/// Removes the end tokens until the text is long enough.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, MinimumLength};
///
/// let chain = Chain::new().then(MinimumLength::new(3, [0]));
/// let (mut early, mut late) = ([0.0; 2], [0.0; 2]);
/// chain.apply(&[1, 1], &mut early)?;
/// chain.apply(&[1, 1, 1], &mut late)?;
/// assert_eq!((early, late), ([f32::NEG_INFINITY, 0.0], [0.0, 0.0]));
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: `min_length` and `min_new_tokens` of Hugging Face's transformers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinimumLength {
    length: usize,
    end_tokens: Vec<u32>,
    new: bool,
}

impl MinimumLength {
    /// No end before `length` tokens, those of the prompt included.
    pub fn new(length: usize, end_tokens: impl IntoIterator<Item = u32>) -> Self {
        Self { length, end_tokens: end_tokens.into_iter().collect(), new: false }
    }

    /// No end before `length` generated tokens ([`Sequence`](crate::token::Sequence) knows the prompt's length).
    pub fn generated(length: usize, end_tokens: impl IntoIterator<Item = u32>) -> Self {
        Self { new: true, ..Self::new(length, end_tokens) }
    }
}

impl Processor for MinimumLength {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let given = if self.new { candidates.sequence().prompt } else { 0 };
        if tokens.len().saturating_sub(given) >= self.length {
            return Ok(());
        }
        candidates.update(&self.end_tokens, |_| f32::NEG_INFINITY)
    }
}
