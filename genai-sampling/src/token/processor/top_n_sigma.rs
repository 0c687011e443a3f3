//! Top-nσ.

use crate::Error;
use crate::token::{Candidates, Processor, positive};

/// Keeps the tokens whose logit is within `n` standard deviations of the largest; the temperature changes nothing about it.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, TopNSigma};
///
/// let mut logits = [0.1f32, 0.2, 0.3, 0.4].map(f32::ln); // σ = .52
/// Chain::new().then(TopNSigma::new(1.0)?).apply(&[], &mut logits)?;
/// assert_eq!(logits.map(f32::is_finite), [false, false, true, true]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Tang et al. 2024, [arXiv:2411.07641](https://arxiv.org/abs/2411.07641), algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopNSigma(f32);

impl TopNSigma {
    /// Keeps `n` standard deviations.
    ///
    /// # Errors
    ///
    /// Unless `n` is positive and finite.
    pub fn new(n: f32) -> Result<Self, Error> {
        positive("top_n_sigma", n).map(Self)
    }
}

impl Processor for TopNSigma {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let most = f64::from(candidates.maximum()?);
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (_, logit) in candidates.iter().filter(|(_, logit)| logit.is_finite()) {
            let below = most - f64::from(logit);
            (count, sum, squares) = (count + 1.0, sum + below, squares + below * below);
        }
        let variance = (squares / count - (sum / count) * (sum / count)).max(0.0);
        candidates.keep_at_least_or(most - f64::from(self.0) * variance.sqrt(), 1)
    }
}
