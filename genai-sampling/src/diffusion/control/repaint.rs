//! Inpainting with jumps back to noise.

use super::MaskBlend;
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::solver::{Memory, Solver};
use crate::diffusion::{Denoise, Discrete, Level, Number, Path as _, Step};

/// One move of the schedule.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// A step of a solver, after which the known part is put back.
    Down(Step),
    /// Back towards noise, by these betas one after another.
    Up(Vec<f64>),
}

/// A solver's steps, some of which are undone and made again so that the unknown part comes to agree with the known.
///
/// A step's noise is drawn once, for the known part and for the solver.
///
/// Source: Lugmayr et al. 2022, [arXiv:2201.09865](https://arxiv.org/abs/2201.09865), algorithm 1; the schedule and the betas
/// of a jump, which are those above the level that it starts from, are those of diffusers.
#[derive(Clone, Debug)]
pub struct RePaint<F> {
    known: Vec<F>,
    mask: Vec<F>,
}

impl<F: Number> RePaint<F> {
    /// The known sample, and the mask: 1 where it is known.
    ///
    /// # Errors
    ///
    /// If their lengths differ.
    pub fn new(known: &[F], mask: &[F]) -> Result<Self, Error> {
        MaskBlend::new(known, mask, known)?;
        Ok(Self { known: known.to_vec(), mask: mask.to_vec() })
    }

    /// The times that `steps` steps visit, where every `length` of them are made `repeats` times.
    ///
    /// # Errors
    ///
    /// If a number is 0, or there are more steps than the path has.
    pub fn times(path: &Discrete, steps: usize, length: usize, repeats: usize) -> Result<Vec<usize>, Error> {
        for (name, value) in [("steps", steps), ("jump length", length), ("repeats", repeats)] {
            if value == 0 || value > path.steps() {
                let expected = "from 1 to the training steps";
                return Err(Error::Parameter { name, value: value as f64, expected });
            }
        }
        let mut left: Vec<usize> = vec![0; steps];
        (0..steps.saturating_sub(length)).step_by(length).for_each(|t| left[t] = repeats - 1);
        let (mut times, mut t) = (vec![], steps);
        while t > 0 {
            t -= 1;
            times.push(t);
            if left[t] > 0 {
                left[t] -= 1;
                times.extend(t + 1..=t + length);
                t += length;
            }
        }
        let stride = path.steps() / steps;
        Ok(times.into_iter().map(|t| t * stride).collect())
    }

    /// The moves between times: down from each, and up where one is above the one before.
    pub fn moves(path: &Discrete, times: &[usize], steps: usize) -> Vec<Move> {
        let stride = path.steps() / steps.max(1);
        let down = |t: usize| {
            let to = if t >= stride { path.level((t - stride) as f64) } else { Level::CLEAN };
            Move::Down(Step { from: path.level(t as f64), to, index: 0, count: 1 })
        };
        let mut moves: Vec<Move> = times.first().map(|t| down(*t)).into_iter().collect();
        for pair in times.windows(2) {
            moves.push(match pair[1] < pair[0] {
                true => down(pair[1]),
                false => Move::Up(path.betas()[pair[0]..(pair[0] + stride).min(path.steps())].to_vec()),
            });
        }
        moves
    }

    /// Makes one move.
    ///
    /// # Errors
    ///
    /// The solver's, and if x has another length than what is known.
    pub fn apply(
        &self,
        solver: &dyn Solver<F>,
        denoise: &mut Denoise<'_, F>,
        x: &mut [F],
        to: &Move,
    ) -> Result<(), Error> {
        let mut noise = vec![F::default(); x.len()];
        match to {
            Move::Down(step) => {
                denoise.draw(&mut noise);
                let before = denoise.hold(Some(noise.clone()));
                let stepped = solver.step(denoise, x, *step, &mut Memory::default());
                denoise.hold(before);
                stepped?;
                MaskBlend::new(&self.known, &self.mask, &noise)?.apply(x, *step)
            }
            Move::Up(betas) => {
                for beta in betas {
                    denoise.draw(&mut noise);
                    blend(x, (1.0 - beta).sqrt(), [(beta.sqrt(), &noise)]);
                }
                Ok(())
            }
        }
    }

    /// Makes all moves.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn sample(
        &self,
        solver: &dyn Solver<F>,
        denoise: &mut Denoise<'_, F>,
        x: &mut [F],
        moves: &[Move],
    ) -> Result<(), Error> {
        moves.iter().try_for_each(|to| self.apply(solver, denoise, x, to))
    }
}
