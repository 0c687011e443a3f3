//! Removal of what is no number.

use crate::Error;
use crate::token::{Candidates, Processor};

/// Replaces logits that are no finite numbers: NaN becomes 0, ±∞ the largest and smallest number.
///
/// It is the one processor that accepts NaN and +∞; let it be the first. Tokens that were truncated away stay away, but a
/// logit of −∞ that the model gave may be drawn afterwards, if all others are as small.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, RemoveInvalid};
///
/// let mut logits = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0];
/// Chain::new().then(RemoveInvalid).apply(&[], &mut logits)?;
/// assert_eq!(logits, [0.0, f32::MAX, f32::MIN, 1.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: `remove_invalid_values` of Hugging Face's transformers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoveInvalid;

impl Processor for RemoveInvalid {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.update_all(|_, logit| if logit.is_nan() { 0.0 } else { logit.clamp(f32::MIN, f32::MAX) });
        Ok(())
    }
}
