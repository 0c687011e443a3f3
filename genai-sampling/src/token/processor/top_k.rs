//! Top-k.

use crate::Error;
use crate::token::{Candidates, Processor};

/// Keeps the `k` likeliest tokens, and those that are exactly as likely as the last of them.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, TopK};
///
/// let mut logits = [1.0, 4.0, 2.0, 3.0];
/// Chain::new().then(TopK::new(2)?).apply(&[], &mut logits)?;
/// assert_eq!(logits, [f32::NEG_INFINITY, 4.0, f32::NEG_INFINITY, 3.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Fan, Lewis & Dauphin 2018, [arXiv:1805.04833](https://arxiv.org/abs/1805.04833); ties as in Hugging Face's
/// transformers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK(usize);

impl TopK {
    /// Keeps `k` tokens; all, where there are fewer.
    ///
    /// # Errors
    ///
    /// If `k` is 0.
    pub fn new(k: usize) -> Result<Self, Error> {
        match k {
            0 => Err(Error::Parameter { name: "top_k", value: 0.0, expected: "at least 1" }),
            k => Ok(Self(k)),
        }
    }
}

impl Processor for TopK {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.keep_top(self.0)
    }
}
