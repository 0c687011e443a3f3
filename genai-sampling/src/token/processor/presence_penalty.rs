//! Presence penalty.

use super::past::Past;
use crate::Error;
use crate::token::{Candidates, Processor, finite};

/// Makes tokens that occurred already less likely, by the same amount however often they occurred.
///
/// `logit ← logit − penalty` for each token that occurred; a negative penalty rewards.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, PresencePenalty};
///
/// let mut logits = [1.0, 1.0, 1.0];
/// Chain::new().then(PresencePenalty::new(0.5)?).apply(&[1, 2, 1], &mut logits)?;
/// assert_eq!(logits, [1.0, 0.5, 0.5]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: the OpenAI interface's `presence_penalty`; there and in vLLM it counts generated tokens alone
/// ([`PresencePenalty::generated_only`]), in llama.cpp those of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PresencePenalty {
    penalty: f32,
    past: Past,
}

impl PresencePenalty {
    /// A penalty on all earlier tokens, those of the prompt too.
    ///
    /// # Errors
    ///
    /// Unless the penalty is finite.
    pub fn new(penalty: f32) -> Result<Self, Error> {
        Ok(Self { penalty: finite("presence_penalty", penalty)?, past: Past::ALL })
    }

    /// The same penalty on the last `window` tokens alone.
    #[must_use]
    pub fn window(self, window: usize) -> Self {
        Self { past: Past { window, ..self.past }, ..self }
    }

    /// The same penalty on generated tokens alone, not on those of the prompt ([`Sequence`](crate::token::Sequence)).
    #[must_use]
    pub fn generated_only(self) -> Self {
        Self { past: Past { generated: true, ..self.past }, ..self }
    }
}

impl Processor for PresencePenalty {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let seen = self.past.counts(tokens, candidates);
        seen.into_iter().try_for_each(|(token, _)| candidates.update(&[token], |logit| logit - self.penalty))
    }
}
