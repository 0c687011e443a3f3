//! Heun's method.

use super::memory::buffers;
use super::slope::Coordinates;
use super::{Churn, Memory, Solver};
use crate::Error;
use crate::diffusion::number::{blend, blend_into};
use crate::diffusion::{Denoise, Number, Step};

/// An Euler step, corrected by the slope at its end. Order 2; two model calls a step, one on a step to σ = 0; noise only with
/// churn.
///
/// Source: Karras et al. 2022, [arXiv:2206.00364](https://arxiv.org/abs/2206.00364), algorithm 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heun {
    /// Noise added before each step; on paths where α stays.
    pub churn: Churn,
}

impl<F: Number> Solver<F> for Heun {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let step = self.churn.apply(denoise, x, step, memory);
        let line = Coordinates::of(&step);
        let [first, second, ahead] = buffers(&mut memory.scratch, x.len());
        let slope = line.slope(denoise.estimate(x, step.from, first)?);
        let stride = line.place(step.to) - line.place(step.from);
        let (unit, next) = (line.unit(step.from), line.unit(step.to));
        // the Euler step, as factors of x and of what lies in `first`
        let (own, other) = (next * (1.0 / unit + stride * slope.x), next * stride * slope.output);
        if step.to.sigma == 0.0 {
            blend(x, own, [(other, first)]); // the slope has no value there
            return Ok(());
        }
        blend_into(ahead, [(own, x), (other, first)]);
        let end = line.slope(denoise.estimate(ahead, step.to, second)?);
        // x′ = next·(x/unit + stride/2·(slope + end)), where end = end.x·ahead + end.output·second
        let half = 0.5 * next * stride;
        let weights = [half * slope.output + half * end.x * other, half * end.output];
        blend(x, next / unit + half * slope.x + half * end.x * own, [(weights[0], first), (weights[1], second)]);
        Ok(())
    }
}
