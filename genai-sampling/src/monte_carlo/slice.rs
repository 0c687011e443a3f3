//! Slice sampling.

use super::draws::Draws;
use super::run::{Chain, Phase, Run, Step, check_between};
use super::target::check_start;
use crate::Error;
use genai_core::random::Stream;

/// Shrinkings of an interval at most: it is then narrower than any f64 can resolve.
const SHRINKINGS: u32 = 2000;

/// Slice sampling, a coordinate at a time: uniform under the density's graph, by stepping out and shrinking.
///
/// Needs no gradient and no tuning; the interval's first width follows the moves made while warming up.
///
/// Source: Neal 2003, *Slice sampling*, figures 3 and 5.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// First width of the interval, for every coordinate; it stays where there are no steps.
    pub width: f64,
    /// Steps out at most, both sides together.
    pub steps: u32,
}

impl Default for Slice {
    fn default() -> Self {
        Self { width: 1.0, steps: 100 }
    }
}

impl Slice {
    /// Draws from a target that returns its log-density.
    ///
    /// # Errors
    ///
    /// If the log-density at a start is not finite, or a field or `run` is out of range.
    pub fn sample(
        &self,
        target: impl Fn(&[f64]) -> f64 + Sync,
        starts: &[&[f64]],
        run: &Run<'_>,
    ) -> Result<Draws, Error> {
        run.chains(starts, |start| self.chain(&target, start))
    }

    /// One chain, to be stepped by hand.
    ///
    /// # Errors
    ///
    /// As [`Slice::sample`].
    pub fn chain<F: Fn(&[f64]) -> f64>(&self, target: F, start: &[f64]) -> Result<impl Chain + use<F>, Error> {
        check_between("width", self.width, (0.0, f64::INFINITY), "positive and finite")?;
        let log_density = target(start);
        check_start(log_density)?;
        let widths = vec![self.width; start.len()];
        Ok(SliceChain { target, here: start.to_vec(), log_density, widths, steps: self.steps, evaluations: 0 })
    }
}

struct SliceChain<F> {
    target: F,
    here: Vec<f64>,
    log_density: f64,
    widths: Vec<f64>,
    steps: u32,
    evaluations: u32,
}

impl<F: Fn(&[f64]) -> f64> Chain for SliceChain<F> {
    fn step(&mut self, phase: Phase, rng: &mut Stream) -> Result<Step, Error> {
        self.evaluations = 0;
        for i in 0..self.here.len() {
            let before = self.here[i];
            self.update(i, rng);
            if let (Phase::WarmUp { done, .. }, 1..) = (phase, self.steps) {
                let moved = (self.here[i] - before).abs(); // of a normal, 3 of these are 3.4 standard deviations
                let rate = 1.0 / (1.0 + done as f64).min(100.0);
                self.widths[i] = (self.widths[i] + rate * (3.0 * moved - self.widths[i])).max(1e-12 * self.widths[i]);
            }
        }
        Ok(Step { log_density: self.log_density, evaluations: self.evaluations, ..Step::default() })
    }

    fn position(&self) -> &[f64] {
        &self.here
    }
}

impl<F: Fn(&[f64]) -> f64> SliceChain<F> {
    /// ln f with coordinate `i` at `value`.
    fn at(&mut self, i: usize, value: f64) -> f64 {
        self.evaluations += 1;
        self.here[i] = value;
        (self.target)(&self.here)
    }

    fn update(&mut self, i: usize, rng: &mut Stream) {
        let (x, height) = (self.here[i], self.log_density - rng.exponential());
        let (mut low, mut high) = self.step_out(i, x, height, rng);
        for _ in 0..SHRINKINGS {
            let candidate = low + rng.uniform() * (high - low);
            let log_density = self.at(i, candidate);
            if log_density >= height && log_density < f64::INFINITY {
                self.log_density = log_density;
                return;
            }
            if candidate < x { low = candidate } else { high = candidate }
        }
        self.here[i] = x;
    }

    /// An interval around the slice, from a random place around x, by steps of one width.
    fn step_out(&mut self, i: usize, x: f64, height: f64, rng: &mut Stream) -> (f64, f64) {
        let width = self.widths[i];
        let mut low = x - width * rng.uniform();
        let mut high = low + width;
        let mut left = rng.below(u64::from(self.steps) + 1);
        let mut right = u64::from(self.steps) - left;
        while left > 0 && self.at(i, low) > height {
            (low, left) = (low - width, left - 1);
        }
        while right > 0 && self.at(i, high) > height {
            (high, right) = (high + width, right - 1);
        }
        (low, high)
    }
}
