//! Exclude top choices.

use crate::Error;
use crate::token::{Candidates, Processor, share};

/// At random, removes the likely tokens but for the least likely of them: less obvious text that still makes sense.
///
/// With the given probability, of those tokens that have at least the threshold's probability only the least likely stays.
/// Nothing happens where fewer than two reach it.
///
/// The coin is thrown from the sequence's key and the position ([`Sequence`](crate::token::Sequence)), so that a rewound
/// sequence meets the same.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, Xtc};
///
/// let mut logits = [0.4f32, 0.3, 0.2, 0.1].map(f32::ln);
/// Chain::new().then(Xtc::new(1.0, 0.15)?).apply(&[], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [false, false, true, true]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Weidmann 2024, [text-generation-webui#6335](https://github.com/oobabooga/text-generation-webui/pull/6335).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Xtc {
    probability: f64,
    threshold: f64,
}

impl Xtc {
    /// Removes what is above the threshold, with a probability.
    ///
    /// # Errors
    ///
    /// Unless both lie in (0, 1]. (Above ½ no two tokens reach the threshold.)
    pub fn new(probability: f64, threshold: f64) -> Result<Self, Error> {
        Ok(Self { probability: share("xtc_probability", probability)?, threshold: share("xtc_threshold", threshold)? })
    }
}

impl Processor for Xtc {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let key = candidates.sequence().key.named("xtc").split(tokens.len() as u64);
        let least = candidates.log_sum_exp()? + self.threshold.ln();
        if key.stream().uniform() >= self.probability {
            return Ok(());
        }
        let mut above = candidates.reaching((least * f64::from(candidates.temperature)) as f32);
        let value = |i: &u32| candidates.values()[*i as usize];
        // Of equally unlikely ones the last token stays.
        let last = (0..above.len()).rev().min_by(|&a, &b| value(&above[a]).total_cmp(&value(&above[b])));
        last.map(|last| above.remove(last));
        let removed: Vec<u32> = above.into_iter().map(|i| candidates.token(i as usize)).collect();
        candidates.update(&removed, |_| f32::NEG_INFINITY)
    }
}
