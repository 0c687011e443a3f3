//! The continuous variance-preserving path.

use super::Path;
use crate::diffusion::Level;

/// α² = exp(−∫β) with β linear in time from `low` at 0 to `high` at 1, and σ² = 1 − α².
///
/// Source: Song et al. 2021, [arXiv:2011.13456](https://arxiv.org/abs/2011.13456), eq. 32.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VariancePreserving {
    /// β at time 0.
    pub low: f64,
    /// β at time 1.
    pub high: f64,
}

impl Default for VariancePreserving {
    fn default() -> Self {
        Self { low: 0.1, high: 20.0 }
    }
}

impl VariancePreserving {
    /// ∫β from 0 to time.
    pub(super) fn integral(&self, time: f64) -> f64 {
        time * (self.low + 0.5 * time * (self.high - self.low))
    }

    /// The time at which ∫β reaches a value.
    pub(super) fn time_of(&self, integral: f64) -> f64 {
        2.0 * integral / (self.low + (self.low.powi(2) + 2.0 * (self.high - self.low) * integral).sqrt())
    }
}

impl Path for VariancePreserving {
    fn level(&self, time: f64) -> Level {
        let integral = self.integral(time);
        Level { alpha: (-0.5 * integral).exp(), sigma: (-(-integral).exp_m1()).sqrt(), time }
    }

    fn at_ratio(&self, ratio: f64) -> Level {
        self.level(self.time_of(ratio.powi(2).ln_1p())) // ratio² = e^∫β − 1
    }
}
