//! The forward process, its posterior and the reverse process.

use super::super::solver::Variance;
use super::super::{Betas, Discrete, Path as _, Prediction};
use crate::Error;

/// A diffusion of T steps, and what a network of it predicts.
///
/// A network is a closure `(x, times, out)` over all rows; with learned variances a row of `out` holds predictions and then
/// as many variances: logarithms ([`Variance::Learned`]) or places between β̃ and β from −1 to 1 ([`Variance::LearnedRange`]).
///
/// ```
/// use genai_sampling::diffusion::Betas;
/// use genai_sampling::diffusion::theory::GaussianDiffusion;
///
/// let diffusion = GaussianDiffusion::new(&Betas::Cosine, 50)?;
/// let x = diffusion.forward(&[1.0, -1.0], &[0, 49], &[0.0, 0.0])?;
/// assert!(x[0] > 0.99 && x[1].abs() < 1e-3);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GaussianDiffusion {
    pub(super) path: Discrete,
    pub(super) times: Vec<f64>,
    pub(super) variance: Variance,
    pub(super) prediction: Prediction,
}

/// q(xₜ₋₁ | xₜ, x₀), with variances that are the same for all of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The mean, of every element.
    pub mean: Vec<f64>,
    /// The variance, of every row.
    pub variance: Vec<f64>,
    /// Its logarithm, where that of step 0 is that of step 1.
    pub ln_variance: Vec<f64>,
}

/// p(xₜ₋₁ | xₜ), of every element.
#[derive(Clone, Debug, PartialEq)]
pub struct Reverse {
    /// The mean.
    pub mean: Vec<f64>,
    /// The variance.
    pub variance: Vec<f64>,
    /// Its logarithm.
    pub ln_variance: Vec<f64>,
    /// The predicted clean sample.
    pub clean: Vec<f64>,
}

impl GaussianDiffusion {
    /// A diffusion whose network predicts noise, with small fixed variances.
    ///
    /// # Errors
    ///
    /// If there are fewer than two steps or a beta is not in [0, 1).
    pub fn new(betas: &Betas, steps: usize) -> Result<Self, Error> {
        let path = Discrete::new(betas, steps)?;
        let times = (0..path.steps()).map(|t| t as f64).collect();
        Ok(Self { path, times, variance: Variance::FixedSmall, prediction: Prediction::Noise })
    }

    /// The linear betas of T = 1000, for any T: from 0.1/T to 20/T.
    pub fn linear(steps: usize) -> Betas {
        Betas::Linear { start: 0.1 / steps as f64, end: 20.0 / steps as f64 }
    }

    /// Other variances.
    #[must_use]
    pub fn with_variance(self, variance: Variance) -> Self {
        Self { variance, ..self }
    }

    /// Another prediction.
    #[must_use]
    pub fn with_prediction(self, prediction: Prediction) -> Self {
        Self { prediction, ..self }
    }

    /// The network is told times as if there were 1000 steps.
    #[must_use]
    pub fn with_rescaled_times(mut self) -> Self {
        let factor = 1000.0 / self.times.len() as f64;
        self.times.iter_mut().for_each(|time| *time *= factor);
        self
    }

    /// Only some of the steps: betas that give the same ᾱ there; the network is still told the original times.
    ///
    /// # Errors
    ///
    /// If there are fewer than two, or they are not rising steps of this diffusion.
    pub fn respaced(&self, kept: &[usize]) -> Result<Self, Error> {
        let steps = self.path.steps();
        if kept.windows(2).any(|pair| pair[0] >= pair[1]) || kept.last().is_some_and(|last| *last >= steps) {
            return Err(Error::Parameter {
                name: "kept steps",
                value: steps as f64,
                expected: "rising, and below this",
            });
        }
        let mut before = 1.0;
        let betas = kept.iter().map(|t| {
            let mean = self.path.means()[*t];
            1.0 - mean / std::mem::replace(&mut before, mean)
        });
        let path = Discrete::new(&Betas::Given(betas.collect()), kept.len())?;
        Ok(Self { path, times: kept.iter().map(|t| self.times[*t]).collect(), ..self.clone() })
    }

    /// The path.
    pub fn path(&self) -> &Discrete {
        &self.path
    }

