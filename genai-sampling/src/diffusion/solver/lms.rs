//! Linear multistep: Adams–Bashforth over unequal steps.

use super::slope::Coordinates;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// The integral of the polynomial through the last slopes. Order as many slopes as it takes, up to 4; one model call a step.
///
/// Source: Adams–Bashforth; for diffusion models Liu et al. 2022, [arXiv:2202.09778](https://arxiv.org/abs/2202.09778).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lms {
    /// How many slopes, from 1 to 4.
    pub order: usize,
}

impl Default for Lms {
    fn default() -> Self {
        Self { order: 4 }
    }
}

impl<F: Number> Solver<F> for Lms {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        if !(1..=4).contains(&self.order) {
            return Err(Error::Parameter { name: "order", value: self.order as f64, expected: "from 1 to 4" });
        }
        let line = Coordinates::of(&step);
        let out = memory.remember(step.from, self.order, x.len());
        let slope = line.slope(denoise.estimate(x, step.from, out)?);
        blend(out, slope.output, [(slope.x, x)]);
        let places: Vec<f64> = memory.past.iter().map(|past| line.place(past.level)).collect();
        let weights = integrals(&places, line.place(step.from), line.place(step.to));
        let (unit, next) = (line.unit(step.from), line.unit(step.to));
        blend(x, next / unit, []);
        for (past, weight) in memory.past.iter().zip(weights) {
            blend(x, 1.0, [(next * weight, &past.values)]);
        }
        Ok(())
    }
}

/// ∫ of each Lagrange polynomial over the places, exact for four of them: Gauss–Legendre with two points.
pub(super) fn integrals(places: &[f64], from: f64, to: f64) -> Vec<f64> {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    let node = half / 3f64.sqrt();
    let polynomial = |j: usize, u: f64| {
        let others = places.iter().enumerate().filter(|(k, _)| *k != j);
        others.map(|(_, place)| (u - place) / (places[j] - place)).product::<f64>()
    };
    (0..places.len()).map(|j| half * (polynomial(j, middle - node) + polynomial(j, middle + node))).collect()
}
