//! The classical Runge–Kutta method.

use super::memory::buffers;
use super::slope::Coordinates;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::{blend, blend_into};
use crate::diffusion::{Denoise, Level, Number, Step};

/// Four slopes with the weights 1, 2, 2, 1. Order 4; four model calls a step, one on a step to σ = 0.
///
/// Source: Kutta 1901.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RungeKutta;

impl<F: Number> Solver<F> for RungeKutta {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let line = Coordinates::of(&step);
        let (from, to) = (line.place(step.from), line.place(step.to));
        let (unit, next, stride) = (line.unit(step.from), line.unit(step.to), to - from);
        let [slope, ahead, sum] = buffers(&mut memory.scratch, x.len());
        slope_at(denoise, line, x, step.from, slope)?;
        if step.to.sigma == 0.0 {
            blend(x, next / unit, [(next * stride, slope)]);
            return Ok(());
        }
        let middle = line.level(0.5 * (from + to), &step, |ratio| denoise.path().at_ratio(ratio));
        blend_into(sum, [(1.0 / 6.0, slope)]);
        for (level, share, weight) in [(middle, 0.5, 1.0 / 3.0), (middle, 0.5, 1.0 / 3.0), (step.to, 1.0, 1.0 / 6.0)] {
            let scale = line.unit(level);
            blend_into(ahead, [(scale / unit, &*x), (scale * share * stride, slope)]);
            slope_at(denoise, line, ahead, level, slope)?;
            blend(sum, 1.0, [(weight, slope)]);
        }
        blend(x, next / unit, [(next * stride, sum)]);
        Ok(())
    }
}

/// The slope itself.
pub(super) fn slope_at<F: Number>(
    denoise: &mut Denoise<'_, F>,
    line: Coordinates,
    x: &[F],
    level: Level,
    out: &mut [F],
) -> Result<(), Error> {
    let slope = line.slope(denoise.estimate(x, level, out)?);
    blend(out, slope.output, [(slope.x, x)]);
    Ok(())
}
