//! Data whose denoiser, density and flow are known: what solvers are tested on.

use std::f64::consts::PI;

use super::{Denoiser, Level, Number, Pullback};
use crate::Error;

/// A mixture of round normal distributions of one deviation, with its ideal denoiser.
///
/// At a level, x is a mixture again, with means αμ and variance v = α²s² + σ²; x₀ given x and its component is normal, so that
/// E[x₀ | x] = Σ rₖ(μₖ + αs²/v·(x − αμₖ)) with the components' probabilities r given x.
///
/// ```
/// use genai_sampling::diffusion::exact::GaussianMixture;
/// use genai_sampling::diffusion::Level;
///
/// let ring = GaussianMixture::ring(8, 1.0, 0.1);
/// assert!(ring.ln_density(&[1.0, 0.0], Level::CLEAN) > ring.ln_density(&[0.0, 0.0], Level::CLEAN));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianMixture {
    weights: Vec<f64>,
    means: Vec<Vec<f64>>,
    deviation: f64,
}

impl GaussianMixture {
    /// A mixture of components with weights, means and one deviation.
    ///
    /// # Errors
    ///
    /// If there are no components, as many weights as means, means of one length, a weight is negative or all are 0, or the
    /// deviation is not positive.
    pub fn new(weights: &[f64], means: &[Vec<f64>], deviation: f64) -> Result<Self, Error> {
        let size = means.first().map_or(0, Vec::len);
        if size == 0 || means.len() != weights.len() {
            return Err(Error::Length {
                name: "weights of a mixture",
                found: weights.len(),
                expected: means.len().max(1),
            });
        }
        if let Some(mean) = means.iter().find(|mean| mean.len() != size) {
            return Err(Error::Length { name: "a mean of a mixture", found: mean.len(), expected: size });
        }
        let total: f64 = weights.iter().sum();
        if weights.iter().any(|w| *w < 0.0) || !(total > 0.0 && total.is_finite()) {
            return Err(Error::Parameter { name: "weights", value: total, expected: "0 or above, and not all 0" });
        }
        if !(deviation > 0.0 && deviation.is_finite()) {
            return Err(Error::Parameter { name: "deviation", value: deviation, expected: "above 0" });
        }
        Ok(Self { weights: weights.iter().map(|w| w / total).collect(), means: means.to_vec(), deviation })
    }

    /// `count` components on a circle in the plane.
    ///
    /// # Panics
    ///
    /// If `count` is 0 or the deviation is not positive.
    pub fn ring(count: usize, radius: f64, deviation: f64) -> Self {
        let angle = |k: usize| 2.0 * PI * k as f64 / count as f64;
        let means: Vec<Vec<f64>> = (0..count).map(|k| vec![radius * angle(k).cos(), radius * angle(k).sin()]).collect();
        Self::new(&vec![1.0; count], &means, deviation).expect("a positive number of components and deviation")
    }

    /// How long a row is.
    pub fn size(&self) -> usize {
        self.means[0].len()
    }

    /// The components' means.
    pub fn means(&self) -> &[Vec<f64>] {
        &self.means
    }

    /// The logarithm of the density of one row at a level.
    ///
    /// # Panics
    ///
    /// If x is not one row.
    pub fn ln_density<F: Number>(&self, x: &[F], level: Level) -> f64 {
        assert_eq!(x.len(), self.size(), "a row of the mixture");
        let variance = self.variance(level);
        let logs = self.logs(x, level);
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logs.iter().map(|log| (log - top).exp()).sum();
        top + sum.ln() - 0.5 * x.len() as f64 * (2.0 * PI * variance).ln()
    }

    fn variance(&self, level: Level) -> f64 {
        (level.alpha * self.deviation).powi(2) + level.sigma.powi(2)
    }

    /// ln wₖ − ‖x − αμₖ‖²/2v.
    fn logs<F: Number>(&self, x: &[F], level: Level) -> Vec<f64> {
        let variance = self.variance(level);
        let squared = |mean: &[f64]| -> f64 {
            x.iter().zip(mean).map(|(x, mean)| (x.to_f64() - level.alpha * mean).powi(2)).sum()
        };
        self.weights.iter().zip(&self.means).map(|(w, mean)| w.ln() - 0.5 * squared(mean) / variance).collect()
    }

    /// The components' probabilities given a row.
    fn shares<F: Number>(&self, x: &[F], level: Level) -> Vec<f64> {
        let logs = self.logs(x, level);
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<f64> = logs.iter().map(|log| (log - top).exp()).collect();
        let total: f64 = shares.iter().sum();
        shares.into_iter().map(|share| share / total).collect()
    }

    /// E[μ | x].
    fn mean(&self, shares: &[f64]) -> Vec<f64> {
        let mut mean = vec![0.0; self.size()];
        for (share, of) in shares.iter().zip(&self.means) {
            mean.iter_mut().zip(of).for_each(|(mean, of)| *mean += share * of);
        }
        mean
    }

    fn check(&self, found: usize) -> Result<(), Error> {
        match found % self.size() {
            0 => Ok(()),
            _ => Err(Error::Length { name: "rows of a mixture", found, expected: self.size() }),
        }
    }
}

impl<F: Number> Denoiser<F> for GaussianMixture {
    fn predict(&mut self, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
        self.check(x.len())?;
        let pull = level.alpha * self.deviation.powi(2) / self.variance(level);
        for (x, out) in x.chunks_exact(self.size()).zip(out.chunks_exact_mut(self.size())) {
            let mean = self.mean(&self.shares(x, level));
            for ((out, x), mean) in out.iter_mut().zip(x).zip(mean) {
                *out = F::from_f64(mean + pull * (x.to_f64() - level.alpha * mean));
            }
        }
        Ok(())
    }
}

impl<F: Number> Pullback<F> for GaussianMixture {
    /// J = αs²/v + ασ²/v²·Cov[μ | x], which is symmetric.
    fn pull_back(&mut self, x: &[F], level: Level, v: &[F], out: &mut [F]) -> Result<(), Error> {
        self.check(x.len())?;
        let variance = self.variance(level);
        let (own, spread) =
            (level.alpha * self.deviation.powi(2) / variance, level.alpha * level.sigma.powi(2) / variance.powi(2));
        let size = self.size();
        for ((x, v), out) in x.chunks_exact(size).zip(v.chunks_exact(size)).zip(out.chunks_exact_mut(size)) {
            let shares = self.shares(x, level);
            let mean = self.mean(&shares);
            let mut sum: Vec<f64> = v.iter().map(|v| own * v.to_f64()).collect();
            for (share, of) in shares.iter().zip(&self.means) {
                let off = |i: usize| of[i] - mean[i];
                let along: f64 = v.iter().enumerate().map(|(i, v)| off(i) * v.to_f64()).sum();
                sum.iter_mut().enumerate().for_each(|(i, sum)| *sum += spread * share * along * off(i));
            }
            out.iter_mut().zip(sum).for_each(|(out, sum)| *out = F::from_f64(sum));
        }
        Ok(())
    }
}
