//! Beams that compete with each other.

use genai_core::random::Stream;

use super::super::Candidates;
use super::beam::{BeamOptions, EarlyStopping, Hypothesis};
use crate::Error;

/// A text that goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Beam {
    pub(super) tokens: Vec<u32>,
    score: f64, // Σ ln p
}

impl Beam {
    /// The token chosen last.
    pub(super) fn last(&self) -> u32 {
        *self.tokens.last().expect("a beam that goes on has a token")
    }
}

/// The running and the finished texts of a group.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) running: Vec<Beam>,
    pub(super) finished: Vec<Hypothesis>, // best first
    pub(super) done: bool,
    width: usize,
    longest: usize,
    random: Stream,
}

/// A token that may follow a beam.
#[derive(Clone, Copy, Debug)]
struct Continuation {
    parent: usize,
    token: u32,
    score: f64, // Σ ln p
    rank: f64,  // by which it is chosen: the score, or with noise
}

impl Group {
    /// A group that has only the prompt, and may make texts of `longest` tokens.
    pub(super) fn new(random: Stream, options: &BeamOptions, longest: usize) -> Self {
        let width = options.beams / options.groups;
        Self { running: vec![Beam::default()], finished: Vec::new(), done: false, width, longest, random }
    }

    /// Adds the token numbered `made` to each beam, given the log-probabilities; returns whom each running beam continues.
    pub(super) fn advance(
        &mut self,
        scores: &[Vec<f32>],
        made: usize,
        options: &BeamOptions,
    ) -> Result<Vec<usize>, Error> {
        let kept = (1 + options.stop_tokens.len()).max(2).saturating_mul(self.width);
        let best = self.best(scores, kept, options.sample);
        if best.is_empty() {
            return Err(Error::NoCandidates);
        }
        let ends = |next: &Continuation| made == self.longest || options.stop_tokens.contains(&next.token);
        for next in best.iter().take(self.width).filter(|next| ends(next)) {
            let text = self.continued(next);
            let score = next.score / (made as f64).powf(options.length_penalty);
            let at = self.finished.partition_point(|other| other.score >= score);
            self.finished.insert(at, Hypothesis { tokens: text.tokens, log_probability: next.score, score });
        }
        self.finished.truncate(self.width);
        let mut going: Vec<&Continuation> = best.iter().filter(|next| !ends(next)).collect();
        going.sort_by(|a, b| b.score.total_cmp(&a.score)); // draws come in the order of the draw
        going.truncate(self.width);
        let running = going.iter().map(|next| self.continued(next)).collect();
        let parents = going.iter().map(|next| next.parent).collect();
        self.running = running;
        self.done = self.is_done(made, options);
        Ok(parents)
    }

    /// Whether nothing can be gained any more.
    fn is_done(&self, made: usize, options: &BeamOptions) -> bool {
        let Some(best) = self.running.first() else { return true };
        let Some(worst) = self.finished.last().filter(|_| self.finished.len() == self.width) else { return false };
        let length = match options.early_stopping {
            EarlyStopping::Always => return true,
            EarlyStopping::Never if options.length_penalty > 0.0 => self.longest,
            EarlyStopping::Never | EarlyStopping::Heuristic => made,
        };
        best.score / (length as f64).powf(options.length_penalty) <= worst.score
    }

    /// The best continuations of all beams, or as many drawn ones, in order.
    fn best(&mut self, scores: &[Vec<f32>], count: usize, sample: bool) -> Vec<Continuation> {
        let mut best: Vec<Continuation> = Vec::new();
        for (parent, (beam, scores)) in self.running.iter().zip(scores).enumerate() {
            for (token, &score) in scores.iter().enumerate().filter(|(_, score)| **score > f32::NEG_INFINITY) {
                let score = beam.score + f64::from(score);
                // The largest values with Gumbel noise are a draw without replacement.
                let rank = if sample { score - self.random.exponential().ln() } else { score };
                if best.len() == count && best[count - 1].rank >= rank {
                    continue;
                }
                let at = best.partition_point(|other| other.rank >= rank);
                best.insert(at, Continuation { parent, token: token as u32, score, rank });
                best.truncate(count);
            }
        }
        best
    }

    fn continued(&self, next: &Continuation) -> Beam {
        Beam { tokens: [&self.running[next.parent].tokens[..], &[next.token]].concat(), score: next.score }
    }
}

/// Logits become log-probabilities.
///
/// # Errors
///
/// If a logit is NaN or +∞, or all are −∞.
pub(super) fn log_softmax(logits: &mut [f32]) -> Result<(), Error> {
    let total = Candidates::new(logits).log_sum_exp()?;
    logits.iter_mut().for_each(|x| *x = (f64::from(*x) - total) as f32);
    Ok(())
}
