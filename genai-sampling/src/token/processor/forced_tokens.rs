//! Forced tokens.

use crate::Error;
use crate::token::{Candidates, Processor};

/// At one position, leaves these tokens alone, whatever was removed before; several are equally likely.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, ForcedTokens};
///
/// let chain = Chain::new().then(ForcedTokens::first(2)).then(ForcedTokens::last([0], 10));
/// let mut logits = [5.0, 4.0, 3.0];
/// chain.apply(&[1], &mut logits)?;
/// assert_eq!(logits, [f32::NEG_INFINITY, f32::NEG_INFINITY, 0.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: `forced_bos_token_id` and `forced_eos_token_id` of Hugging Face's transformers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForcedTokens {
    tokens: Vec<u32>,
    position: usize,
}

impl ForcedTokens {
    /// Forces one of these tokens where that many tokens have come before.
    pub fn at(position: usize, tokens: impl IntoIterator<Item = u32>) -> Self {
        Self { tokens: tokens.into_iter().collect(), position }
    }

    /// Forces the token that follows the first one.
    pub fn first(token: u32) -> Self {
        Self::at(1, [token])
    }

    /// Forces one of the end tokens as the last of `maximum_length` tokens, the prompt included.
    pub fn last(end_tokens: impl IntoIterator<Item = u32>, maximum_length: usize) -> Self {
        Self::at(maximum_length.saturating_sub(1), end_tokens)
    }
}

impl Processor for ForcedTokens {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        if tokens.len() == self.position { candidates.force(&self.tokens) } else { Ok(()) }
    }
}
