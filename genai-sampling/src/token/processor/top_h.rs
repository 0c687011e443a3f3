//! Top-H.

use crate::Error;
use crate::token::{Candidates, Processor, share};

/// How many of the likeliest tokens are looked at, as in Hugging Face's transformers.
const LOOKED_AT: usize = 100;

/// Keeps likeliest tokens as long as their part of the entropy stays within a share of it: few where the model is sure.
///
/// With the probabilities of the 100 likeliest tokens, p₁ ≥ p₂ ≥ …, and their entropy H: all up to the last k with
/// `−Σᵢ₌₁ᵏ pᵢ ln pᵢ ≤ h · H`, and the first in any case.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, TopH};
///
/// let mut logits = [0.25f32; 4].map(f32::ln);
/// Chain::new().then(TopH::new(0.6)?).apply(&[], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [true, true, false, false]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Potraghloo et al. 2025, [arXiv:2509.02510](https://arxiv.org/abs/2509.02510), algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopH(f64);

impl TopH {
    /// Keeps this share of the entropy.
    ///
    /// # Errors
    ///
    /// Unless 0 < `h` ≤ 1.
    pub fn new(h: f64) -> Result<Self, Error> {
        share("top_h", h).map(Self)
    }
}

impl Processor for TopH {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.weigh()?;
        let best = candidates.order(LOOKED_AT);
        let weights: Vec<f64> = best.iter().map(|&i| candidates.buffers.weights[i as usize].into()).collect();
        let total: f64 = weights.iter().sum();
        let part = |weight: &f64| if *weight > 0.0 { -weight / total * (weight / total).ln() } else { 0.0 };
        let allowed = self.0 * weights.iter().map(part).sum::<f64>() * (1.0 + 1e-12); // all of it at h = 1
        let mut sum = 0.0;
        let within = weights.iter().take_while(|weight| {
            sum += part(weight);
            sum <= allowed
        });
        let count = within.count().max(1);
        let mut kept = best[..count].to_vec();
        kept.sort_unstable();
        candidates.leave(&kept);
        Ok(())
    }
}
