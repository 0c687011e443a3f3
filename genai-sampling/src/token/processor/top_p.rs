//! Top-p.

use crate::Error;
use crate::token::{Candidates, Processor, share};

/// Nucleus sampling: keeps the smallest set of likeliest tokens whose probabilities sum to at least `p`, so that the token
/// that crosses `p` is kept. Among equally likely tokens at the edge the lower ones stay.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, TopP};
///
/// let mut logits = [0.4f32, 0.3, 0.2, 0.1].map(f32::ln);
/// Chain::new().then(TopP::new(0.8)?).apply(&[], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [true, true, true, false]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Holtzman et al. 2019, [arXiv:1904.09751](https://arxiv.org/abs/1904.09751), §3.1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopP {
    p: f64,
    at_least: usize,
}

impl TopP {
    /// Keeps the probability `p`; 1 keeps every token.
    ///
    /// # Errors
    ///
    /// Unless 0 < p ≤ 1.
    pub fn new(p: f64) -> Result<Self, Error> {
        Ok(Self { p: share("top_p", p)?, at_least: 1 })
    }

    /// The same, with at least that many of the likeliest tokens kept.
    #[must_use]
    pub fn at_least(self, tokens: usize) -> Self {
        Self { at_least: tokens.max(1), ..self }
    }
}

impl Processor for TopP {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.keep_nucleus_or(self.p, self.at_least)
    }
}
