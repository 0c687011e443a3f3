//! Allowed tokens.

use crate::Error;
use crate::token::{Candidates, Processor};

/// Removes all tokens but these.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{AllowedTokens, Chain};
///
/// let mut logits = [1.0, 2.0, 3.0];
/// Chain::new().then(AllowedTokens::new([1, 0])?).apply(&[], &mut logits)?;
/// assert_eq!(logits, [1.0, 2.0, f32::NEG_INFINITY]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedTokens(Vec<u32>);

impl AllowedTokens {
    /// Leaves these tokens.
    ///
    /// # Errors
    ///
    /// [`Error::NoCandidates`] if there is none.
    pub fn new(tokens: impl IntoIterator<Item = u32>) -> Result<Self, Error> {
        let mut tokens: Vec<u32> = tokens.into_iter().collect();
        tokens.sort_unstable();
        tokens.dedup();
        if tokens.is_empty() { Err(Error::NoCandidates) } else { Ok(Self(tokens)) }
    }
}

impl Processor for AllowedTokens {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.update(&self.0, |logit| logit)?; // all must lie in the vocabulary
        candidates.retain(|token, _| self.0.binary_search(&token).is_ok());
        Ok(())
    }
}