    /// What the network is told at each step.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.path.steps()
    }

    /// The length of a row.
    pub(super) fn row(&self, elements: usize, steps: &[usize]) -> Result<usize, Error> {
        if steps.is_empty() || elements == 0 || !elements.is_multiple_of(steps.len()) {
            return Err(Error::Length { name: "elements of rows", found: elements, expected: steps.len() });
        }
        if let Some(t) = steps.iter().find(|t| **t >= self.steps()) {
            return Err(Error::Parameter { name: "step", value: *t as f64, expected: "a step of the diffusion" });
        }
        Ok(elements / steps.len())
    }

    /// A sample of q(xₜ | x₀): √ᾱ·x₀ + √(1 − ᾱ)·ε.
    ///
    /// # Errors
    ///
    /// If lengths do not fit, or a step is not one of the diffusion.
    pub fn forward(&self, clean: &[f64], steps: &[usize], noise: &[f64]) -> Result<Vec<f64>, Error> {
        let row = self.row(clean.len(), steps)?;
        same(clean.len(), noise.len())?;
        let value = |i: usize| {
            let level = self.path.level(steps[i / row] as f64);
            level.alpha * clean[i] + level.sigma * noise[i]
        };
        Ok((0..clean.len()).map(value).collect())
    }

    /// ᾱ before a step.
    fn mean_before(&self, t: usize) -> f64 {
        if t == 0 { 1.0 } else { self.path.means()[t - 1] }
    }

    /// β̃.
    fn small(&self, t: usize) -> f64 {
        self.path.betas()[t] * (1.0 - self.mean_before(t)) / (1.0 - self.path.means()[t])
    }

    /// The posterior of a step given the clean sample.
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward).
    pub fn posterior(&self, clean: &[f64], x: &[f64], steps: &[usize]) -> Result<Posterior, Error> {
        let row = self.row(clean.len(), steps)?;
        same(clean.len(), x.len())?;
        let mean = |i: usize| {
            let t = steps[i / row];
            let (beta, before, after) = (self.path.betas()[t], self.mean_before(t), self.path.means()[t]);
            (beta * before.sqrt() * clean[i] + (1.0 - before) * (1.0 - beta).sqrt() * x[i]) / (1.0 - after)
        };
        Ok(Posterior {
            mean: (0..x.len()).map(mean).collect(),
            variance: steps.iter().map(|t| self.small(*t)).collect(),
            ln_variance: steps.iter().map(|t| self.small((*t).max(1)).ln()).collect(),
        })
    }

    /// The reverse step of a network's output; `clips` the clean sample to [−1, 1].
    ///
    /// # Errors
    ///
    /// As [`forward`](Self::forward), the network's, and [`Error::NotFinite`] if its output is not.
    pub fn reverse(
        &self,
        mut network: impl FnMut(&[f64], &[f64], &mut [f64]) -> Result<(), Error>,
        x: &[f64],
        steps: &[usize],
        clips: bool,
    ) -> Result<Reverse, Error> {
        let row = self.row(x.len(), steps)?;
        let mut output = vec![0.0; x.len() * if self.learns() { 2 } else { 1 }];
        let times: Vec<f64> = steps.iter().map(|t| self.times[*t]).collect();
        network(x, &times, &mut output)?;
        if !output.iter().all(|x| x.is_finite()) {
            return Err(Error::NotFinite { what: "the network's output", time: times[0] });
        }
        self.reverse_of(&output, x, steps, row, clips)
    }

    pub(super) fn learns(&self) -> bool {
        matches!(self.variance, Variance::Learned | Variance::LearnedRange)
    }

    /// An element's place in an output whose rows may be twice as long.
    pub(super) fn place(&self, i: usize, row: usize) -> usize {
        if self.learns() { i / row * 2 * row + i % row } else { i }
    }

    pub(super) fn reverse_of(
        &self,
        output: &[f64],
        x: &[f64],
        steps: &[usize],
        row: usize,
        clips: bool,
    ) -> Result<Reverse, Error> {
        let mut reverse = Reverse { mean: vec![], variance: vec![], ln_variance: vec![], clean: vec![] };
        for (i, x) in x.iter().enumerate() {
            let (t, at) = (steps[i / row], self.place(i, row));
            let affine = self.prediction.clean(self.path.level(t as f64));
            let clean = affine.x * x + affine.output * output[at];
            reverse.clean.push(if clips { clean.clamp(-1.0, 1.0) } else { clean });
            let (small, large) = (self.small(t.max(1)), self.path.betas()[t]);
            let (variance, ln_variance) = match self.variance {
                Variance::FixedSmall => (self.small(t), small.ln()),
                Variance::FixedLarge if t == 0 => (small, small.ln()),
                Variance::FixedLarge => (large, large.ln()),
                Variance::Learned => (output[at + row].exp(), output[at + row]),
                Variance::LearnedRange => {
                    let share = 0.5 * (output[at + row] + 1.0);
                    let ln = share * large.ln() + (1.0 - share) * small.ln();
                    (ln.exp(), ln)
                }
            };
            reverse.variance.push(variance);
            reverse.ln_variance.push(ln_variance);
        }
        reverse.mean = self.posterior(&reverse.clean, x, steps)?.mean;
        Ok(reverse)
    }
}

pub(super) fn same(expected: usize, found: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Length { name: "samples and noise", found, expected }) }
}
