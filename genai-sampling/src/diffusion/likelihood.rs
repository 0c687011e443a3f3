//! Exact likelihood by the probability-flow ordinary differential equation.
//!
//! ```
//! use genai_sampling::diffusion::exact::GaussianMixture;
//! use genai_sampling::diffusion::likelihood::{Divergence, ln_likelihood};
//! use genai_sampling::diffusion::{Path, Step, VarianceExploding, grid};
//!
//! let mut ring = GaussianMixture::ring(8, 1.0, 0.1);
//! let mut levels: Vec<_> =
//!     grid::karras(101, 0.002, 20.0, 7.0).into_iter().map(|sigma| VarianceExploding.at_ratio(sigma)).collect();
//! levels.reverse(); // from data to noise
//! let (first, last) = (levels[0], levels[100]);
//! let (truth, prior) = (ring.ln_density(&[0.9, 0.1], first), ring.clone());
//! let ln_prior = move |x: &[f64]| prior.ln_density(x, last);
//! let got = ln_likelihood(&mut ring, &[0.9, 0.1], &levels, ln_prior, Divergence::Exact)?;
//! assert!((got.ln_density - truth).abs() < 1e-4);
//! # Ok::<(), genai_sampling::Error>(())
//! ```

use std::f64::consts::LN_2;

use genai_core::random::Key;

use super::{Level, Prediction, Pullback};
use crate::Error;

/// How the divergence of the flow is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divergence {
    /// Every diagonal element of the Jacobian: one pull-back an element.
    Exact,
    /// Hutchinson's estimate vᵀJv over probes v of ±1, the same along a trajectory: unbiased.
    ///
    /// Source: Hutchinson 1990; Grathwohl et al. 2019, [arXiv:1810.01367](https://arxiv.org/abs/1810.01367).
    Hutchinson {
        /// How many probes.
        probes: usize,
        /// Where they come from.
        key: Key,
    },
}

/// What following a sample to the prior says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Likelihood {
    /// The logarithm of the density at the first level.
    pub ln_density: f64,
    /// Where the sample came to at the last level.
    pub latent: Vec<f64>,
    /// Pull-backs that were made.
    pub calls: usize,
}

impl Likelihood {
    /// −log₂ p per dimension.
    pub fn bits_per_dimension(&self) -> f64 {
        -self.ln_density / (LN_2 * self.latent.len() as f64)
    }
}

/// The density of a sample: x follows the probability flow from data to noise by classical Runge–Kutta steps, and
/// d ln p/du = −∇·(dx/du).
///
/// The flow is followed as x/α over σ/α in steps that are even in (σ/α)^(1/7), whatever the levels between are; steps are as
/// many as `levels` less one. The denoiser must predict clean samples, as autograd of one does.
///
/// # Errors
///
/// If there are fewer than two levels, a level has no noise, the denoiser does not predict clean samples, or there are no
/// probes; the denoiser's; and [`Error::NotFinite`].
///
/// Source: Song et al. 2021, [arXiv:2011.13456](https://arxiv.org/abs/2011.13456), section 4.3.
pub fn ln_likelihood(
    model: &mut dyn Pullback<f64>,
    x: &[f64],
    levels: &[Level],
    ln_prior: impl Fn(&[f64]) -> f64,
    divergence: Divergence,
) -> Result<Likelihood, Error> {
    let expected = "two levels or more, with noise";
    if levels.len() < 2 || levels.iter().any(|level| level.sigma <= 0.0 || level.alpha <= 0.0) {
        return Err(Error::Parameter { name: "levels", value: levels.len() as f64, expected });
    }
    if model.prediction() != Prediction::Clean {
        return Err(Error::Parameter { name: "prediction", value: f64::NAN, expected: "clean samples" });
    }
    let mut flow =
        Flow { probes: probes(x.len(), divergence)?, model, calls: 0, exact: divergence == Divergence::Exact };
    let unit = levels[0].alpha;
    let mut state: Vec<f64> = x.iter().map(|x| x / unit).collect();
    let mut ln_volume = -(x.len() as f64) * unit.ln(); // of x/α against x
    for pair in levels.windows(2) {
        ln_volume += flow.step(&mut state, pair[0], pair[1])?;
    }
    let last = levels[levels.len() - 1];
    let latent: Vec<f64> = state.iter().map(|x| x * last.alpha).collect();
    let ln_density = ln_prior(&latent) + x.len() as f64 * last.alpha.ln() + ln_volume;
    match ln_density.is_finite() {
        true => Ok(Likelihood { ln_density, latent, calls: flow.calls }),
        false => Err(Error::NotFinite { what: "the likelihood", time: last.time }),
    }
}

