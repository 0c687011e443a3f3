//! Dynamic temperature.

use crate::Error;
use crate::token::{Candidates, Processor, positive};

/// A temperature that follows the entropy: low where the model is sure, high where it is not.
///
/// `T = low + (high − low) · (H / ln n)^exponent` with the entropy H of the n possible tokens.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, DynamicTemperature};
///
/// let mut logits = [2.0, 2.0, 2.0]; // as unsure as can be: T = 2
/// Chain::new().then(DynamicTemperature::between(0.5, 2.0, 1.0)?).apply(&[], &mut logits)?;
/// assert!(logits.iter().all(|x| (x - 1.0).abs() < 1e-6));
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: llama.cpp's `temp_ext` sampler; Zhang, Bao & Huang 2024,
/// [arXiv:2403.14541](https://arxiv.org/abs/2403.14541), for the idea.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DynamicTemperature {
    low: f32,
    high: f32,
    exponent: f32,
}

impl DynamicTemperature {
    /// A temperature from `low`, at no entropy, to `high`, at the largest.
    ///
    /// # Errors
    ///
    /// Unless 0 ≤ `low` ≤ `high`, and `high` and the exponent are positive and finite.
    pub fn between(low: f32, high: f32, exponent: f32) -> Result<Self, Error> {
        positive("dynamic temperature's upper end", high)?;
        positive("dynamic temperature's exponent", exponent)?;
        if !(0.0..=high).contains(&low) {
            let name = "dynamic temperature's lower end";
            return Err(Error::Parameter { name, value: low.into(), expected: "between 0 and the upper end" });
        }
        Ok(Self { low, high, exponent })
    }

    /// `temperature ± range`, at least 0, as llama.cpp has it.
    ///
    /// # Errors
    ///
    /// As [`DynamicTemperature::between`].
    pub fn around(temperature: f32, range: f32, exponent: f32) -> Result<Self, Error> {
        Self::between((temperature - range).max(0.0), temperature + range, exponent)
    }
}

impl Processor for DynamicTemperature {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let entropy = candidates.entropy()?;
        let possible = candidates.iter().filter(|(_, logit)| *logit > f32::NEG_INFINITY).count();
        let share = if possible > 1 { (entropy / (possible as f64).ln()).min(1.0) } else { 0.0 };
        let temperature = self.low + (self.high - self.low) * share.powf(self.exponent.into()) as f32;
        if temperature < 1e-6 {
            return candidates.keep_top(1); // the limit
        }
        candidates.divide(temperature);
        Ok(())
    }
}
