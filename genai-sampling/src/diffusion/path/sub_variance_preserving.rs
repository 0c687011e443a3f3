//! The path with less variance than the variance-preserving one at every time.

use super::{Path, VariancePreserving};
use crate::diffusion::Level;

/// α = exp(−½∫β) as in [`VariancePreserving`], and σ = 1 − α².
///
/// Source: Song et al. 2021, [arXiv:2011.13456](https://arxiv.org/abs/2011.13456), section 3.4.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SubVariancePreserving(
    /// The betas.
    pub VariancePreserving,
);

impl Path for SubVariancePreserving {
    fn level(&self, time: f64) -> Level {
        let integral = self.0.integral(time);
        Level { alpha: (-0.5 * integral).exp(), sigma: -(-integral).exp_m1(), time }
    }

    fn at_ratio(&self, ratio: f64) -> Level {
        // (1 − α²)/α = ratio, so that α = 2/(ratio + √(ratio² + 4)) and ∫β = −2 ln α = 2 asinh(ratio/2)
        self.level(self.0.time_of(2.0 * (0.5 * ratio).asinh()))
    }
}
