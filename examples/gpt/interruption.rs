//! Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use genai_models::Error;
use genai_models::train::{Answer, Observer, Progress};

/// Stops a training once a flag is set.
#[derive(Debug)]
pub(crate) struct Interruption(pub(crate) Arc<AtomicBool>);

impl Observer for Interruption {
    fn step_end(&mut self, _: &Progress) -> Result<Answer, Error> {
        Ok(if self.0.load(Ordering::Relaxed) { Answer::Stop } else { Answer::Continue })
    }
}
