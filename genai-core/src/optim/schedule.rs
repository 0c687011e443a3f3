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

/// A linear rise, then a cosine wave, of which half a cycle leads down: at step s, `peak`·s/`warmup` while s < `warmup`, then
/// `floor` + ½ (`peak` − `floor`) (1 + cos(2π · `cycles` · progress)) with progress = (s − `warmup`)/(`steps` − `warmup`).
/// From `steps` on the rate stays what it is there, unless the wave goes on. With `floor` 0 and a wave that goes on it is
/// transformers' `get_cosine_schedule_with_warmup`.
///
/// Source: Loshchilov & Hutter 2016, [arXiv:1608.03983](https://arxiv.org/abs/1608.03983), eq. 5, without restarts.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct WarmupCosine {
    /// The highest rate.
    pub peak: f64,
    /// The lowest rate, which half a cycle ends at.
    pub floor: f64,
    /// Steps of the rise.
    pub warmup: u64,
    /// All steps.
    pub steps: u64,
    /// Waves between rise and end, transformers' `num_cycles` (½).
    #[serde(default = "half")]
    pub cycles: f64,
    /// Whether the wave goes on from `steps` on, up again, instead of staying (false).
    #[serde(default)]
    pub goes_on: bool,
}

fn half() -> f64 {
    0.5
}

/// From 1e-3 to 0 over 1000 steps, without a rise.
impl Default for WarmupCosine {
    fn default() -> Self {
        Self { peak: 1e-3, floor: 0.0, warmup: 0, steps: 1000, cycles: half(), goes_on: false }
    }
}

impl Schedule for WarmupCosine {
    fn rate(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.peak * step as f64 / self.warmup as f64;
        }
        let progress = (step - self.warmup) as f64 / self.steps.saturating_sub(self.warmup).max(1) as f64;
        let progress = if self.goes_on { progress } else { progress.min(1.0) };
        self.floor + 0.5 * (self.peak - self.floor) * (1.0 + (PI * self.cycles * 2.0 * progress).cos())
    }
}
