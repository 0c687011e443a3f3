//! An adaptive Runge–Kutta pair.

use super::memory::buffers;
use super::runge_kutta::slope_at;
use super::slope::Coordinates;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Level, Number, Step};

/// Solves a whole step within tolerances, in as many inner steps as it takes: order 5 with the error of order 4. Six model
/// calls an inner step; one on what remains of a step to σ = 0.
///
/// The tolerance of an element is `absolute + relative·|x|`, the error the root mean square of errors over tolerances. Inner
/// steps grow and shrink by err^(−1/5).
///
/// Source: Dormand & Prince 1980; step control as in Hairer, Nørsett & Wanner, *Solving ordinary differential equations I*,
/// section II.4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DormandPrince {
    /// Relative tolerance.
    pub relative: f64,
    /// Absolute tolerance.
    pub absolute: f64,
    /// Inner steps after which a step is given up.
    pub most: usize,
}

impl Default for DormandPrince {
    fn default() -> Self {
        Self { relative: 1e-5, absolute: 1e-5, most: 10_000 }
    }
}

/// Where slopes are taken, and how the earlier ones are weighted on the way there; the last row is the solution of order 5.
const NODES: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
const ROWS: [&[f64]; 7] = [
    &[],
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// Order 5 less order 4.
const ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];

impl<F: Number> Solver<F> for DormandPrince {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        for (name, value) in [("relative", self.relative), ("absolute", self.absolute)] {
            if value.is_nan() || value <= 0.0 {
                return Err(Error::Parameter { name, value, expected: "above 0" });
            }
        }
        let line = Coordinates::of(&step);
        let (mut place, end) = (line.place(step.from), line.place(step.to));
        // the slope has no value at σ = 0: stop a little before, and go on with the slope there
        let last = if step.to.sigma == 0.0 { 1e-3 * place } else { end };
        let [x0, ahead, mut slopes @ ..]: [&mut [F]; 9] = buffers(&mut memory.scratch, x.len());
        let unit = F::from_f64(1.0 / line.unit(step.from));
        x0.iter_mut().zip(x.iter()).for_each(|(x0, x)| *x0 = *x * unit);
        let mut stride = 0.1 * (last - place);
        let mut level = step.from;
        stage(denoise, line, x0, ahead, level, slopes[0])?;
        for _ in 0..self.most {
            if place == last {
                if place != end {
                    blend(x0, 1.0, [(end - place, &*slopes[0])]);
                }
                let next = F::from_f64(line.unit(step.to));
                x.iter_mut().zip(x0.iter()).for_each(|(x, x0)| *x = *x0 * next);
                return Ok(());
            }
            if (last - place).abs() <= stride.abs() {
                stride = last - place;
            }
            let (mut trial, mut trial_level) = (x0.to_vec(), level);
            for i in 1..7 {
                trial.copy_from_slice(x0);
                for (weight, slope) in ROWS[i].iter().zip(slopes.iter()).filter(|(weight, _)| **weight != 0.0) {
                    blend(&mut trial, 1.0, [(stride * weight, &**slope)]);
                }
                let there = if i >= 5 && stride == last - place { last } else { place + NODES[i] * stride };
                trial_level = match there == end {
                    true => step.to,
                    false => line.level(there, &step, |ratio| denoise.path().at_ratio(ratio)),
                };
                stage(denoise, line, &trial, ahead, trial_level, slopes[i])?;
            }
            let error = self.error(x0, &trial, &slopes, stride);
            if !error.is_finite() {
                return Err(Error::NotFinite { what: "the error of an inner step", time: level.time });
            }
            if error <= 1.0 {
                place = if stride == last - place { last } else { place + stride };
                level = trial_level;
                x0.copy_from_slice(&trial);
                slopes.swap(0, 6); // the last slope is the next step's first
            }
            stride *= (0.9 * error.powf(-0.2)).clamp(0.2, 5.0);
        }
        Err(Error::Parameter { name: "inner steps", value: self.most as f64, expected: "enough for the tolerance" })
    }
}

/// The slope at x0, which is in units of its level.
fn stage<F: Number>(
    denoise: &mut Denoise<'_, F>,
    line: Coordinates,
    x0: &[F],
    ahead: &mut [F],
    level: Level,
    slope: &mut [F],
) -> Result<(), Error> {
    let unit = F::from_f64(line.unit(level));
    ahead.iter_mut().zip(x0).for_each(|(ahead, x)| *ahead = *x * unit);
    slope_at(denoise, line, ahead, level, slope)
}

impl DormandPrince {
    fn error<F: Number>(&self, before: &[F], after: &[F], slopes: &[&mut [F]], stride: f64) -> f64 {
        let mut sum = 0.0;
        for i in 0..before.len() {
            let off: f64 = ERROR.iter().zip(slopes).map(|(weight, slope)| weight * slope[i].to_f64()).sum();
            let size = before[i].abs().to_f64().max(after[i].abs().to_f64());
            sum += (stride * off / (self.absolute + self.relative * size)).powi(2);
        }
        (sum / before.len().max(1) as f64).sqrt()
    }
}
