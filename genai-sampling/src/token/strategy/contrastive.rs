//! Contrastive search.

use super::super::{Candidates, CausalLm, Chain, Positions, Processor, Sequence};
use super::Runner;
use crate::Error;

/// How to search.
#[derive(Debug)]
pub struct ContrastiveOptions {
    /// How many of the likeliest tokens are looked at. Default: 4.
    pub top_k: usize,
    /// The degeneration penalty α in [0, 1]: 0 is greedy choice. Default: 0.6.
    pub penalty: f64,
    /// What happens to the logits before the candidates are taken. Default: nothing.
    pub chain: Chain,
    /// Tokens to generate at most. Default: 256.
    pub maximum_new_tokens: usize,
    /// The text ends after any of these tokens. Default: none.
    pub stop_tokens: Vec<u32>,
}

impl Default for ContrastiveOptions {
    fn default() -> Self {
        Self { top_k: 4, penalty: 0.6, chain: Chain::new(), maximum_new_tokens: 256, stop_tokens: Vec::new() }
    }
}

/// Chooses the token that is likely and whose state resembles none before it:
/// `argmax (1 − α) p(x) − α max_j cos(h_x, h_j)` over the k likeliest tokens x and all earlier positions j.
///
/// The model sees the prompt token by token, since every position's state is needed, and then the k candidates of a step
/// as k rows. Returns the generated tokens, a stop token included.
///
/// # Errors
///
/// If the model has no [`CausalLm::hidden`] states, k is 0, α lies outside [0, 1], the prompt is empty or does not fit, no
/// token is left, or the model or the chain fails.
///
/// Source: Su et al. 2022, [arXiv:2202.06417](https://arxiv.org/abs/2202.06417), eq. 5.
pub fn contrastive_search<M: CausalLm>(
    model: &M,
    prompt: &[u32],
    options: &ContrastiveOptions,
) -> Result<Vec<u32>, Error> {
    check(options)?;
    let mut runner = Runner::empty(model, prompt)?;
    let mut states = Vec::new();
    for token in prompt {
        runner.show(&[*token], Positions::Last)?;
        states.push(unit(runner.hidden().ok_or(Error::NoHiddenStates)?));
    }
    let mut tokens = prompt.to_vec();
    let mut row = 0; // of the last call, whose token was chosen
    while tokens.len() - prompt.len() < options.maximum_new_tokens {
        let (candidates, probabilities) = likeliest(runner.logits(row), &tokens, prompt.len(), options)?;
        if runner.room() == 0 {
            tokens.push(candidates[argmax(&probabilities)]); // its state cannot be computed
            break;
        }
        runner.reorder(&vec![row; candidates.len()]);
        runner.show(&candidates, Positions::Last)?;
        let hidden = runner.hidden().ok_or(Error::NoHiddenStates)?;
        let width = hidden.len() / candidates.len();
        let ahead: Vec<Vec<f64>> = hidden.chunks_exact(width.max(1)).map(unit).collect();
        let score =
            |(state, p): (&Vec<f64>, &f64)| (1.0 - options.penalty) * p - options.penalty * nearest(state, &states);
        let scores: Vec<f64> = ahead.iter().zip(&probabilities).map(score).collect();
        row = argmax(&scores);
        states.push(ahead[row].clone());
        tokens.push(candidates[row]);
        if options.stop_tokens.contains(&candidates[row]) {
            break;
        }
    }
    Ok(tokens.split_off(prompt.len()))
}

fn check(options: &ContrastiveOptions) -> Result<(), Error> {
    if options.top_k == 0 {
        return Err(Error::Parameter { name: "top_k", value: 0.0, expected: "at least 1" });
    }
    match options.penalty {
        penalty if (0.0..=1.0).contains(&penalty) => Ok(()),
        value => Err(Error::Parameter { name: "penalty_alpha", value, expected: "in [0, 1]" }),
    }
}

/// The k likeliest tokens, the likeliest first, and their probabilities among all that the chain has left.
fn likeliest(
    logits: &mut [f32],
    tokens: &[u32],
    prompt: usize,
    options: &ContrastiveOptions,
) -> Result<(Vec<u32>, Vec<f64>), Error> {
    let mut candidates = Candidates::new(logits).of(Sequence { prompt, ..Sequence::default() });
    options.chain.process(tokens, &mut candidates)?;
    let mut all = candidates.probabilities()?;
    all.retain(|&(_, p)| p > 0.0);
    all.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable: the lowest of equal tokens comes first
    all.truncate(options.top_k);
    Ok(all.into_iter().unzip())
}

/// The largest cosine of a state with those before it.
fn nearest(state: &[f64], before: &[Vec<f64>]) -> f64 {
    let cosine = |other: &Vec<f64>| state.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
    before.iter().map(cosine).fold(f64::NEG_INFINITY, f64::max)
}

/// A state of length 1.
fn unit(state: &[f32]) -> Vec<f64> {
    let norm = state.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    state.iter().map(|&x| f64::from(x) / norm).collect()
}

/// The first of the largest.
fn argmax(values: &[f64]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}
