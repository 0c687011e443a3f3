//! Locally typical sampling.

use crate::Error;
use crate::token::{Candidates, Processor, share};

/// Keeps the tokens whose surprise is nearest to the expected surprise, until they have the probability `p` together.
///
/// Ordered by `|−ln p − H|` with the entropy H, up to the first sum of at least `p`, and whatever is as near as the last of
/// them. The likeliest token may go.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, TypicalP};
///
/// let mut logits = [0.6f32, 0.2, 0.1, 0.1].map(f32::ln); // H = 1.09; surprises .51, 1.61, 2.30, 2.30
/// Chain::new().then(TypicalP::new(0.5)?).apply(&[], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [true, true, false, false]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Meister et al. 2022, [arXiv:2202.00666](https://arxiv.org/abs/2202.00666), eq. 11.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TypicalP {
    mass: f64,
    at_least: usize,
}

impl TypicalP {
    /// Keeps the probability `p`.
    ///
    /// # Errors
    ///
    /// Unless 0 < `p` ≤ 1.
    pub fn new(p: f64) -> Result<Self, Error> {
        Ok(Self { mass: share("typical_p", p)?, at_least: 1 })
    }

    /// The same, with at least that many of the most typical tokens kept.
    #[must_use]
    pub fn at_least(self, tokens: usize) -> Self {
        Self { at_least: tokens.max(1), ..self }
    }
}

impl Processor for TypicalP {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.keep_typical(self.mass, self.at_least)
    }
}
