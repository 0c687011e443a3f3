//! The no-U-turn sampler.

use super::draws::Draws;
use super::hamiltonian::{DIVERGENT, Dynamics, End};
use super::metric::Metric;
use super::run::{Chain, Phase, Run, Step};
use super::target::{Point, autograd};
use super::trajectory::Trajectory;
use crate::Error;
use genai_core::Tensor;
use genai_core::random::Stream;

/// Draws from a log-density of tensors: four chains of 1,000 draws, gradients by differentiation.
///
/// The log-density needs no normalising constant; x is a tensor `[d]` of f64. More is asked of [`Nuts`].
///
/// ```
/// use genai_sampling::monte_carlo::nuts;
///
/// let draws = nuts(|x| (x - 3.0).square().sum() * -0.5, &[0.0, 0.0], 7)?;
/// assert!((draws.mean()[0] - 3.0).abs() < 0.1 && draws.divergences() == 0);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If the log-density or its gradient at the start is not finite.
pub fn nuts(log_density: impl Fn(&Tensor) -> Tensor + Sync, start: &[f64], seed: u64) -> Result<Draws, Error> {
    Nuts::default().sample(autograd(log_density), &[start], &Run::new(seed))
}

/// The no-U-turn sampler: Hamiltonian trajectories that double until they turn back, and a draw from all of their points.
///
/// Multinomial, as in Stan: a point is chosen by its density within a subtree, with a bias to the later half between subtrees.
/// A target of d dimensions needs 8 d bytes for each point of a trajectory, at most 2^`depth` of them.
///
/// Sources: Hoffman & Gelman 2014, [arXiv:1111.4246](https://arxiv.org/abs/1111.4246); Betancourt 2017,
/// [arXiv:1701.02434](https://arxiv.org/abs/1701.02434), appendix A.
#[derive(Clone, Copy, Debug)]
pub struct Nuts {
    /// Doublings of a trajectory at most (Stan: 10).
    pub depth: u32,
    /// Mean acceptance that the step size is tuned to (Stan: .8).
    pub acceptance: f64,
    /// What is learned of the target's shape.
    pub metric: Metric,
    /// First step size; found by doubling if `None`. Without a warm-up it stays.
    pub step_size: Option<f64>,
}

impl Default for Nuts {
    fn default() -> Self {
        Self { depth: 10, acceptance: 0.8, metric: Metric::Diagonal, step_size: None }
    }
}

impl Nuts {
    /// Draws from a target that returns its log-density and writes the gradient.
    ///
    /// ```
    /// use genai_sampling::monte_carlo::{Nuts, Run};
    ///
    /// let target = |x: &[f64], gradient: &mut [f64]| {
    ///     gradient[0] = -x[0];
    ///     -0.5 * x[0] * x[0]
    /// };
    /// let draws = Nuts::default().sample(target, &[&[0.0]], &Run { chains: 2, ..Run::new(7) })?;
    /// assert!(draws.r_hat()[0] < 1.01);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the log-density or its gradient at a start is not finite, or a field or `run` is out of range.
    pub fn sample(
        &self,
        target: impl Fn(&[f64], &mut [f64]) -> f64 + Sync,
        starts: &[&[f64]],
        run: &Run<'_>,
    ) -> Result<Draws, Error> {
        run.chains(starts, |start| self.chain(&target, start))
    }

    /// One chain, to be stepped by hand.
    ///
    /// # Errors
    ///
    /// As [`Nuts::sample`].
    pub fn chain<F: Fn(&[f64], &mut [f64]) -> f64>(
        &self,
        target: F,
        start: &[f64],
    ) -> Result<impl Chain + use<F>, Error> {
        if !(1..=20).contains(&self.depth) {
            return Err(Error::Parameter { name: "depth", value: f64::from(self.depth), expected: "between 1 and 20" });
        }
        let dynamics = Dynamics::new(target, start, self.metric, self.acceptance, self.step_size)?;
        Ok(NutsChain {
            depth: self.depth,
            ends: [dynamics.end(), dynamics.end()],
            candidate: dynamics.here.clone(),
            sums: Trajectory::new(start.len()),
            dynamics,
        })
    }
}

