//! Repetition penalty.

use super::past::Past;
use crate::Error;
use crate::token::{Candidates, Processor, positive};

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
    past: Past,
}

impl RepetitionPenalty {
    /// A penalty on all earlier tokens, those of the prompt too.
    ///
    /// # Errors
    ///
    /// Unless the penalty is positive and finite.
    pub fn new(penalty: f32) -> Result<Self, Error> {
        Ok(Self { penalty: positive("repetition_penalty", penalty)?, past: Past::ALL })
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

impl Processor for RepetitionPenalty {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let seen: Vec<u32> = self.past.counts(tokens, candidates).into_iter().map(|(token, _)| token).collect();
        candidates.update(&seen, |logit| if logit < 0.0 { logit * self.penalty } else { logit / self.penalty })
    }
}
