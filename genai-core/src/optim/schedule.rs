//! Learning rates over the steps of a training.

use std::f64::consts::PI;
use std::fmt::Debug;

/// The learning rate at a step, counted from 0.
pub trait Schedule: Debug + Send + Sync {
    /// The rate of step number `step`.
    fn rate(&self, step: u64) -> f64;
}

/// The same rate always.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant(pub f64);

impl Schedule for Constant {
    fn rate(&self, _: u64) -> f64 {
        self.0
    }
}

/// A linear rise, then half a cosine wave down: at step s, `peak`·s/`warmup` while s < `warmup`, then
/// `floor` + ½ (`peak` − `floor`) (1 + cos(π · progress)) with progress = (s − `warmup`)/(`steps` − `warmup`), and `floor`
/// from `steps` on. With `floor` 0 it is transformers' `get_cosine_schedule_with_warmup`.
///
/// Source: Loshchilov & Hutter 2016, [arXiv:1608.03983](https://arxiv.org/abs/1608.03983), eq. 5, without restarts.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct WarmupCosine {
    /// The highest rate.
    pub peak: f64,
    /// The last rate.
    pub floor: f64,
    /// Steps of the rise.
    pub warmup: u64,
    /// All steps.
    pub steps: u64,
}

impl Schedule for WarmupCosine {
    fn rate(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.peak * step as f64 / self.warmup as f64;
        }
        let progress = (step - self.warmup) as f64 / self.steps.saturating_sub(self.warmup).max(1) as f64;
        self.floor + 0.5 * (self.peak - self.floor) * (1.0 + (PI * progress.min(1.0)).cos())
    }
}
