//! Step sizes that reach a wanted acceptance.

/// Nesterov's dual averaging of ln ε, so that the mean acceptance becomes `target`.
///
/// Constants γ = .05, t₀ = 10, κ = .75 and the pull towards 10 ε₀ as in Stan; at the end finer ones.
///
/// Source: Hoffman & Gelman 2014, [arXiv:1111.4246](https://arxiv.org/abs/1111.4246), eq. 6 and algorithm 5.
#[derive(Clone, Copy, Debug)]
pub(super) struct DualAveraging {
    target: f64,
    pull: f64,
    gamma: f64,
    error: f64,
    count: f64,
    ln_step: f64,
    ln_mean: f64,
}

impl DualAveraging {
    pub(super) fn new(target: f64, step_size: f64) -> Self {
        let ln_step = step_size.ln();
        Self { target, pull: (10.0 * step_size).ln(), gamma: 0.05, error: 0.0, count: 0.0, ln_step, ln_mean: ln_step }
    }

    /// From a step size that is about right, in smaller steps: ε varies less while it is averaged, and as acceptance falls
    /// faster than it rises, the average then lies nearer to the wanted one (of a 100-dimensional normal: .80, not .83).
    pub(super) fn fine(target: f64, step_size: f64) -> Self {
        Self { pull: step_size.ln(), gamma: 0.2, ..Self::new(target, step_size) }
    }

    /// Learns from a transition's acceptance.
    pub(super) fn update(&mut self, acceptance: f64) {
        self.count += 1.0;
        let weight = 1.0 / (self.count + 10.0);
        self.error += weight * (self.target - acceptance - self.error);
        self.ln_step = self.pull - self.error * self.count.sqrt() / self.gamma;
        let forget = self.count.powf(-0.75);
        self.ln_mean += forget * (self.ln_step - self.ln_mean);
    }

    /// The step to try next.
    pub(super) fn step_size(&self) -> f64 {
        self.ln_step.exp().clamp(1e-300, 1e300)
    }

    /// The step to keep.
    pub(super) fn settled(&self) -> f64 {
        self.ln_mean.exp().clamp(1e-300, 1e300)
    }
}
