//! The variance-exploding path with the clock of EDM networks.

use super::Path;
use crate::diffusion::Level;

/// α = 1, and the network is told c_noise = `factor`·ln(σ + `least`).
///
/// Source: Karras et al. 2022, [arXiv:2206.00364](https://arxiv.org/abs/2206.00364), table 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edm {
    /// ¼ for EDM networks, 250 for consistency models.
    pub factor: f64,
    /// Keeps the logarithm finite: 0 for EDM networks, 1e-44 for consistency models.
    pub least: f64,
}

impl Default for Edm {
    fn default() -> Self {
        Self { factor: 0.25, least: 0.0 }
    }
}

impl Path for Edm {
    fn level(&self, time: f64) -> Level {
        Level { alpha: 1.0, sigma: (time / self.factor).exp() - self.least, time }
    }

    fn at_ratio(&self, ratio: f64) -> Level {
        Level { alpha: 1.0, sigma: ratio, time: self.factor * (ratio + self.least).ln() }
    }
}
