//! Min-p.

use crate::Error;
use crate::token::{Candidates, Processor, share};

/// Keeps the tokens that are at least `min_p` times as likely as the likeliest one.
///
/// `p ≥ min_p · max p`: many tokens where the model is unsure, few where it is sure.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, MinP};
///
/// let mut logits = [0.5f32, 0.3, 0.15, 0.05].map(f32::ln);
/// Chain::new().then(MinP::new(0.2)?).apply(&[], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [true, true, true, false]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Nguyen et al. 2024, [arXiv:2407.01082](https://arxiv.org/abs/2407.01082), §3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MinP {
    share: f64,
    at_least: usize,
}

impl MinP {
    /// Keeps tokens with this share of the largest probability.
    ///
    /// # Errors
    ///
    /// Unless 0 < `share` ≤ 1.
    pub fn new(share_of_largest: f64) -> Result<Self, Error> {
        Ok(Self { share: share("min_p", share_of_largest)?, at_least: 1 })
    }

    /// The same, with at least that many of the likeliest tokens kept.
    #[must_use]
    pub fn at_least(self, tokens: usize) -> Self {
        Self { at_least: tokens.max(1), ..self }
    }
}

impl Processor for MinP {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.keep_near(self.share, self.at_least)
    }
}
