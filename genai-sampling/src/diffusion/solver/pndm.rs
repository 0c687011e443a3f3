//! Pseudo numerical methods on manifolds.

use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::{blend, blend_into};
use crate::diffusion::{Affine, Denoise, Level, Number, Prediction, Step};

/// Adams–Bashforth sums of the model's outputs, each step the exact transfer that a constant noise would make. Order 4 with a
/// Runge–Kutta start of three steps (four model calls each), otherwise with one step of two calls and growing order; then one
/// call a step.
///
/// Source: Liu et al. 2022, [arXiv:2202.09778](https://arxiv.org/abs/2202.09778), algorithm 2; PLMS is the one without
/// Runge–Kutta steps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pndm {
    /// Starts with three Runge–Kutta steps.
    pub runge_kutta: bool,
    /// Half a step in training steps, where it is not half the distance of the levels.
    pub half: Option<f64>,
    /// The levels between which the first step is made again, where the grid is not even.
    pub again: Option<(Level, Level)>,
}

impl<F: Number> Solver<F> for Pndm {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let out = memory.remember(step.from, 4, x.len());
        denoise.output(x, step.from, out)?;
        let prediction = denoise.prediction();
        if self.runge_kutta && step.index < 3 {
            return self.runge_kutta_step(denoise, x, step, memory);
        }
        if memory.past.len() == 1 {
            return self.heun_step(denoise, x, step, memory);
        }
        let [sum] = buffers(&mut memory.scratch, x.len());
        combine(sum, memory.past.iter().map(|past| &past.values[..]));
        transfer(x, sum, prediction, step.from, step.to);
        Ok(())
    }
}

/// The outputs' Adams–Bashforth sum, the newest first.
pub(super) fn combine<'a, F: Number>(sum: &mut [F], outputs: impl Iterator<Item = &'a [F]>) {
    let outputs: Vec<&[F]> = outputs.take(4).collect();
    match outputs[..] {
        [a] => blend_into(sum, [(1.0, a)]),
        [a, b] => blend_into(sum, [(1.5, a), (-0.5, b)]),
        [a, b, c] => blend_into(sum, [(23.0 / 12.0, a), (-16.0 / 12.0, b), (5.0 / 12.0, c)]),
        [a, b, c, d] => {
            blend_into(sum, [(55.0 / 24.0, a), (-59.0 / 24.0, b), (37.0 / 24.0, c), (-9.0 / 24.0, d)]);
        }
        _ => {}
    }
}

/// x′ = (α′/α)x + (σ′ − α′σ/α)ε, where ε is that of the output.
fn transfer<F: Number>(x: &mut [F], output: &[F], prediction: Prediction, from: Level, to: Level) {
    let noise: Affine = prediction.noise(from);
    let (own, other) = (to.alpha / from.alpha, to.sigma - to.alpha * from.sigma / from.alpha);
    blend(x, own + other * noise.x, [(other * noise.output, output)]);
}

impl Pndm {
    /// One step there, and again with the mean of both ends' outputs.
    fn heun_step<F: Number>(
        &self,
        denoise: &mut Denoise<'_, F>,
        x: &mut [F],
        step: Step,
        memory: &mut Memory<F>,
    ) -> Result<(), Error> {
        let prediction = denoise.prediction();
        let [ahead, out] = buffers(&mut memory.scratch, x.len());
        let first = &memory.past[0].values;
        ahead.copy_from_slice(x);
        transfer(ahead, first, prediction, step.from, step.to);
        let (from, to) = self.again.unwrap_or((step.from, step.to));
        denoise.output(ahead, to, out)?;
        blend(out, 0.5, [(0.5, first)]);
        transfer(x, out, prediction, from, to);
        Ok(())
    }

    /// The classical weights 1, 2, 2, 1 of outputs at the beginning, twice in the middle and at the end.
    fn runge_kutta_step<F: Number>(
        &self,
        denoise: &mut Denoise<'_, F>,
        x: &mut [F],
        step: Step,
        memory: &mut Memory<F>,
    ) -> Result<(), Error> {
        let prediction = denoise.prediction();
        let Step { from, to, .. } = step;
        let half = self.half.unwrap_or_else(|| ((from.time - to.time) / 2.0).floor());
        let middle = denoise.path().level(to.time + half);
        // the first landing is `half` below the beginning, the second at the level whose time the model is told
        let landings = [(denoise.path().level(from.time - half), middle), (middle, middle), (to, to)];
        let [sum, ahead, out] = buffers(&mut memory.scratch, x.len());
        blend_into(sum, [(1.0 / 6.0, &memory.past[0].values)]);
        out.copy_from_slice(&memory.past[0].values);
        for ((landing, told), weight) in landings.into_iter().zip([1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0]) {
            ahead.copy_from_slice(x);
            transfer(ahead, out, prediction, from, landing);
            denoise.output(ahead, told, out)?;
            blend(sum, 1.0, [(weight, out)]);
        }
        transfer(x, sum, prediction, from, to);
        Ok(())
    }
}
