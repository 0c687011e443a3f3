//! A predictor, and Langevin steps that correct it.

use super::memory::buffers;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::{blend, norm};
use crate::diffusion::{Affine, Denoise, Level, Number, Step};

/// Langevin steps at the present level, then a step of the reverse diffusion. One model call a step and one a correction;
/// noise in both.
///
/// A correction is x + ε·s + √(2ε)·z with ε = 2(r·‖z‖/‖s‖)², of the score s and norms that are means over rows.
///
/// Source: Song et al. 2021, [arXiv:2011.13456](https://arxiv.org/abs/2011.13456), algorithms 2 to 5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Langevin {
    /// How large a correction's step is against its noise: r.
    pub snr: f64,
    /// Corrections before each step.
    pub corrections: usize,
}

impl Default for Langevin {
    fn default() -> Self {
        Self { snr: 0.15, corrections: 1 }
    }
}

impl<F: Number> Solver<F> for Langevin {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        let Step { from, to, .. } = step;
        let [score, noise] = buffers(&mut memory.scratch, x.len());
        for _ in 0..self.corrections {
            score_of(denoise, x, from, score)?;
            denoise.draw(noise);
            let rows = denoise.rows();
            let size =
                2.0 * (self.snr * mean_norm(noise, rows) / mean_norm(score, rows).max(f64::MIN_POSITIVE)).powi(2);
            if !size.is_finite() {
                return Err(Error::NotFinite { what: "the size of a Langevin step", time: from.time });
            }
            blend(x, 1.0, [(size, score), ((2.0 * size).sqrt(), noise)]);
        }
        score_of(denoise, x, from, score)?;
        denoise.draw(noise);
        let variance = to.variance_to(from);
        let own = to.alpha / from.alpha;
        blend(x, own, [(own * variance, score), (own * variance.sqrt(), noise)]);
        Ok(())
    }
}

/// −ε/σ.
fn score_of<F: Number>(denoise: &mut Denoise<'_, F>, x: &[F], level: Level, out: &mut [F]) -> Result<(), Error> {
    let score = denoise.estimate(x, level, out)?.noise.blend(-1.0 / level.sigma, Affine::OUTPUT, 0.0);
    blend(out, score.output, [(score.x, x)]);
    Ok(())
}

fn mean_norm<F: Number>(x: &[F], rows: usize) -> f64 {
    let rows = rows.max(1);
    x.chunks((x.len() / rows).max(1)).map(norm).sum::<f64>() / rows as f64
}
