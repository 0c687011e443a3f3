//! Paths of a finite number of training steps, as DDPM's.

use std::f64::consts::FRAC_PI_2;

use super::Path;
use crate::Error;
use crate::diffusion::Level;

/// The variance that each training step adds.
#[derive(Clone, Debug, PartialEq)]
pub enum Betas {
    /// Linear from `start` to `end`.
    Linear {
        /// The first.
        start: f64,
        /// The last.
        end: f64,
    },
    /// Squares of a line from √start to √end: latent diffusion's.
    ScaledLinear {
        /// The first.
        start: f64,
        /// The last.
        end: f64,
    },
    /// Of ᾱ = cos²: Nichol & Dhariwal 2021, [arXiv:2102.09672](https://arxiv.org/abs/2102.09672), eq. 17; at most .999.
    Cosine,
    /// Of ᾱ = exp(−12t); at most .999.
    Exponential,
    /// Of a Laplace distribution's log-SNR: Hang et al. 2024, [arXiv:2407.03297](https://arxiv.org/abs/2407.03297); at most .999.
    Laplace,
    /// A logistic curve from −6 to 6 between `start` and `end`.
    Sigmoid {
        /// Before the curve.
        start: f64,
        /// After it.
        end: f64,
    },
    /// As given.
    Given(Vec<f64>),
}

impl Betas {
    /// The values for a number of training steps; given ones are what they are.
    pub fn values(&self, steps: usize) -> Vec<f64> {
        let line = |start: f64, end: f64| {
            let last = steps.saturating_sub(1).max(1) as f64;
            (0..steps).map(move |i| start + (end - start) * i as f64 / last)
        };
        match self {
            Self::Linear { start, end } => line(*start, *end).collect(),
            Self::ScaledLinear { start, end } => line(start.sqrt(), end.sqrt()).map(|root| root * root).collect(),
            Self::Cosine => falling(steps, |t| ((t + 0.008) / 1.008 * FRAC_PI_2).cos().powi(2)),
            Self::Exponential => falling(steps, |t| (-12.0 * t).exp()),
            Self::Laplace => falling(steps, |t| {
                let log_snr = -0.5 * 1f64.copysign(0.5 - t) * (1.0 - 2.0 * (0.5 - t).abs() + 1e-6).ln();
                let snr = log_snr.exp();
                (snr / (1.0 + snr)).sqrt()
            }),
            Self::Sigmoid { start, end } => {
                line(-6.0, 6.0).map(|x| (end - start) / (1.0 + (-x).exp()) + start).collect()
            }
            Self::Given(values) => values.clone(),
        }
    }
}

/// Betas by which ᾱ falls as a function of time does.
fn falling(steps: usize, mean: impl Fn(f64) -> f64) -> Vec<f64> {
    let share = |i: usize| mean(i as f64 / steps as f64);
    (0..steps).map(|i| (1.0 - share(i + 1) / share(i)).min(0.999)).collect()
}

/// A path of training steps t = 0, 1, …: α² = ᾱ(t) = Π (1 − β), σ² = 1 − ᾱ; or the same divided by α.
///
/// ```
/// use genai_sampling::diffusion::{Betas, Discrete, Path};
///
/// let path = Discrete::new(&Betas::Linear { start: 1e-4, end: 0.02 }, 1000)?;
/// assert!((path.level(0.0).alpha.powi(2) - 0.9999).abs() < 1e-12);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Discrete {
    betas: Vec<f64>,
    means: Vec<f64>,
    ratios: Vec<f64>,
    exploding: bool,
}

impl Discrete {
    /// A path of betas.
    ///
    /// # Errors
    ///
    /// If there are fewer than two, or one is not in [0, 1).
    pub fn new(betas: &Betas, steps: usize) -> Result<Self, Error> {
        let betas = betas.values(steps);
        if betas.len() < 2 {
            return Err(Error::Parameter { name: "training steps", value: betas.len() as f64, expected: "2 or more" });
        }
        if let Some(beta) = betas.iter().find(|beta| !(0.0..1.0).contains(*beta)) {
            return Err(Error::Parameter { name: "beta", value: *beta, expected: "in [0, 1)" });
        }
        Ok(Self::of(betas))
    }

