//! DPM-Solver and DPM-Solver++ in groups of steps.

use super::dpm_multistep::{add_noise, check_order};
use super::dpm_weights::{Algorithm, Kind, Weights};
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// Steps in groups of `order`, where every step of a group starts at the group's beginning and has one prediction more than
/// the one before. Order 1 to 3 at the groups' ends; one model call a step; noise with [`Algorithm::CleanSde`].
///
/// Source: Lu et al. 2022, [arXiv:2211.01095](https://arxiv.org/abs/2211.01095), algorithm 1; the grouping is that of diffusers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DpmSinglestep {
    /// From 1 to 3.
    pub order: usize,
    /// What is approximated, and whether noise is added.
    pub algorithm: Algorithm,
    /// The scheme of orders 2 and 3.
    pub kind: Kind,
    /// The last groups are short, so that the last step is of order 1; set by itself where the number of steps is not a
    /// multiple of the order, or the last level is clean.
    pub lower_order_final: bool,
}

impl Default for DpmSinglestep {
    fn default() -> Self {
        Self { order: 2, algorithm: Algorithm::Clean, kind: Kind::Midpoint, lower_order_final: false }
    }
}

impl DpmSinglestep {
    /// 1, 2, …, order, 1, 2, … of which the last groups are short.
    fn order_at(&self, step: Step) -> usize {
        let Step { index, count, .. } = step;
        let to_clean = step.left() == 0 && step.to.sigma == 0.0;
        let cyclic = index % self.order + 1;
        if to_clean {
            return 1;
        }
        if !self.lower_order_final && count % self.order == 0 {
            return cyclic;
        }
        match (self.order, count % self.order) {
            (2, 0) if index + 1 == count => 1,
            (3, 0) if index + 3 >= count => [1, 2, 1][index + 3 - count],
            _ => cyclic,
        }
    }
}

impl<F: Number> Solver<F> for DpmSinglestep {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        check_order(self.order)?;
        let out = memory.remember(step.from, self.order, x.len());
        match self.algorithm.of_clean() {
            true => denoise.clean(x, step.from, out)?,
            false => denoise.noise(x, step.from, out)?,
        }
        let order = self.order_at(step).min(memory.past.len());
        if order == 1 {
            memory.start.clear();
            memory.start.extend_from_slice(x);
        }
        let past = &memory.past;
        let base = past[order - 1].level;
        let kind = if order == 3 { Kind::Heun } else { self.kind };
        let weights = Weights::new(self.algorithm, kind, base, step.to);
        let h = step.to.log_snr() - base.log_snr();
        let share = |i: usize| (past[i].level.log_snr() - base.log_snr()) / h;
        x.copy_from_slice(&memory.start);
        match order {
            1 => blend(x, weights.x, [(weights.value, &past[0].values)]),
            2 => {
                let first = weights.first / share(0);
                blend(x, weights.x, [(first, &past[0].values), (weights.value - first, &past[1].values)]);
            }
            _ => {
                let [m0, m1, m2] = third(&weights, self.kind, share(0), share(1));
                let terms = [(m0, &past[0].values[..]), (m1, &past[1].values), (m2, &past[2].values)];
                blend(x, weights.x, terms);
            }
        }
        add_noise(denoise, x, weights.noise, self.algorithm, memory);
        Ok(())
    }
}

/// Midpoint: D₁ = b; Heun: D₁ = (r₀a − r₁b)/(r₀ − r₁) and D₂ = 2(b − a)/(r₀ − r₁), with a = (m₁ − m₂)/r₁ and
/// b = (m₀ − m₂)/r₀.
fn third(weights: &Weights, kind: Kind, r0: f64, r1: f64) -> [f64; 3] {
    let (a, b) = match kind {
        Kind::Midpoint => (0.0, weights.first),
        Kind::Heun => {
            let (first, second) = (weights.first / (r0 - r1), 2.0 * weights.second / (r0 - r1));
            (first * r0 - second, second - first * r1)
        }
    };
    [b / r0, a / r1, weights.value - a / r1 - b / r0]
}
