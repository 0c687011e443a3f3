//! How a training goes.

use genai_core::Error as CoreError;
use genai_core::optim::WarmupCosine;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Settings of a [`Trainer`](super::Trainer). The defaults are those of nanoGPT's recipe for a small model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Steps in all; the training ends there (2,000).
    pub steps: u64,
    /// The learning rate over the steps (1e-3 down to 1e-4, 100 steps of warm-up).
    pub schedule: WarmupCosine,
    /// Largest norm of the gradient; `None` leaves it as it is (1).
    pub clip: Option<f64>,
    /// Batches whose gradients are averaged to one step (1).
    pub accumulate: u64,
    /// Steps between evaluations; 0 evaluates at the end alone (250).
    pub evaluate_every: u64,
    /// Validation batches of an evaluation on the way, spread evenly; `None` takes all, as the last one does (10).
    pub evaluate_batches: Option<usize>,
    /// Evaluations on the way in a row without a better loss after which training stops early; `None` never does (`None`).
    pub patience: Option<u64>,
    /// Where all randomness of the training comes from (0).
    pub seed: u64,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            steps: 2000,
            schedule: WarmupCosine { peak: 1e-3, floor: 1e-4, warmup: 100, steps: 2000, ..WarmupCosine::default() },
            clip: Some(1.0),
            accumulate: 1,
            evaluate_every: 250,
            evaluate_batches: Some(10),
            patience: None,
            seed: 0,
        }
    }
}

impl TrainConfig {
    /// Whether every setting is in its range.
    ///
    /// # Errors
    ///
    /// Names the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        let positive = |name, value: f64, expected| match value > 0.0 && value.is_finite() {
            true => Ok(()),
            false => Err(CoreError::Setting { name, value: value.to_string(), expected }),
        };
        positive("learning rate", self.schedule.peak, "a positive number")?;
        positive("clip", self.clip.unwrap_or(1.0), "a positive number")?;
        positive("accumulate", self.accumulate as f64, "at least 1")?;
        positive("evaluate_batches", self.evaluate_batches.unwrap_or(1) as f64, "at least 1")?;
        positive("patience", self.patience.unwrap_or(1) as f64, "at least 1")?;
        Ok(())
    }
}
