//! The midpoint method in log σ.

use super::memory::buffers;
use super::slope::Coordinates;
use super::{Churn, Memory, Solver};
use crate::Error;
use crate::diffusion::number::{blend, blend_into};
use crate::diffusion::{Denoise, Level, Number, Step};

/// A whole step with the slope at the geometric mean of both ends. Order 2; two model calls a step, one on a step to σ = 0;
/// noise only with churn.
///
/// Source: Lu et al. 2022, [arXiv:2206.00927](https://arxiv.org/abs/2206.00927), in the form of Karras et al. 2022.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dpm2 {
    /// Noise added before each step; on paths where α stays.
    pub churn: Churn,
}

impl<F: Number> Solver<F> for Dpm2 {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let step = self.churn.apply(denoise, x, step, memory);
        midpoint(denoise, x, step, step.to, memory)
    }
}

/// A midpoint step to `step.to`, where the middle is that between `step.from` and `towards`.
pub(super) fn midpoint<F: Number>(
    denoise: &mut Denoise<'_, F>,
    x: &mut [F],
    step: Step,
    middle_of: Level,
    memory: &mut Memory<F>,
) -> Result<(), Error> {
    let line = Coordinates::of(&step);
    let [out, middle] = buffers(&mut memory.scratch, x.len());
    let slope = line.slope(denoise.estimate(x, step.from, out)?);
    let (from, to) = (line.place(step.from), line.place(step.to));
    let (unit, next) = (line.unit(step.from), line.unit(step.to));
    if step.to.sigma == 0.0 {
        let stride = to - from;
        blend(x, next * (1.0 / unit + stride * slope.x), [(next * stride * slope.output, out)]);
        return Ok(());
    }
    let place = (from * line.place(middle_of)).sqrt();
    let level = line.level(place, &step, |ratio| denoise.path().at_ratio(ratio));
    let (half, scale) = (place - from, line.unit(level));
    blend_into(middle, [(scale * (1.0 / unit + half * slope.x), &*x), (scale * half * slope.output, out)]);
    let slope = line.slope(denoise.estimate(middle, level, out)?);
    let stride = next * (to - from);
    blend(x, next / unit, [(stride * slope.x, middle), (stride * slope.output, out)]);
    Ok(())
}
