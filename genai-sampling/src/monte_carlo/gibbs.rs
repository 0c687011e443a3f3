//! Gibbs sampling.

use super::draws::Draws;
use super::run::{Chain, Phase, Run, Step};
use crate::Error;
use genai_core::random::Stream;

/// Gibbs sampling: each coordinate in turn is drawn anew from its distribution given all others.
///
/// Source: Geman & Geman 1984, *Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images*.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gibbs {
    /// Whether coordinates are visited in random order, with repetition, instead of one after the other.
    pub random_scan: bool,
}

impl Gibbs {
    /// Draws by full conditionals: `conditional(i, x, rng)` returns a new value of coordinate `i` given the others of `x`.
    ///
    /// ```
    /// use genai_sampling::monte_carlo::{Gibbs, Run};
    ///
    /// let rho = 0.8f64; // of a normal pair
    /// let draws = Gibbs::default().sample(
    ///     |i, x, rng| rho * x[1 - i] + (1.0 - rho * rho).sqrt() * rng.normal(),
    ///     &[&[0.0, 0.0]],
    ///     &Run { warm_up: 10, ..Run::new(3) },
    /// )?;
    /// assert!(draws.r_hat()[0] < 1.02);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a conditional returns a number that is not finite, or `run` is out of range.
    pub fn sample(
        &self,
        conditional: impl Fn(usize, &[f64], &mut Stream) -> f64 + Sync,
        starts: &[&[f64]],
        run: &Run<'_>,
    ) -> Result<Draws, Error> {
        run.chains(starts, |start| Ok(self.chain(&conditional, start)))
    }

    /// One chain, to be stepped by hand.
    pub fn chain<F: Fn(usize, &[f64], &mut Stream) -> f64>(
        &self,
        conditional: F,
        start: &[f64],
    ) -> impl Chain + use<F> {
        GibbsChain { conditional, random_scan: self.random_scan, here: start.to_vec() }
    }
}

struct GibbsChain<F> {
    conditional: F,
    random_scan: bool,
    here: Vec<f64>,
}

impl<F: Fn(usize, &[f64], &mut Stream) -> f64> Chain for GibbsChain<F> {
    fn step(&mut self, _: Phase, rng: &mut Stream) -> Result<Step, Error> {
        let n = self.here.len();
        for turn in 0..n {
            let i = if self.random_scan { rng.below(n as u64) as usize } else { turn };
            let value = (self.conditional)(i, &self.here, rng);
            if !value.is_finite() {
                return Err(Error::Coordinate { what: "a conditional draw", coordinate: i, value });
            }
            self.here[i] = value;
        }
        Ok(Step { evaluations: n as u32, ..Step::default() })
    }

    fn position(&self) -> &[f64] {
        &self.here
    }
}