fn probes(size: usize, divergence: Divergence) -> Result<Vec<Vec<f64>>, Error> {
    let unit = |i: usize| (0..size).map(|j| if i == j { 1.0 } else { 0.0 }).collect();
    match divergence {
        Divergence::Exact => Ok((0..size).map(unit).collect()),
        Divergence::Hutchinson { probes: 0, .. } => {
            Err(Error::Parameter { name: "probes", value: 0.0, expected: "1 or more" })
        }
        Divergence::Hutchinson { probes, key } => {
            let mut stream = key.stream();
            let mut sign = || if stream.below(2) == 0 { -1.0 } else { 1.0 };
            Ok((0..probes).map(|_| (0..size).map(|_| sign()).collect()).collect())
        }
    }
}

/// dx̂/dρ = (x̂ − x₀)/ρ over the seventh root of ρ = σ/α, with its divergence.
struct Flow<'a> {
    model: &'a mut dyn Pullback<f64>,
    probes: Vec<Vec<f64>>,
    exact: bool,
    calls: usize,
}

const POWER: f64 = 7.0;

impl Flow<'_> {
    /// Moves x̂ by one step; returns by how much ∫∇· grew.
    fn step(&mut self, x: &mut [f64], from: Level, to: Level) -> Result<f64, Error> {
        let place = |level: Level| level.ratio().powf(1.0 / POWER);
        let (start, stride) = (place(from), place(to) - place(from));
        let middle = start + 0.5 * stride;
        let mut ahead = x.to_vec();
        let (mut sum, mut grown) = (vec![0.0; x.len()], 0.0);
        let mut slope = vec![0.0; x.len()];
        for (place, share, weight) in [
            (start, 0.0, 1.0 / 6.0),
            (middle, 0.5, 1.0 / 3.0),
            (middle, 0.5, 1.0 / 3.0),
            (start + stride, 1.0, 1.0 / 6.0),
        ] {
            for ((ahead, x), slope) in ahead.iter_mut().zip(&*x).zip(&slope) {
                *ahead = x + share * stride * slope;
            }
            grown += weight * stride * self.slope(&ahead, place, (from, to), &mut slope)?;
            sum.iter_mut().zip(&slope).for_each(|(sum, slope)| *sum += weight * slope);
        }
        x.iter_mut().zip(&sum).for_each(|(x, sum)| *x += stride * sum);
        Ok(grown)
    }

    /// The slope over the root of ρ, and its divergence.
    fn slope(&mut self, x: &[f64], place: f64, ends: (Level, Level), out: &mut [f64]) -> Result<f64, Error> {
        let level = between(ends, place.powf(POWER));
        let rate = POWER / place; // dρ/du·1/ρ
        let scaled: Vec<f64> = x.iter().map(|x| x * level.alpha).collect();
        self.model.predict(&scaled, level, out)?;
        let mut pulled = vec![0.0; x.len()];
        let mut trace = 0.0;
        for probe in &self.probes {
            self.model.pull_back(&scaled, level, probe, &mut pulled)?;
            self.calls += 1;
            trace += probe.iter().zip(&pulled).map(|(v, j)| v * j).sum::<f64>();
        }
        if !self.exact {
            trace /= self.probes.len() as f64;
        }
        out.iter_mut().zip(x).for_each(|(out, x)| *out = rate * (x - *out));
        Ok(rate * (x.len() as f64 - level.alpha * trace))
    }
}

/// The level of a ratio on the line of α between two levels; exact where α stays, or is 1 − σ, or √(1 − σ²).
fn between((from, to): (Level, Level), ratio: f64) -> Level {
    if ratio == from.ratio() {
        return from;
    }
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
    let alpha = if close(from.scale(), 1.0) && close(to.scale(), 1.0) {
        1.0 / ratio.hypot(1.0)
    } else {
        // α = a + bσ with σ = ρα
        let b = (to.alpha - from.alpha) / (to.sigma - from.sigma);
        (from.alpha - b * from.sigma) / (1.0 - b * ratio)
    };
    let share = (ratio - from.ratio()) / (to.ratio() - from.ratio());
    Level { alpha, sigma: ratio * alpha, time: from.time + share * (to.time - from.time) }
}
