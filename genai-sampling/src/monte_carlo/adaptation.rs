//! Warm-up: when a chain learns its step size, and when its metric.

use super::dual_averaging::DualAveraging;
use super::metric::{Metric, Moments, Scale};
use super::run::Phase;

/// What a transition of the warm-up asks of the chain.
#[derive(Debug)]
pub(super) enum Learned {
    /// Nothing more.
    Step,
    /// To take this map, and a new first step size.
    Scale(Scale),
}

/// Step size by dual averaging; metric in windows that double, as in Stan, with short ones before them and a longer end, in which
/// the step size comes nearer to the wanted acceptance (.85 after 50 transitions, .81 after 200, where .8 was asked for).
///
/// Source: Stan reference manual, *HMC algorithm parameters*; there a fast start of 75, windows of 25, 50, 100, … and a fast end
/// of 50 for 1,000 transitions.
#[derive(Clone, Debug)]
pub(super) struct Adaptation {
    metric: Metric,
    target: f64,
    steps: DualAveraging,
    moments: Moments,
    settled: Option<f64>,
    /// The step size that had settled when the last window ended.
    before_last: Option<f64>,
    /// Ends of windows, for the warm-up's length that they were made for.
    windows: (usize, Vec<usize>),
}

impl Adaptation {
    pub(super) fn new(dim: usize, metric: Metric, target: f64, step_size: f64) -> Self {
        Self {
            metric,
            target,
            steps: DualAveraging::new(target, step_size),
            moments: Moments::new(dim, metric),
            settled: Some(step_size),
            before_last: None,
            windows: (0, Vec::new()),
        }
    }

    /// The step size to use.
    pub(super) fn step_size(&self) -> f64 {
        self.settled.unwrap_or_else(|| self.steps.step_size())
    }

    /// Starts the search for a step size anew.
    pub(super) fn restart(&mut self, step_size: f64) {
        self.steps = match self.before_last.take() {
            Some(settled) if (settled / step_size).ln().abs() < 1.5 => DualAveraging::fine(self.target, settled),
            _ => DualAveraging::new(self.target, step_size),
        };
        if self.settled.is_some() {
            self.settled = Some(step_size);
        }
    }

    /// Learns from a transition: its acceptance, the new point and the gradient there (empty where there is none).
    pub(super) fn learn(&mut self, phase: Phase, acceptance: f64, x: &[f64], gradient: &[f64]) -> Learned {
        let Phase::WarmUp { done, of } = phase else { return Learned::Step };
        if self.windows.0 != of {
            self.windows = (of, windows(of));
        }
        self.steps.update(acceptance);
        self.settled = (done + 1 == of).then(|| self.steps.settled());
        let last = self.windows.1.last().copied().unwrap_or(0);
        if done < last && self.metric != Metric::Unit {
            self.moments.add(x, gradient);
            if self.windows.1.contains(&(done + 1)) {
                self.before_last = (done + 1 == last).then(|| self.steps.settled());
                let scale = self.moments.scale(self.metric);
                self.moments.clear();
                return scale.map_or(Learned::Step, Learned::Scale);
            }
        }
        Learned::Step
    }
}

/// Ends of the windows of a warm-up of `of` transitions.
fn windows(of: usize) -> Vec<usize> {
    if of < 20 {
        return Vec::new(); // too few to learn a metric from
    }
    let first = (of * 15 / 100).min(75);
    let (mut ends, stop, mut size) = (vec![first / 8, first / 4, first / 2, first], of - of / 5, 25);
    ends.retain(|&end| end >= 3);
    let mut at = first;
    while at < stop {
        let next = at + size;
        at = if next + 2 * size > stop { stop } else { next }; // the last window takes what is left
        ends.push(at);
        size *= 2;
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::windows;

    #[test]
    fn windows_double_after_a_short_start() {
        assert_eq!(windows(1000), [9, 18, 37, 75, 100, 150, 250, 800]);
        assert_eq!(windows(19), [0; 0]);
        assert_eq!(windows(100), [3, 7, 15, 80]);
        for of in 20..2000 {
            let ends = windows(of);
            assert!(ends.is_sorted() && ends.iter().all(|end| *end <= of), "{of}: {ends:?}");
        }
    }
}
