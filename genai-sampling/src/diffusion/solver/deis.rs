//! Diffusion exponential integrator sampler.

use super::dpm_multistep::check_order;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// The integral over σ/α of the polynomial in ln(σ/α) through the last predicted noises. Order 1 to 3; one model call a step.
///
/// Source: Zhang & Chen 2023, [arXiv:2204.13902](https://arxiv.org/abs/2204.13902), ρAB-DEIS in log ρ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deis {
    /// From 1 to 3.
    pub order: usize,
    /// Of fewer than 15 steps, the last is of order 1 and the one before of order 2 at most.
    pub lower_order_final: bool,
}

impl Default for Deis {
    fn default() -> Self {
        Self { order: 2, lower_order_final: true }
    }
}

impl<F: Number> Solver<F> for Deis {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        check_order(self.order)?;
        let Step { from, to, .. } = step;
        let out = memory.remember(from, self.order, x.len());
        denoise.noise(x, from, out)?;
        let few = self.lower_order_final && step.count < 15;
        let most = if few { step.left() + 1 } else { 3 };
        let order = if to.sigma == 0.0 { 1 } else { self.order.min(most).min(memory.past.len()) };
        let logs: Vec<f64> = memory.past[..order].iter().map(|past| past.level.ratio().ln()).collect();
        blend(x, to.alpha / from.alpha, []);
        for (i, past) in memory.past[..order].iter().enumerate() {
            let weight = integral(&logs, i, to.ratio()) - integral(&logs, i, from.ratio());
            blend(x, 1.0, [(to.alpha * weight, &past.values)]);
        }
        Ok(())
    }
}

/// The antiderivative over ρ, at ρ, of the i-th Lagrange polynomial in ln ρ.
fn integral(logs: &[f64], i: usize, rho: f64) -> f64 {
    let log = rho.ln();
    let others: Vec<f64> = logs.iter().enumerate().filter(|(k, _)| *k != i).map(|(_, log)| *log).collect();
    match others[..] {
        [] => rho,
        [c] => rho * (log - c - 1.0) / (logs[i] - c),
        [c, d] => {
            // ∫ (l − c)(l − d) dρ with l = ln ρ
            let product = log * log - 2.0 * log + 2.0 - (c + d) * (log - 1.0) + c * d;
            rho * product / ((logs[i] - c) * (logs[i] - d))
        }
        _ => f64::NAN,
    }
}
