//! Elliptical slice sampling.

use super::draws::Draws;
use super::metric::{Scale, cholesky};
use super::run::{Chain, Phase, Run, Step, check_length};
use super::target::check_start;
use crate::Error;
use genai_core::random::Stream;
use std::f64::consts::TAU;

/// Shrinkings of the angle at most: it is then narrower than any f64 can resolve.
const SHRINKINGS: u32 = 2000;

/// Elliptical slice sampling: for a likelihood under a normal prior, along ellipses that the prior does not tell apart.
///
/// Needs no gradient and has nothing to tune.
///
/// Source: Murray, Adams & MacKay 2010, [arXiv:1001.0175](https://arxiv.org/abs/1001.0175), figure 2.
#[derive(Clone, Debug)]
pub struct EllipticalSlice {
    mean: Vec<f64>,
    scale: Scale,
}

impl EllipticalSlice {
    /// With the prior's mean and covariance `[d, d]`.
    ///
    /// # Errors
    ///
    /// If the covariance is not `[d, d]` and positive definite, or the mean is not finite.
    pub fn new(mean: &[f64], covariance: &[f64]) -> Result<Self, Error> {
        check_length("covariance", covariance.len(), mean.len() * mean.len())?;
        if let Some(&value) = mean.iter().find(|m| !m.is_finite()) {
            return Err(Error::Parameter { name: "mean", value, expected: "finite" });
        }
        let mut factor = covariance.to_vec();
        cholesky(&mut factor, mean.len())?;
        Ok(Self { mean: mean.to_vec(), scale: Scale::Dense(factor) })
    }

    /// Draws from prior × likelihood, given the logarithm of the likelihood alone.
    ///
    /// # Errors
    ///
    /// If the log-likelihood at a start is not finite, a start has another dimension, or `run` is out of range.
    pub fn sample(
        &self,
        log_likelihood: impl Fn(&[f64]) -> f64 + Sync,
        starts: &[&[f64]],
        run: &Run<'_>,
    ) -> Result<Draws, Error> {
        run.chains(starts, |start| self.chain(&log_likelihood, start))
    }

    /// One chain, to be stepped by hand.
    ///
    /// # Errors
    ///
    /// As [`EllipticalSlice::sample`].
    pub fn chain<F: Fn(&[f64]) -> f64>(&self, log_likelihood: F, start: &[f64]) -> Result<impl Chain + use<F>, Error> {
        check_length("start", start.len(), self.mean.len())?;
        let log_density = log_likelihood(start);
        check_start(log_density)?;
        let zeros = vec![0.0; start.len()];
        Ok(EllipticalChain {
            log_likelihood,
            prior: self.clone(),
            here: start.to_vec(),
            log_density,
            normal: zeros.clone(),
            other: zeros,
            candidate: start.to_vec(),
        })
    }
}

struct EllipticalChain<F> {
    log_likelihood: F,
    prior: EllipticalSlice,
    here: Vec<f64>,
    /// Of the likelihood alone.
    log_density: f64,
    normal: Vec<f64>,
    /// A draw of the prior, less its mean.
    other: Vec<f64>,
    candidate: Vec<f64>,
}

impl<F: Fn(&[f64]) -> f64> Chain for EllipticalChain<F> {
    fn step(&mut self, _: Phase, rng: &mut Stream) -> Result<Step, Error> {
        self.normal.iter_mut().for_each(|z| *z = rng.normal());
        self.other.fill(0.0);
        self.prior.scale.advance(&mut self.other, &self.normal, 1.0);
        let height = self.log_density - rng.exponential();
        let mut angle = TAU * rng.uniform();
        let (mut low, mut high) = (angle - TAU, angle);
        for evaluations in 1..=SHRINKINGS {
            let (sin, cos) = angle.sin_cos();
            for (i, x) in self.candidate.iter_mut().enumerate() {
                let mean = self.prior.mean[i];
                *x = mean + (self.here[i] - mean) * cos + self.other[i] * sin;
            }
            let log_density = (self.log_likelihood)(&self.candidate);
            if log_density >= height && log_density < f64::INFINITY {
                self.log_density = log_density;
                std::mem::swap(&mut self.here, &mut self.candidate);
                return Ok(Step { log_density, evaluations, ..Step::default() });
            }
            if angle < 0.0 {
                low = angle;
            } else {
                high = angle;
            }
            angle = low + rng.uniform() * (high - low);
        }
        Ok(Step { log_density: self.log_density, evaluations: SHRINKINGS, acceptance: 0.0, ..Step::default() })
    }

    fn position(&self) -> &[f64] {
        &self.here
    }
}
