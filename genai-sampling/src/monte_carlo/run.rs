//! Chains in parallel: the same bits for any number of threads.

use super::draws::{Draws, Trace};
use crate::Error;
use genai_core::random::{Key, Stream};
use rayon::prelude::*;

/// A Markov chain: where it stands, and how it goes on.
pub trait Chain {
    /// One transition; while warming up it may also adapt, afterwards it must not.
    ///
    /// # Errors
    ///
    /// If what the chain is made of gives no number to go on with.
    fn step(&mut self, phase: Phase, rng: &mut Stream) -> Result<Step, Error>;

    /// The point where it stands.
    fn position(&self) -> &[f64];
}

/// What a transition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// To adapt: it is discarded.
    WarmUp {
        /// Transitions before this one.
        done: usize,
        /// Transitions of the whole warm-up.
        of: usize,
    },
    /// To be kept.
    Draw,
}

/// What a transition says of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Log-density of the new point; NaN where a kernel does not know it.
    pub log_density: f64,
    /// Probability of acceptance, averaged over the transition's points.
    pub acceptance: f64,
    /// Whether the integrator lost the energy by more than 1,000.
    pub divergent: bool,
    /// Doublings of a NUTS trajectory, 0 elsewhere.
    pub depth: u32,
    /// Evaluations of the target.
    pub evaluations: u32,
    /// Hamiltonian at the start of the trajectory; NaN without momenta.
    pub energy: f64,
    /// Step size or proposal scale in use; NaN where there is none.
    pub step_size: f64,
}

impl Default for Step {
    fn default() -> Self {
        Self {
            log_density: f64::NAN,
            acceptance: 1.0,
            divergent: false,
            depth: 0,
            evaluations: 0,
            energy: f64::NAN,
            step_size: f64::NAN,
        }
    }
}

/// How far a chain has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Which chain.
    pub chain: usize,
    /// Transitions done.
    pub done: usize,
    /// Transitions that there will be.
    pub of: usize,
    /// Whether it is warming up.
    pub warming: bool,
    /// The last transition.
    pub step: Step,
}

/// How many chains of which length.
///
/// Chain `i` draws from the stream of `key.split(i)`, so that a result depends on the key alone.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Chains (Stan: 4).
    pub chains: usize,
    /// Transitions that adapt and are discarded (Stan: 1,000).
    pub warm_up: usize,
    /// Draws kept of each chain (Stan: 1,000).
    pub draws: usize,
    /// Transitions for one kept draw.
    pub thin: usize,
    /// Where random numbers come from.
    pub key: Key,
    /// Called after every transition of every chain, from the thread that runs it.
    pub progress: Option<&'a (dyn Fn(&Progress) + Sync)>,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Run({} chains of {} + {} draws)", self.chains, self.warm_up, self.draws)
    }
}

impl Run<'_> {
    /// Four chains of 1,000 draws after 1,000 of warm-up.
    pub fn new(seed: u64) -> Self {
        Self { chains: 4, warm_up: 1000, draws: 1000, thin: 1, key: Key::new(seed), progress: None }
    }

    /// Runs chains that `begin` makes; chain `i` starts at `starts[i % starts.len()]`.
    ///
    /// # Errors
    ///
    /// If there are no chains or no draws, starts are empty or of different lengths, or a chain fails.
    pub fn chains<C: Chain>(
        &self,
        starts: &[&[f64]],
        begin: impl Fn(&[f64]) -> Result<C, Error> + Sync,
    ) -> Result<Draws, Error> {
        let dim = self.check(starts)?;
        let traces: Result<Vec<Trace>, Error> =
            (0..self.chains).into_par_iter().map(|i| self.one(i, dim, || begin(starts[i % starts.len()]))).collect();
        Ok(Draws::new(dim, traces?))
    }

    fn check(&self, starts: &[&[f64]]) -> Result<usize, Error> {
        for (name, n) in [("chains", self.chains), ("draws", self.draws), ("thin", self.thin), ("starts", starts.len())]
        {
            if n == 0 {
                return Err(Error::Parameter { name, value: 0.0, expected: "at least 1" });
            }
        }
        let dim = starts[0].len();
        if dim == 0 {
            return Err(Error::Parameter { name: "dimensions of the start", value: 0.0, expected: "at least 1" });
        }
        for start in starts {
            check_length("start", start.len(), dim)?;
            if let Some(&value) = start.iter().find(|x| !x.is_finite()) {
                return Err(Error::Parameter { name: "start", value, expected: "finite" });
            }
        }
        Ok(dim)
    }

    fn one<C: Chain>(&self, i: usize, dim: usize, begin: impl Fn() -> Result<C, Error>) -> Result<Trace, Error> {
        let (mut rng, mut chain) = (self.key.split(i as u64).stream(), begin()?);
        let of = self.warm_up + self.draws * self.thin;
        let mut trace = Trace::with_capacity(self.draws, dim);
        for done in 0..of {
            let warming = done < self.warm_up;
            let phase = if warming { Phase::WarmUp { done, of: self.warm_up } } else { Phase::Draw };
            let step = chain.step(phase, &mut rng)?;
            if !warming && (done + 1 - self.warm_up).is_multiple_of(self.thin) {
                trace.push(chain.position(), step);
            }
            if let Some(progress) = self.progress {
                progress(&Progress { chain: i, done: done + 1, of, warming, step });
            }
        }
        Ok(trace)
    }
}

/// Whether a slice has the length that it must have.
pub(crate) fn check_length(name: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Length { name, found, expected }) }
}

/// Whether a parameter lies strictly between two numbers.
pub(crate) fn check_between(
    name: &'static str,
    value: f64,
    (low, high): (f64, f64),
    expected: &'static str,
) -> Result<(), Error> {
    if low < value && value < high { Ok(()) } else { Err(Error::Parameter { name, value, expected }) }
}
