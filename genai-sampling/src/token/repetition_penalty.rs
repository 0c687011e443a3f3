//! Repetition penalty.

use super::{Candidates, Processor, positive};
use crate::Error;

/// Makes tokens that occurred already less likely: a positive logit is divided by the penalty, a negative one multiplied.
///
/// A penalty below 1 rewards repetition. Each token is changed once, however often it occurred.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, RepetitionPenalty};
///
/// let chain = Chain::new().then(RepetitionPenalty::new(2.0)?.window(2));
/// let mut logits = [1.0, 1.0, -1.0];
/// chain.apply(&[0, 1, 2, 2], &mut logits)?;
/// assert_eq!(logits, [1.0, 1.0, -2.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Keskar et al. 2019, [arXiv:1909.05858](https://arxiv.org/abs/1909.05858), §4.1; the sign as in Hugging Face's
/// transformers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RepetitionPenalty {
    penalty: f32,
    window: usize,
}

impl RepetitionPenalty {
    /// A penalty on all earlier tokens, those of the prompt too.
    ///
    /// # Errors
    ///
    /// Unless the penalty is positive and finite.
    pub fn new(penalty: f32) -> Result<Self, Error> {
        Ok(Self { penalty: positive("repetition_penalty", penalty)?, window: usize::MAX })
    }

    /// The same penalty on the last `window` tokens alone.
    #[must_use]
    pub fn window(self, window: usize) -> Self {
        Self { window, ..self }
    }
}

impl Processor for RepetitionPenalty {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let mut seen = tokens[tokens.len().saturating_sub(self.window)..].to_vec();
        seen.sort_unstable();
        seen.dedup();
        candidates.update(&seen, |logit| if logit < 0.0 { logit * self.penalty } else { logit / self.penalty })
    }
}
