//! A unified predictor and corrector.

use super::dpm_multistep::check_order;
use super::{Memory, Solver};
use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Level, Number, Step};

/// A multistep predictor, and a corrector that uses the prediction at the point reached; the corrector costs no call, because
/// it works at the beginning of the next step. Order up to 3; one model call a step.
///
/// Source: Zhao et al. 2023, [arXiv:2302.04867](https://arxiv.org/abs/2302.04867), algorithms 5 to 8; B₂(h) = e^h − 1 by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniPc {
    /// Of the predictor and the corrector, from 1 to 3.
    pub order: usize,
    /// B₁(h) = h instead.
    pub plain: bool,
    /// Approximates the clean sample, otherwise the noise.
    pub of_clean: bool,
    /// The last steps are of order 1, 2, ….
    pub lower_order_final: bool,
    /// Steps that are not corrected.
    pub uncorrected: Vec<usize>,
}

impl Default for UniPc {
    fn default() -> Self {
        Self { order: 2, plain: false, of_clean: true, lower_order_final: true, uncorrected: Vec::new() }
    }
}

impl<F: Number> Solver<F> for UniPc {
    fn step(&self, denoise: &mut Denoise<'_, F>, x: &mut [F], step: Step, memory: &mut Memory<F>) -> Result<(), Error> {
        check_order(self.order)?;
        let (before, seen) = (memory.order, memory.past.len());
        let out = memory.remember(step.from, self.order + 1, x.len());
        match self.of_clean {
            true => denoise.clean(x, step.from, out)?,
            false => denoise.noise(x, step.from, out)?,
        }
        let corrects = seen > 0 && !self.uncorrected.contains(&step.index.wrapping_sub(1));
        if corrects {
            let levels: Vec<Level> = memory.past.iter().map(|past| past.level).collect();
            let weights = self.weights(&levels[1..], step.from, before, true);
            x.copy_from_slice(&memory.start);
            self.apply(x, &weights, memory, 1);
        }
        let most = if self.lower_order_final { step.left() + 1 } else { self.order };
        memory.order = self.order.min(most).min(seen + 1);
        if step.to.sigma == 0.0 {
            memory.order = 1;
        }
        memory.start.clear();
        memory.start.extend_from_slice(x);
        let levels: Vec<Level> = memory.past.iter().map(|past| past.level).collect();
        let weights = self.weights(&levels, step.to, memory.order, false);
        self.apply(x, &weights, memory, 0);
        Ok(())
    }
}

/// x′ = x·x + Σ of[i]·mᵢ over predictions, the newest first, and `ahead` of the one at the point reached.
struct Weights {
    x: f64,
    of: Vec<f64>,
    ahead: f64,
}

impl UniPc {
    /// `past` levels, the newest first; a corrector has one node more, at `to`.
    fn weights(&self, past: &[Level], to: Level, order: usize, corrects: bool) -> Weights {
        let from = past[0];
        let (lambda, h) = (from.log_snr(), to.log_snr() - from.log_snr());
        let (scale, signed, x) = match self.of_clean {
            true => (to.alpha, -h, to.sigma / from.sigma),
            false => (to.sigma, h, to.alpha / from.alpha),
        };
        let grown = signed.exp_m1();
        let base = if self.plain { signed } else { grown };
        let mut nodes: Vec<f64> = past[1..order].iter().map(|level| (level.log_snr() - lambda) / h).collect();
        nodes.extend(corrects.then_some(1.0));
        let shares = match (nodes.len(), corrects, order) {
            (0, ..) => vec![],
            (_, true, 1) | (_, false, 2) => vec![0.5],
            _ => shares(&nodes, signed, base),
        };
        let ahead = if corrects { -scale * base * shares[nodes.len() - 1] } else { 0.0 };
        let mut of = vec![-scale * grown - ahead];
        for (share, node) in shares.iter().zip(&nodes[..order - 1]) {
            let weight = -scale * base * share / node;
            of[0] -= weight;
            of.push(weight);
        }
        Weights { x, of, ahead }
    }

    /// `skip` entries of the memory are newer than the first of the weights.
    fn apply<F: Number>(&self, x: &mut [F], weights: &Weights, memory: &Memory<F>, skip: usize) {
        blend(x, weights.x, []);
        for (weight, past) in weights.of.iter().zip(&memory.past[skip..]) {
            blend(x, 1.0, [(*weight, &past.values)]);
        }
        if skip > 0 {
            blend(x, 1.0, [(weights.ahead, &memory.past[0].values)]);
        }
    }
}

/// The solution of Σ_k node_k^i · share_k = i!·φ_{i+2}(h)/B(h)·…, which makes the scheme exact for polynomials.
fn shares(nodes: &[f64], h: f64, base: f64) -> Vec<f64> {
    let count = nodes.len();
    let (mut phi, mut factorial) = (h.exp_m1() / h - 1.0, 1.0);
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for i in 0..count {
        let powers = nodes.iter().map(|node| node.powi(i as i32));
        rows.push(powers.chain([phi * factorial / base]).collect());
        factorial *= (i + 2) as f64;
        phi = phi / h - 1.0 / factorial;
    }
    for i in 0..count {
        let pivot = (i..count).max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs())).unwrap_or(i);
        rows.swap(i, pivot);
        let pivot = rows[i].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = row[i] / pivot[i];
            row.iter_mut().zip(&pivot).for_each(|(value, by)| *value -= factor * by);
        }
    }
    rows.iter().enumerate().map(|(i, row)| row[count] / row[i]).collect()
}
