//! Exponential length decay.

use crate::Error;
use crate::token::{Candidates, Processor, positive};

/// Makes the end likelier with every token beyond a length: text ends soon, at a place that suits.
///
/// `logit ← logit + |logit| · (factorⁿ − 1)` of each end token, where n > 0 tokens have come beyond `start` generated ones.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, LengthDecay};
///
/// let mut logits = [-1.0, 0.0];
/// Chain::new().then(LengthDecay::new(1, 2.0, [0])?).apply(&[1, 1, 1], &mut logits)?; // n = 2
/// assert_eq!(logits, [2.0, 0.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: `exponential_decay_length_penalty` of Hugging Face's transformers.
#[derive(Clone, Debug, PartialEq)]
pub struct LengthDecay {
    start: usize,
    factor: f32,
    end_tokens: Vec<u32>,
}

impl LengthDecay {
    /// Decay by a factor from `start` generated tokens on.
    ///
    /// # Errors
    ///
    /// Unless the factor is positive and finite.
    pub fn new(start: usize, factor: f32, end_tokens: impl IntoIterator<Item = u32>) -> Result<Self, Error> {
        let factor = positive("length_decay", factor)?;
        Ok(Self { start, factor, end_tokens: end_tokens.into_iter().collect() })
    }
}

impl Processor for LengthDecay {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let beyond = tokens.len().saturating_sub(candidates.sequence().prompt + self.start);
        if beyond == 0 {
            return Ok(());
        }
        let more = f64::from(self.factor).powf(beyond as f64) - 1.0;
        let raised = |logit: f32| (f64::from(logit) + f64::from(logit.abs()) * more).min(f32::MAX.into()) as f32;
        candidates.update(&self.end_tokens, |logit| if logit.is_finite() { raised(logit) } else { logit })
    }
}