    fn of(betas: Vec<f64>) -> Self {
        let mut product = 1.0;
        let means = betas.iter().map(|beta| {
            product *= 1.0 - beta;
            product
        });
        let means: Vec<f64> = means.collect();
        Self { betas, ratios: ratios(&means), means, exploding: false }
    }

    /// Betas moved so that nothing is left of the signal at the last step.
    ///
    /// Source: Lin et al. 2024, [arXiv:2305.08891](https://arxiv.org/abs/2305.08891), algorithm 1.
    #[must_use]
    pub fn with_zero_terminal_snr(self) -> Self {
        let roots: Vec<f64> = self.means.iter().map(|mean| mean.sqrt()).collect();
        let (first, last) = (roots[0], roots[roots.len() - 1]);
        let means: Vec<f64> = roots.iter().map(|root| ((root - last) * first / (first - last)).powi(2)).collect();
        let kept = means.windows(2).map(|pair| 1.0 - pair[1] / pair[0]);
        Self::of(std::iter::once(1.0 - means[0]).chain(kept).collect())
    }

    /// The same with at least `least` of ᾱ left at the last step, where solvers divide by it.
    #[must_use]
    pub fn with_last_mean(mut self, least: f64) -> Self {
        let last = self.means.len() - 1;
        self.means[last] = least; // there are two steps or more
        self.ratios = ratios(&self.means);
        self
    }

    /// The same path with samples divided by α: variance exploding.
    #[must_use]
    pub fn exploding(self) -> Self {
        Self { exploding: true, ..self }
    }

    /// The variance that each step adds.
    pub fn betas(&self) -> &[f64] {
        &self.betas
    }

    /// ᾱ after each step.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// σ/α after each step.
    pub fn ratios(&self) -> &[f64] {
        &self.ratios
    }

    /// How many training steps there are.
    pub fn steps(&self) -> usize {
        self.means.len()
    }

    /// σ/α at a time, linear between steps.
    pub fn ratio(&self, time: f64) -> f64 {
        let last = self.ratios.len() - 1;
        let place = time.clamp(0.0, last as f64);
        let low = (place as usize).min(last);
        let share = place - low as f64;
        if share == 0.0 {
            self.ratios[low]
        } else {
            self.ratios[low] + share * (self.ratios[low + 1] - self.ratios[low])
        }
    }

    /// The time of a ratio, linear in its logarithm between steps.
    pub fn time(&self, ratio: f64) -> f64 {
        let log = ratio.max(1e-10).ln();
        // the last one below it: a last mean that was set may lie above its neighbour's
        let below = self.ratios.iter().rposition(|ratio| ratio.ln() <= log).unwrap_or(0);
        let low = below.min(self.ratios.len() - 2);
        let (left, right) = (self.ratios[low].ln(), self.ratios[low + 1].ln());
        low as f64 + ((left - log) / (left - right)).clamp(0.0, 1.0)
    }

    /// The level of a ratio, with a given time.
    pub fn level_of(&self, ratio: f64, time: f64) -> Level {
        if self.exploding {
            return Level { alpha: 1.0, sigma: ratio, time };
        }
        let alpha = 1.0 / ratio.hypot(1.0);
        Level { alpha, sigma: if ratio.is_infinite() { 1.0 } else { ratio * alpha }, time }
    }
}

fn ratios(means: &[f64]) -> Vec<f64> {
    means.iter().map(|mean| ((1.0 - mean) / mean).sqrt()).collect()
}

impl Path for Discrete {
    fn level(&self, time: f64) -> Level {
        let whole = time.fract() == 0.0 && (0.0..self.means.len() as f64).contains(&time);
        if whole && !self.exploding {
            let mean = self.means[time as usize];
            return Level { alpha: mean.sqrt(), sigma: (1.0 - mean).sqrt(), time };
        }
        self.level_of(self.ratio(time), time)
    }

    fn at_ratio(&self, ratio: f64) -> Level {
        self.level_of(ratio, self.time(ratio))
    }
}
