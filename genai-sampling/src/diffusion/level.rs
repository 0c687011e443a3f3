//! Noise levels, and the steps between them.

/// How much of a clean sample, and how much noise: x = alpha·x₀ + sigma·ε.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The clean sample's factor.
    pub alpha: f64,
    /// The noise's standard deviation.
    pub sigma: f64,
    /// What a network is told: a training step, c_noise, or whatever its path counts in.
    pub time: f64,
}

impl Level {
    /// No noise at all, at time 0.
    pub const CLEAN: Self = Self { alpha: 1.0, sigma: 0.0, time: 0.0 };

    /// Noise to signal: sigma / alpha, the σ of Karras et al.
    pub fn ratio(self) -> f64 {
        self.sigma / self.alpha
    }

    /// ln(alpha / sigma), half the logarithm of the signal-to-noise ratio: the λ of DPM-Solver.
    pub fn log_snr(self) -> f64 {
        self.alpha.ln() - self.sigma.ln()
    }

    /// The standard deviation of x where clean samples have unit variance.
    pub fn scale(self) -> f64 {
        self.alpha.hypot(self.sigma)
    }

    /// The variance that leads from here to the noisier `later`, given this x: σ_t² − (α_t / α_s)² σ_s².
    pub fn variance_to(self, later: Self) -> f64 {
        let kept = later.alpha / self.alpha;
        (later.sigma.powi(2) - (kept * self.sigma).powi(2)).max(0.0)
    }
}

/// One step of a solver: where from, where to, and where that is among all the steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The level of the given x.
    pub from: Level,
    /// The level to reach.
    pub to: Level,
    /// Steps before this one.
    pub index: usize,
    /// Steps in all.
    pub count: usize,
}

impl Step {
    /// Steps that follow.
    pub fn left(&self) -> usize {
        self.count - 1 - self.index
    }

    /// Steps between levels that follow each other: one fewer than levels.
    ///
    /// ```
    /// use genai_sampling::diffusion::{Path, Step, VarianceExploding, grid};
    ///
    /// let path = VarianceExploding;
    /// let levels = grid::karras(10, 0.002, 20.0, 7.0).into_iter().map(|sigma| path.at_ratio(sigma));
    /// let steps = Step::between(levels);
    /// assert!(steps.len() == 9 && (steps[0].from.sigma - 20.0).abs() < 1e-9);
    /// ```
    pub fn between(levels: impl IntoIterator<Item = Level>) -> Vec<Self> {
        let levels: Vec<Level> = levels.into_iter().collect();
        Self::from_pairs(levels.windows(2).map(|pair| (pair[0], pair[1])))
    }

    /// Steps from pairs of levels, where a step need not start at the level that the one before it was to reach.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (Level, Level)>) -> Vec<Self> {
        let pairs: Vec<_> = pairs.into_iter().collect();
        let count = pairs.len();
        pairs.into_iter().enumerate().map(|(index, (from, to))| Self { from, to, index, count }).collect()
    }

    /// The steps backwards, from data to noise: what a deterministic solver inverts.
    pub fn reversed(steps: &[Self]) -> Vec<Self> {
        Self::from_pairs(steps.iter().rev().map(|step| (step.to, step.from)))
    }
}
