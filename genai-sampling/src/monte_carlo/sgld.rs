//! Stochastic-gradient Langevin dynamics.

use super::draws::Draws;
use super::run::{Chain, Phase, Run, Step, check_between};
use crate::Error;
use genai_core::random::Stream;

/// Stochastic-gradient Langevin dynamics: x += ½ ε g + √ε n, with g an unbiased estimate of the gradient, as of a batch.
///
/// Nothing is accepted or rejected: a constant ε leaves a bias of order ε, a falling one none in the limit. Steps are
/// ε = a (1 + t/b)^−γ, t counting transitions from the first of the warm-up.
///
/// Source: Welling & Teh 2011, *Bayesian learning via stochastic gradient Langevin dynamics*, eq. 4.
#[derive(Clone, Copy, Debug)]
pub struct Sgld {
    /// First step size, a.
    pub step_size: f64,
    /// Transitions after which steps have fallen to 2^−γ of the first, b.
    pub slow: f64,
    /// How fast they fall, γ: 0 for constant steps, more than ½ and at most 1 to converge.
    pub decay: f64,
}

impl Default for Sgld {
    fn default() -> Self {
        Self { step_size: 0.01, slow: 1000.0, decay: 0.0 }
    }
}

impl Sgld {
    /// Draws by estimates of the gradient, which `gradient(x, out, rng)` writes to `out`; the generator chooses a batch.
    ///
    /// # Errors
    ///
    /// If a gradient is not finite, or a field or `run` is out of range.
    pub fn sample(
        &self,
        gradient: impl Fn(&[f64], &mut [f64], &mut Stream) + Sync,
        starts: &[&[f64]],
        run: &Run<'_>,
    ) -> Result<Draws, Error> {
        run.chains(starts, |start| self.chain(&gradient, start))
    }

    /// One chain, to be stepped by hand.
    ///
    /// # Errors
    ///
    /// If a field is out of range.
    pub fn chain<F: Fn(&[f64], &mut [f64], &mut Stream)>(
        &self,
        gradient: F,
        start: &[f64],
    ) -> Result<impl Chain + use<F>, Error> {
        check_between("step_size", self.step_size, (0.0, f64::INFINITY), "positive and finite")?;
        check_between("slow", self.slow, (0.0, f64::INFINITY), "positive and finite")?;
        if !(0.0..=1.0).contains(&self.decay) {
            return Err(Error::Parameter { name: "decay", value: self.decay, expected: "between 0 and 1" });
        }
        Ok(SgldChain { gradient, steps: *self, done: 0.0, here: start.to_vec(), slope: vec![0.0; start.len()] })
    }
}

struct SgldChain<F> {
    gradient: F,
    steps: Sgld,
    done: f64,
    here: Vec<f64>,
    slope: Vec<f64>,
}

impl<F: Fn(&[f64], &mut [f64], &mut Stream)> Chain for SgldChain<F> {
    fn step(&mut self, _: Phase, rng: &mut Stream) -> Result<Step, Error> {
        let Sgld { step_size, slow, decay } = self.steps;
        let step = step_size * (1.0 + self.done / slow).powf(-decay);
        self.done += 1.0;
        (self.gradient)(&self.here, &mut self.slope, rng);
        for (coordinate, (x, &g)) in self.here.iter_mut().zip(&self.slope).enumerate() {
            *x += 0.5 * step * g + step.sqrt() * rng.normal();
            if !x.is_finite() {
                return Err(Error::Coordinate { what: "the gradient's estimate", coordinate, value: g });
            }
        }
        Ok(Step { evaluations: 1, step_size: step, ..Step::default() })
    }

    fn position(&self) -> &[f64] {
        &self.here
    }
}
