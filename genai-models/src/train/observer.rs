//! Those who watch a training.

use std::path::Path;
use std::time::Duration;

use super::{Evaluation, Finish};
use crate::Error;

/// Where a training stands.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Steps done.
    pub step: u64,
    /// Steps in all.
    pub steps: u64,
    /// Loss of the last step's batches, before the step.
    pub loss: f64,
    /// Learning rate of the last step.
    pub learning_rate: f64,
    /// Norm of the last step's gradient, before clipping.
    pub gradient_norm: f64,
    /// Tokens (or what else the task counts) learned from since step 0.
    pub tokens: u64,
    /// Tokens a second, over the steps since this process began to train; evaluations are not counted.
    pub tokens_per_second: f64,
    /// Expected time until the last step; evaluations are not counted.
    pub remaining: Duration,
}

/// What an observer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Continue,
    /// Save and stop.
    Stop,
}

/// Is told of what happens in a training, in events named as those of Hugging Face's `TrainerCallback`. Every event may be
/// left out. An error ends the training at once; what was saved before stays.
pub trait Observer {
    /// Training begins, or goes on at `progress.step`.
    ///
    /// # Errors
    ///
    /// Ends the training.
    fn train_begin(&mut self, progress: &Progress) -> Result<(), Error> {
        let _ = progress;
        Ok(())
    }

    /// A step was done.
    ///
    /// # Errors
    ///
    /// Ends the training.
    fn step_end(&mut self, progress: &Progress) -> Result<Answer, Error> {
        let _ = progress;
        Ok(Answer::Continue)
    }

    /// The model was evaluated.
    ///
    /// # Errors
    ///
    /// Ends the training.
    fn evaluate(&mut self, progress: &Progress, evaluation: &Evaluation) -> Result<Answer, Error> {
        let _ = (progress, evaluation);
        Ok(Answer::Continue)
    }

    /// Everything was saved.
    ///
    /// # Errors
    ///
    /// Ends the training.
    fn save(&mut self, progress: &Progress, folder: &Path) -> Result<(), Error> {
        let _ = (progress, folder);
        Ok(())
    }

    /// Training ends, for the reason given.
    ///
    /// # Errors
    ///
    /// Is handed on to the caller of the training.
    fn train_end(&mut self, progress: &Progress, finish: Finish) -> Result<(), Error> {
        let _ = (progress, finish);
        Ok(())
    }
}
