//! What chains leave behind, and its summary.

use super::diagnostics as of;
use super::run::Step;
use std::fmt::{self, Display};

/// The draws of one chain.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    values: Vec<f64>, // [draws, dim]
    steps: Vec<Step>,
}

impl Trace {
    pub(super) fn with_capacity(draws: usize, dim: usize) -> Self {
        Self { values: Vec::with_capacity(draws * dim), steps: Vec::with_capacity(draws) }
    }

    pub(super) fn push(&mut self, x: &[f64], step: Step) {
        self.values.extend_from_slice(x);
        self.steps.push(step);
    }
}

/// The draws of all chains.
#[derive(Clone, Debug)]
pub struct Draws {
    dim: usize,
    traces: Vec<Trace>,
    columns: Vec<Vec<Vec<f64>>>, // [dim][chain][draw]
}

impl Draws {
    pub(super) fn new(dim: usize, traces: Vec<Trace>) -> Self {
        let column = |i| traces.iter().map(|t| t.values.iter().skip(i).step_by(dim).copied().collect()).collect();
        let columns = (0..dim).map(column).collect();
        Self { dim, traces, columns }
    }

    /// Numbers of one draw.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of chains.
    pub fn chains(&self) -> usize {
        self.traces.len()
    }

    /// Draws of each chain.
    pub fn per_chain(&self) -> usize {
        self.traces[0].steps.len()
    }

    /// All draws, chain after chain.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.traces.iter().flat_map(|t| t.values.chunks(self.dim))
    }

    /// The draws of number `i`, one slice a chain: what [`diagnostics`](super::diagnostics) take.
    ///
    /// # Panics
    ///
    /// If there is no number `i`.
    #[track_caller]
    pub fn column(&self, i: usize) -> Vec<&[f64]> {
        self.columns[i].iter().map(Vec::as_slice).collect()
    }

    /// What the transitions of a chain said of themselves.
    ///
    /// # Panics
    ///
    /// If there is no such chain.
    #[track_caller]
    pub fn steps(&self, chain: usize) -> &[Step] {
        &self.traces[chain].steps
    }

    /// The same chains in other quantities: `f` of every draw.
    ///
    /// ```
    /// # use genai_sampling::monte_carlo::nuts;
    /// let logs = nuts(|x| (x - x.exp()).sum(), &[0.0], 1)?; // x = ln y of an exponential y
    /// let y = logs.map(|x| vec![x[0].exp()]);
    /// assert!((y.mean()[0] - 1.0).abs() < 0.1);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `f` gives no numbers, or not always the same number of them.
    #[track_caller]
    pub fn map(&self, f: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let mut dim = 0;
        let mut traces = Vec::with_capacity(self.chains());
        for trace in &self.traces {
            let mut values = Vec::new();
            for x in trace.values.chunks(self.dim) {
                let y = f(x);
                dim = if dim == 0 { y.len() } else { dim };
                assert!(y.len() == dim && dim > 0, "map: {} numbers of one draw, {dim} of another", y.len());
                values.extend(y);
            }
            traces.push(Trace { values, steps: trace.steps.clone() });
        }
        Self::new(dim, traces)
    }

    fn each(&self, f: impl Fn(&[&[f64]]) -> f64) -> Vec<f64> {
        (0..self.dim).map(|i| f(&self.column(i))).collect()
    }

    /// Means.
    pub fn mean(&self) -> Vec<f64> {
        self.each(|c| of::mean(c.iter().copied().flatten()))
    }

    /// Standard deviations.
    pub fn std(&self) -> Vec<f64> {
        self.each(of::std)
    }

    /// Quantiles.
    pub fn quantile(&self, p: f64) -> Vec<f64> {
        self.each(|c| of::quantile(c, p))
    }

    /// Rank-normalised split R̂ of each number.
    pub fn r_hat(&self) -> Vec<f64> {
        self.each(of::r_hat)
    }

    /// Effective sample sizes of the bulk.
    pub fn ess_bulk(&self) -> Vec<f64> {
        self.each(of::ess_bulk)
    }

    /// Effective sample sizes of the tails.
    pub fn ess_tail(&self) -> Vec<f64> {
        self.each(of::ess_tail)
    }

    /// Monte Carlo standard errors of the means.
    pub fn mcse_mean(&self) -> Vec<f64> {
        self.each(of::mcse_mean)
    }

    /// Monte Carlo standard errors of the standard deviations.
    pub fn mcse_std(&self) -> Vec<f64> {
        self.each(of::mcse_std)
    }

    /// Transitions whose integrator diverged: the target has regions that the step size cannot follow.
    pub fn divergences(&self) -> usize {
        self.all_steps().filter(|s| s.divergent).count()
    }

    /// Transitions with so many doublings: how often NUTS was cut short, for its `depth`.
    pub fn reached_depth(&self, depth: u32) -> usize {
        self.all_steps().filter(|s| s.depth >= depth).count()
    }

    /// Mean acceptance over all transitions.
    pub fn acceptance(&self) -> f64 {
        self.all_steps().map(|s| s.acceptance).sum::<f64>() / self.all_steps().count() as f64
    }

    /// Evaluations of the target after warm-up.
    pub fn evaluations(&self) -> u64 {
        self.all_steps().map(|s| u64::from(s.evaluations)).sum()
    }

    /// Energy fraction of missing information of each chain; NaN for kernels without momenta.
    pub fn e_bfmi(&self) -> Vec<f64> {
        let energies = |t: &Trace| t.steps.iter().map(|s| s.energy).collect::<Vec<f64>>();
        self.traces.iter().map(|t| of::e_bfmi(&energies(t))).collect()
    }

    fn all_steps(&self) -> impl Iterator<Item = &Step> {
        self.traces.iter().flat_map(|t| &t.steps)
    }
}

/// The table that one looks at first.
impl Display for Draws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, chains) = (self.per_chain(), self.chains());
        writeln!(f, "{chains} chains of {n} draws, {} divergent", self.divergences())?;
        let heads = ["mean", "mcse", "sd", "5%", "50%", "95%", "bulk ess", "tail ess", "R-hat"];
        write!(f, "{:>6}", "")?;
        heads.iter().try_for_each(|head| write!(f, "{head:>11}"))?;
        for i in 0..self.dim {
            let c = self.column(i);
            write!(f, "\n{:>6}", format!("x[{i}]"))?;
            let place = [of::mean(c.iter().copied().flatten()), of::mcse_mean(&c), of::std(&c)];
            let spread = [0.05, 0.5, 0.95].map(|p| of::quantile(&c, p));
            place.iter().chain(&spread).try_for_each(|x| write!(f, "{x:>11.4}"))?;
            write!(f, "{:>11.0}{:>11.0}{:>11.4}", of::ess_bulk(&c), of::ess_tail(&c), of::r_hat(&c))?;
        }
        Ok(())
    }
}
