//! Temperature.

use crate::Error;
use crate::token::{Candidates, Processor, positive};

/// Divides logits by a temperature: below 1 the distribution sharpens, above 1 it flattens.
///
/// `p ← p^(1/T) / Σ p^(1/T)`
///
/// The division is done where the logits are next read, so it costs no pass over the vocabulary.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, Temperature};
///
/// let mut logits = [1.0, 2.0];
/// Chain::new().then(Temperature::new(0.5)?).apply(&[], &mut logits)?;
/// assert_eq!(logits, [2.0, 4.0]);
/// assert!(Temperature::new(0.0).is_err());
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Temperature(f32);

impl Temperature {
    /// A temperature.
    ///
    /// # Errors
    ///
    /// Unless it is positive and finite. (For the limit at 0, the likeliest token, select with [`Greedy`](crate::token::Greedy).)
    pub fn new(temperature: f32) -> Result<Self, Error> {
        positive("temperature", temperature).map(Self)
    }
}

impl Processor for Temperature {
    fn process(&self, _: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        candidates.divide(self.0);
        Ok(())
    }
}