struct NutsChain<F> {
    depth: u32,
    dynamics: Dynamics<F>,
    /// The first and the last point of the trajectory.
    ends: [End; 2],
    /// What the growing subtree would put forward.
    candidate: Point,
    sums: Trajectory,
}

/// What is counted along a trajectory.
struct Tally {
    energy: f64,
    step_size: f64,
    leaps: u32,
    acceptance: f64,
    divergent: bool,
}

impl<F: Fn(&[f64], &mut [f64]) -> f64> Chain for NutsChain<F> {
    fn step(&mut self, phase: Phase, rng: &mut Stream) -> Result<Step, Error> {
        let [back, front] = &mut self.ends;
        let energy = self.dynamics.begin(back, rng);
        front.copy_from(back);
        self.sums.start(&back.momentum);
        let step_size = self.dynamics.adaptation.step_size();
        let mut tally = Tally { energy, step_size, leaps: 0, acceptance: 0.0, divergent: false };
        let depth = self.trajectory(&mut tally, rng);
        let acceptance = tally.acceptance / f64::from(tally.leaps);
        self.dynamics.learn(phase, acceptance, &mut self.ends[0], rng);
        Ok(Step {
            log_density: self.dynamics.here.log_density,
            acceptance,
            divergent: tally.divergent,
            depth,
            evaluations: tally.leaps,
            energy,
            step_size,
        })
    }

    fn position(&self) -> &[f64] {
        &self.dynamics.here.x
    }
}

impl<F: Fn(&[f64], &mut [f64]) -> f64> NutsChain<F> {
    /// Doubles the trajectory until it turns, moves the chain, and returns the doublings.
    fn trajectory(&mut self, tally: &mut Tally, rng: &mut Stream) -> u32 {
        let (mut low, mut high, mut weight) = (0i64, 0i64, 1.0);
        for depth in 0..self.depth {
            let leaves = 1i64 << depth;
            let forward = rng.uniform() < 0.5;
            let Some(added) = self.subtree(forward, if forward { high } else { low }, leaves, tally, rng) else {
                return depth;
            };
            if rng.uniform() * weight < added {
                std::mem::swap(&mut self.dynamics.here, &mut self.candidate);
            }
            weight += added;
            let middle = if forward { high + 1 } else { low };
            if forward {
                high += leaves;
            } else {
                low -= leaves;
            }
            if self.sums.turns(low, middle, high) {
                return depth + 1;
            }
        }
        self.depth
    }

    /// Adds `leaves` points beyond the point `from` and returns the sum of their weights e^(H₀ − H); `None` if they turn or
    /// diverge. The candidate is drawn by these weights as the points come.
    fn subtree(&mut self, forward: bool, from: i64, leaves: i64, tally: &mut Tally, rng: &mut Stream) -> Option<f64> {
        let mut weight = 0.0;
        for count in 1..=leaves {
            let end = &mut self.ends[usize::from(forward)];
            let step = if forward { tally.step_size } else { -tally.step_size };
            let gain = tally.energy - self.dynamics.leap(end, step);
            tally.leaps += 1;
            if !(gain > -DIVERGENT && gain < f64::INFINITY) {
                tally.divergent = true; // NaN too
                return None;
            }
            let w = gain.min(700.0).exp();
            tally.acceptance += w.min(1.0);
            weight += w;
            if rng.uniform() * weight < w {
                self.candidate.copy_from(&end.point);
            }
            if forward {
                self.sums.push_up(&end.momentum);
            } else {
                self.sums.push_down(&end.momentum);
            }
            if self.part_turns(forward, from, count) {
                return None;
            }
        }
        Some(weight)
    }

    /// Whether a part of the subtree that its last leaf completes turns back.
    fn part_turns(&self, forward: bool, from: i64, count: i64) -> bool {
        (1..=count.trailing_zeros()).any(|k| {
            let (size, half) = (1i64 << k, 1i64 << (k - 1));
            let first = if forward { from + count - size + 1 } else { from - count };
            self.sums.turns(first, first + half, first + size - 1)
        })
    }
}
