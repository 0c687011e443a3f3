//! Frequency penalty.

use super::past::Past;
use crate::Error;
use crate::token::{Candidates, Processor, finite};

/// Makes tokens that occurred already less likely, the more, the oftener they occurred.
///
/// `logit ← logit − penalty · count` for each token that occurred; a negative penalty rewards.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, FrequencyPenalty};
///
/// let mut logits = [1.0, 1.0, 1.0];
/// Chain::new().then(FrequencyPenalty::new(0.5)?).apply(&[1, 2, 1], &mut logits)?;
/// assert_eq!(logits, [1.0, 0.0, 0.5]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: the OpenAI interface's `frequency_penalty`; there and in vLLM it counts generated tokens alone
/// ([`FrequencyPenalty::generated_only`]), in llama.cpp those of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrequencyPenalty {
    penalty: f32,
    past: Past,
}

impl FrequencyPenalty {
    /// A penalty on all earlier tokens, those of the prompt too.
    ///
    /// # Errors
    ///
    /// Unless the penalty is finite.
    pub fn new(penalty: f32) -> Result<Self, Error> {
        Ok(Self { penalty: finite("frequency_penalty", penalty)?, past: Past::ALL })
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

impl Processor for FrequencyPenalty {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let seen = self.past.counts(tokens, candidates);
        seen.into_iter()
            .try_for_each(|(token, count)| candidates.update(&[token], |logit| logit - self.penalty * count as f32))
    }
}
