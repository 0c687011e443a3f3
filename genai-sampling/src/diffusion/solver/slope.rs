//! The coordinates in which a path's probability flow is an ordinary differential equation with a simple slope.

use crate::diffusion::{Affine, Estimate, Level, Step};

/// Where α is affine in σ along a step (variance exploding: constant; flow: 1 − σ), x itself is followed over σ, and its slope
/// is α′·x₀ + ε. Elsewhere x/α is followed over σ/α, with slope ε.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coordinates {
    /// x over σ, with the slope of α.
    Straight(f64),
    /// x/α over σ/α.
    Scaled,
}

impl Coordinates {
    pub(super) fn of(step: &Step) -> Self {
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-12;
        if close(step.from.alpha, step.to.alpha) {
            Self::Straight(0.0)
        } else if close(step.from.alpha + step.from.sigma, 1.0) && close(step.to.alpha + step.to.sigma, 1.0) {
            Self::Straight(-1.0)
        } else {
            Self::Scaled
        }
    }

    /// The independent variable.
    pub(super) fn place(self, level: Level) -> f64 {
        match self {
            Self::Straight(_) => level.sigma,
            Self::Scaled => level.ratio(),
        }
    }

    /// What x is divided by.
    pub(super) fn unit(self, level: Level) -> f64 {
        match self {
            Self::Straight(_) => 1.0,
            Self::Scaled => level.alpha,
        }
    }

    /// The slope.
    pub(super) fn slope(self, estimate: Estimate) -> Affine {
        match self {
            Self::Straight(0.0) | Self::Scaled => estimate.noise,
            Self::Straight(alpha) => estimate.noise.blend(1.0, estimate.clean, alpha),
        }
    }

    /// The level at a place between the ends of a step, given its time there.
    pub(super) fn level(self, place: f64, step: &Step, at_ratio: impl Fn(f64) -> Level) -> Level {
        match self {
            Self::Straight(slope) => {
                let alpha = step.from.alpha + slope * (place - step.from.sigma);
                Level { alpha, sigma: place, time: at_ratio(place / alpha).time }
            }
            Self::Scaled => at_ratio(place),
        }
    }
}
