//! Eta cutoff.

use crate::Error;
use crate::token::{Candidates, Processor, share};

/// Keeps the tokens of at least the probability η, which is smaller where the model is unsure; the likeliest in any case.
///
/// `η = min(ε, √ε · e^(−H))` with the entropy H in nats.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, EtaCutoff};
///
/// let mut logits = [0.9f32, 0.09, 0.009, 0.001].map(f32::ln); // H = .369, η = .01
/// Chain::new().then(EtaCutoff::new(0.01)?).apply(&[], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [true, true, false, false]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Hewitt, Manning & Liang 2022, [arXiv:2210.15191](https://arxiv.org/abs/2210.15191), eq. 4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EtaCutoff {
    epsilon: f64,
    at_least: usize,
}

impl EtaCutoff {
    /// The cutoff with this ε.
    ///
    /// # Errors
    ///
    /// Unless 0 < ε ≤ 1.
    pub fn new(epsilon: f64) -> Result<Self, Error> {
        Ok(Self { epsilon: share("eta_cutoff", epsilon)?, at_least: 1 })
    }

    /// The same, with at least that many of the likeliest tokens kept.
    #[must_use]
    pub fn at_least(self, tokens: usize) -> Self {
        Self { at_least: tokens.max(1), ..self }
    }
}

impl Processor for EtaCutoff {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let eta = self.epsilon.min(self.epsilon.sqrt() * (-candidates.entropy()?).exp());
        candidates.keep_probable(eta, self.at_least)
    }
}
