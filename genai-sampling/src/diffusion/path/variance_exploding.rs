//! Noise added to an unscaled sample, timed by itself.

use super::Path;
use crate::diffusion::Level;

/// The variance-exploding path: α = 1, σ = time.
///
/// Source: Song et al. 2021, [arXiv:2011.13456](https://arxiv.org/abs/2011.13456), section 3.4.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VarianceExploding;

impl Path for VarianceExploding {
    fn level(&self, time: f64) -> Level {
        Level { alpha: 1.0, sigma: time, time }
    }

    fn at_ratio(&self, ratio: f64) -> Level {
        self.level(ratio)
    }
}
