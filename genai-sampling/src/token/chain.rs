//! Processors in the written order.

use super::{Candidates, Processor};
use crate::Error;

/// Processors that run in the order in which they are written; the order changes the distribution.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, RepetitionPenalty, Temperature, TopK, TopP};
///
/// let chain = Chain::new()
///     .then(RepetitionPenalty::new(1.1)?)
///     .then(Temperature::new(0.8)?)
///     .then(TopK::new(40)?)
///     .then(TopP::new(0.95)?);
/// let mut logits = [0.3, -1.0, 2.5, 0.1];
/// chain.apply(&[2, 0], &mut logits)?;
/// assert_eq!(chain.len(), 4);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Chain {
    processors: Vec<Box<dyn Processor>>,
}

impl Chain {
    /// A chain that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// This chain, followed by another processor.
    #[must_use]
    pub fn then(mut self, processor: impl Processor + 'static) -> Self {
        self.processors.push(Box::new(processor));
        self
    }

    /// Adds a processor at the end.
    pub(super) fn push(&mut self, processor: Box<dyn Processor>) {
        self.processors.push(processor);
    }

    /// How many processors it has.
    pub fn len(&self) -> usize {
        self.processors.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.processors.is_empty()
    }

    /// Runs the chain on plain logits: those of removed tokens become −∞.
    ///
    /// # Errors
    ///
    /// That of a processor; if a logit is NaN or +∞, or none is finite.
    pub fn apply(&self, tokens: &[u32], logits: &mut [f32]) -> Result<(), Error> {
        let mut candidates = Candidates::new(logits);
        self.process(tokens, &mut candidates)?;
        candidates.write_back()
    }
}

/// A chain is a processor too: chains may be put into chains.
impl Processor for Chain {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        self.processors.iter().try_for_each(|processor| processor.process(tokens, candidates))
    }
}
