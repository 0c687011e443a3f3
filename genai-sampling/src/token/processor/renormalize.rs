//! Renormalisation.

use crate::Error;
use crate::token::{Candidates, Processor};

/// Shifts the logits so that their exponentials sum to 1: they become log-probabilities. The distribution stays as it is.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, Renormalize};
///
/// let mut logits = [3.0, 3.0];
/// Chain::new().then(Renormalize).apply(&[], &mut logits)?;
/// assert!(logits.iter().all(|x| (x - 0.5f32.ln()).abs() < 1e-6));
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: `renormalize_logits` of Hugging Face's transformers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renormalize;

impl Processor for Renormalize {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let total = candidates.log_sum_exp()?;
        candidates.update_all(|_, logit| (f64::from(logit) - total) as f32);
        Ok(())
    }
}
