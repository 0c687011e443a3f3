//! Sequential Monte Carlo along temperatures that it chooses itself.

use super::importance::{check_share, log_sum_exp, normalised, systematic};
use crate::Error;
use genai_core::random::{Key, Stream};
use rayon::prelude::*;

/// Sequential Monte Carlo: a crowd of points is led from f₀ to f₁, resampled and moved at every temperature; the next β is the
/// one that leaves a given share of the effective sample size.
///
/// Sources: Del Moral, Doucet & Jasra 2006, *Sequential Monte Carlo samplers*; Jasra et al. 2011 (choice of temperatures).
#[derive(Clone, Copy, Debug)]
pub struct Smc {
    /// Points.
    pub particles: usize,
    /// Share of the effective sample size that a step leaves, between 0 and 1.
    pub threshold: f64,
    /// Transitions of every point at a temperature.
    pub moves: usize,
    /// Temperatures at most.
    pub steps: usize,
    /// Where random numbers come from.
    pub key: Key,
}

/// What sequential Monte Carlo arrives at.
#[derive(Clone, Debug)]
pub struct Crowd<T> {
    /// Points of f₁, all of one weight.
    pub points: Vec<T>,
    /// ln (Z₁ / Z₀).
    pub log_ratio: f64,
    /// The temperatures that were chosen, up to 1.
    pub temperatures: Vec<f64>,
}

impl Smc {
    /// 1,000 points, half of the effective sample size left by a step, one move.
    pub fn new(seed: u64) -> Self {
        Self { particles: 1000, threshold: 0.5, moves: 1, steps: 1000, key: Key::new(seed) }
    }

    /// Leads the crowd; the closures are those of [`Annealed::run`](super::Annealed::run), and `transition` is also told the
    /// crowd as it was resampled, so that its scale may follow it.
    ///
    /// # Errors
    ///
    /// If there are no particles, the threshold is not between 0 and 1, no point has weight, a transition fails, or f₁ is not
    /// reached within `steps` temperatures.
    pub fn run<T: Clone + Send + Sync>(
        &self,
        draw: impl Fn(&mut Stream) -> T + Sync,
        log_ratio: impl Fn(&T) -> f64 + Sync,
        transition: impl Fn(&mut T, f64, &[T], &mut Stream) -> Result<(), Error> + Sync,
    ) -> Result<Crowd<T>, Error> {
        check_share(self.threshold)?;
        if self.particles == 0 {
            return Err(Error::Parameter { name: "particles", value: 0.0, expected: "at least 1" });
        }
        let stream = |stage: usize, i: usize| self.key.split(stage as u64).split(i as u64).stream();
        let mut points: Vec<T> = (0..self.particles).into_par_iter().map(|i| draw(&mut stream(0, i))).collect();
        let (mut beta, mut temperatures, mut total) = (0.0, Vec::new(), 0.0);
        for stage in 1..=self.steps {
            let ratios: Vec<f64> = points.par_iter().map(&log_ratio).collect();
            if let Some(&value) = ratios.iter().find(|r| r.is_nan() || **r == f64::INFINITY) {
                return Err(Error::Parameter { name: "log_ratio", value, expected: "a number below ∞" });
            }
            let step = self.next(&ratios, 1.0 - beta);
            let log_weights: Vec<f64> = ratios.iter().map(|r| step * r).collect();
            let sum = log_sum_exp(&log_weights);
            if sum == f64::NEG_INFINITY {
                return Err(Error::Parameter { name: "weights", value: 0.0, expected: "above 0 for some point" });
            }
            total += sum - (self.particles as f64).ln();
            beta = if step >= 1.0 - beta { 1.0 } else { beta + step };
            temperatures.push(beta);
            let chosen =
                systematic(&normalised(&log_weights), self.particles, &mut self.key.split(!(stage as u64)).stream());
            let crowd: Vec<T> = chosen.into_iter().map(|i| points[i].clone()).collect();
            let moved = |i: usize| {
                let (mut x, mut rng) = (crowd[i].clone(), stream(stage, i));
                (0..self.moves).try_for_each(|_| transition(&mut x, beta, &crowd, &mut rng)).map(|()| x)
            };
            points = (0..self.particles).into_par_iter().map(moved).collect::<Result<_, Error>>()?;
            if beta == 1.0 {
                return Ok(Crowd { points, log_ratio: total, temperatures });
            }
        }
        Err(Error::Exhausted { what: "sequential Monte Carlo", tries: self.steps as u64 })
    }

    /// The step of β, at most `rest`, whose weights leave the wanted share of the effective sample size.
    fn next(&self, ratios: &[f64], rest: f64) -> f64 {
        let share = |step: f64| {
            let weights = normalised(&ratios.iter().map(|r| step * r).collect::<Vec<f64>>());
            1.0 / weights.iter().map(|w| w * w).sum::<f64>() / ratios.len() as f64
        };
        let enough = |step: f64| share(step) >= self.threshold;
        if enough(rest) {
            return rest;
        }
        let (mut low, mut high) = (0.0, rest);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if enough(middle) { low = middle } else { high = middle }
        }
        if low > 0.0 { low } else { high } // points outside f₁ alone cost more than the share
    }
}
