//! Epsilon cutoff.

use crate::Error;
use crate::token::{Candidates, Processor, share};

/// Keeps the tokens of at least the probability ε, and the likeliest in any case.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, EpsilonCutoff};
///
/// let mut logits = [0.5f32, 0.3, 0.15, 0.05].map(f32::ln);
/// Chain::new().then(EpsilonCutoff::new(0.1)?).apply(&[], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [true, true, true, false]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Hewitt, Manning & Liang 2022, [arXiv:2210.15191](https://arxiv.org/abs/2210.15191), §4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpsilonCutoff {
    epsilon: f64,
    at_least: usize,
}

impl EpsilonCutoff {
    /// Keeps tokens of at least this probability.
    ///
    /// # Errors
    ///
    /// Unless 0 < ε ≤ 1.
    pub fn new(epsilon: f64) -> Result<Self, Error> {
        Ok(Self { epsilon: share("epsilon_cutoff", epsilon)?, at_least: 1 })
    }

    /// The same, with at least that many of the likeliest tokens kept.
    #[must_use]
    pub fn at_least(self, tokens: usize) -> Self {
        Self { at_least: tokens.max(1), ..self }
    }
}

impl Processor for EpsilonCutoff {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.keep_probable(self.epsilon, self.at_least)
    }
}
