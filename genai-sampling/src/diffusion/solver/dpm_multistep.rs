//! DPM-Solver and DPM-Solver++ with earlier steps' predictions.

use super::dpm_weights::{Algorithm, Kind, Weights};
use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// The exponential integrator of a polynomial through the last predictions: DPM-Solver++(2M) by default. Order 1 to 3; one
/// model call a step; noise with the SDE algorithms.
///
/// Steps to σ = 0 are of order 1; the first steps as far as there are predictions.
///
/// Source: Lu et al. 2022, [arXiv:2211.01095](https://arxiv.org/abs/2211.01095), algorithm 2; the choices are those of diffusers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DpmMultistep {
    /// From 1 to 3.
    pub order: usize,
    /// What is approximated, and whether noise is added.
    pub algorithm: Algorithm,
    /// The scheme of order 2.
    pub kind: Kind,
    /// Of fewer than 15 steps, the last is of order 1 and the one before of order 2 at most.
    pub lower_order_final: bool,
    /// The last step is of order 1.
    pub euler_at_final: bool,
}

impl Default for DpmMultistep {
    fn default() -> Self {
        Self {
            order: 2,
            algorithm: Algorithm::Clean,
            kind: Kind::Midpoint,
            lower_order_final: true,
            euler_at_final: false,
        }
    }
}

impl DpmMultistep {
    fn order_at(&self, step: Step, seen: usize) -> usize {
        let few = self.lower_order_final && step.count < 15;
        let most = match step.left() {
            0 if self.euler_at_final || few => 1,
            1 if few => 2,
            _ => 3,
        };
        let stays = step.to.ratio() == step.from.ratio(); // over no distance nothing curves
        if step.to.sigma == 0.0 || stays { 1 } else { self.order.min(most).min(seen) }
    }
}

impl<F: Number> Solver<F> for DpmMultistep {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let Step { from, to, .. } = step;
        check_order(self.order)?;
        let out = memory.remember(from, self.order, x.len());
        match self.algorithm.of_clean() {
            true => denoise.clean(x, from, out)?,
            false => denoise.noise(x, from, out)?,
        }
        let order = self.order_at(step, memory.past.len());
        let kind = if order == 3 { Kind::Heun } else { self.kind };
        let weights = Weights::new(self.algorithm, kind, from, to);
        let past = &memory.past;
        let back = |i: usize| (past[i].level.log_snr() - past[i + 1].level.log_snr()) / (to.log_snr() - from.log_snr());
        match order {
            1 => blend(x, weights.x, [(weights.value, &past[0].values)]),
            2 => {
                let first = weights.first / back(0);
                blend(x, weights.x, [(weights.value + first, &past[0].values), (-first, &past[1].values)]);
            }
            _ => {
                let [m0, m1, m2] = third(&weights, back(0), back(1));
                let terms = [(m0, &past[0].values[..]), (m1, &past[1].values), (m2, &past[2].values)];
                blend(x, weights.x, terms);
            }
        }
        add_noise(denoise, x, weights.noise, self.algorithm, memory);
        Ok(())
    }
}

/// D₁ = a + r₀(a − b)/(r₀ + r₁) and D₂ = (a − b)/(r₀ + r₁), with a = (m₀ − m₁)/r₀ and b = (m₁ − m₂)/r₁.
fn third(weights: &Weights, r0: f64, r1: f64) -> [f64; 3] {
    let of_difference = (weights.first * r0 + weights.second) / (r0 + r1);
    let (a, b) = (weights.first + of_difference, -of_difference);
    [weights.value + a / r0, b / r1 - a / r0, -b / r1]
}

pub(super) fn check_order(order: usize) -> Result<(), Error> {
    match order {
        1..=3 => Ok(()),
        _ => Err(Error::Parameter { name: "order", value: order as f64, expected: "from 1 to 3" }),
    }
}

pub(super) fn add_noise<F: Number>(
    denoise: &mut Denoise<'_, F>,
    x: &mut [F],
    deviation: f64,
    algorithm: Algorithm,
    memory: &mut Memory<F>,
) {
    if algorithm.is_stochastic() {
        let [noise] = buffers(&mut memory.scratch, x.len());
        denoise.draw(noise);
        blend(x, 1.0, [(deviation, noise)]);
    }
}
