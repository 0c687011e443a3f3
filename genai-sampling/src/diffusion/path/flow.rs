//! Straight paths.

use super::Path;
use crate::diffusion::Level;

/// Rectified flow: α = 1 − σ, where the time is σ, or `clock`·σ for networks that count in training steps.
///
/// Source: Liu et al. 2023, [arXiv:2209.03003](https://arxiv.org/abs/2209.03003); Lipman et al. 2023,
/// [arXiv:2210.02747](https://arxiv.org/abs/2210.02747).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// The time at σ = 1.
    pub clock: f64,
}

impl Default for Flow {
    fn default() -> Self {
        Self { clock: 1.0 }
    }
}

impl Flow {
    /// The level of a given σ.
    pub fn at(&self, sigma: f64) -> Level {
        Level { alpha: 1.0 - sigma, sigma, time: sigma * self.clock }
    }

    /// σ moved towards noise, as networks of higher resolution need: s·σ/(1 + (s − 1)σ).
    ///
    /// Source: Esser et al. 2024, [arXiv:2403.03206](https://arxiv.org/abs/2403.03206), eq. 23.
    ///
    /// ```
    /// # use genai_sampling::diffusion::Flow;
    /// assert_eq!(Flow::shifted(0.5, 3.0), 0.75);
    /// ```
    pub fn shifted(sigma: f64, shift: f64) -> f64 {
        shift * sigma / (1.0 + (shift - 1.0) * sigma)
    }
}

impl Path for Flow {
    fn level(&self, time: f64) -> Level {
        Level { time, ..self.at(time / self.clock) }
    }

    fn at_ratio(&self, ratio: f64) -> Level {
        self.at(if ratio.is_infinite() { 1.0 } else { ratio / (1.0 + ratio) })
    }
}
