//! Suppressed tokens.

use crate::Error;
use crate::token::{Candidates, Processor};

/// Removes some tokens, always or at one position.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, SuppressedTokens};
///
/// let chain = Chain::new().then(SuppressedTokens::new([0])).then(SuppressedTokens::new([1, 2]).at(1));
/// let (mut first, mut second) = ([0.0; 4], [0.0; 4]);
/// chain.apply(&[3], &mut first)?;
/// chain.apply(&[3, 3], &mut second)?;
/// assert_eq!(first.map(f32::is_finite), [false, false, false, true]);
/// assert_eq!(second.map(f32::is_finite), [false, true, true, true]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: `suppress_tokens` and `begin_suppress_tokens` of Hugging Face's transformers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressedTokens {
    tokens: Vec<u32>,
    at: Option<usize>,
}

impl SuppressedTokens {
    /// Removes these tokens always.
    pub fn new(tokens: impl IntoIterator<Item = u32>) -> Self {
        Self { tokens: tokens.into_iter().collect(), at: None }
    }

    /// Removes them only where that many tokens have come before.
    #[must_use]
    pub fn at(self, position: usize) -> Self {
        Self { at: Some(position), ..self }
    }
}

impl Processor for SuppressedTokens {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        if self.at.is_some_and(|position| position != tokens.len()) {
            return Ok(());
        }
        candidates.update(&self.tokens, |_| f32::NEG_INFINITY)
    }
}
