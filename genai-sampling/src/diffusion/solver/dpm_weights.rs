//! The exponential integrators of DPM-Solver, as weights of what they sum.

use crate::diffusion::Level;

/// What is approximated by a polynomial in λ = ln(α/σ), and whether noise is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// The noise: Lu et al. 2022, [arXiv:2206.00927](https://arxiv.org/abs/2206.00927).
    Noise,
    /// The clean sample, DPM-Solver++: Lu et al. 2022, [arXiv:2211.01095](https://arxiv.org/abs/2211.01095).
    #[default]
    Clean,
    /// The noise, with fresh noise added.
    NoiseSde,
    /// The clean sample, with fresh noise added: SDE-DPM-Solver++.
    CleanSde,
}

impl Algorithm {
    pub(super) fn of_clean(self) -> bool {
        matches!(self, Self::Clean | Self::CleanSde)
    }

    pub(super) fn is_stochastic(self) -> bool {
        matches!(self, Self::NoiseSde | Self::CleanSde)
    }
}

/// Which of the second-order schemes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The first difference with half the weight of the value.
    #[default]
    Midpoint,
    /// The first difference with its exact integral.
    Heun,
}

/// x′ = x·x + value·D₀ + first·D₁ + second·D₂ + noise·z, with D₁ and D₂ the derivatives in units of h = λ′ − λ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub x: f64,
    pub value: f64,
    pub first: f64,
    pub second: f64,
    pub noise: f64,
}

impl Weights {
    pub(super) fn new(algorithm: Algorithm, kind: Kind, from: Level, to: Level) -> Self {
        let h = to.log_snr() - from.log_snr();
        // e^k − 1 of the exponent k of each integral; an infinite one is only asked for its value
        let (scale, k, x) = match algorithm {
            Algorithm::Clean => (to.alpha, -h, to.sigma / from.sigma),
            Algorithm::CleanSde => (to.alpha, -2.0 * h, to.sigma / from.sigma * (-h).exp()),
            Algorithm::Noise => (to.sigma, h, to.alpha / from.alpha),
            Algorithm::NoiseSde => (2.0 * to.sigma, h, to.alpha / from.alpha),
        };
        let grown = k.exp_m1();
        let first = match kind {
            Kind::Midpoint => -0.5 * scale * grown,
            Kind::Heun => scale * (1.0 - grown / k),
        };
        let curved = (grown - k) / (k * k);
        let second = match algorithm {
            Algorithm::CleanSde => -scale * (curved + 0.5), // as diffusers has it; the integral is curved − ½
            _ => -scale * (curved - 0.5),
        };
        let noise = match algorithm {
            Algorithm::CleanSde => to.sigma * (-(-2.0 * h).exp_m1()).sqrt(),
            Algorithm::NoiseSde => to.sigma * (2.0 * h).exp_m1().sqrt(),
            Algorithm::Clean | Algorithm::Noise => 0.0,
        };
        Self { x, value: -scale * grown, first, second, noise }
    }
}
