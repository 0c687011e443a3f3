//! Speculative decoding.

use std::collections::VecDeque;

use genai_core::random::{Key, Stream};

use super::super::{Candidates, CausalLm, Chain, Finish, Positions, Processor, Sequence, Step};
use super::draft::draw;
use super::{Draft, Proposal, Runner};
use crate::Error;

/// How to decode.
#[derive(Debug)]
pub struct SpeculativeOptions {
    /// Tokens that are guessed at once. Default: 5.
    pub ahead: usize,
    /// Whether the likeliest token is taken, instead of a drawn one. Default: false.
    pub greedy: bool,
    /// What happens to the target's logits. Default: nothing.
    pub chain: Chain,
    /// Tokens to generate at most. Default: 256.
    pub maximum_new_tokens: usize,
    /// The text ends after any of these tokens. Default: none.
    pub stop_tokens: Vec<u32>,
    /// The random numbers. Default: 0.
    pub seed: u64,
}

impl Default for SpeculativeOptions {
    fn default() -> Self {
        Self { ahead: 5, greedy: false, chain: Chain::new(), maximum_new_tokens: 256, stop_tokens: Vec::new(), seed: 0 }
    }
}

/// Generates with the target's distribution, and with fewer of its calls: a draft guesses some tokens, the target looks at
/// all of them at once, and keeps those that it could have drawn.
///
/// A guessed token x, drawn with q(x), is accepted with probability min(1, p(x)/q(x)); after the first that is not, a token
/// is drawn from max(0, p − q), and if all are accepted one more from p. So tokens have the distribution p exactly; with
/// `greedy` they are the target's greedy ones.
///
/// # Errors
///
/// If the prompt is empty or does not fit, or the model fails on it. (Later failures are items.)
///
/// # Examples
///
/// ```
/// use genai_sampling::token::strategy::{PromptLookup, SpeculativeOptions, Uncached, speculative};
///
/// let model = Uncached::new(4, |t| Ok((0..4).map(|i| if i == (t.len() % 4) { 9.0 } else { 0.0 }).collect()));
/// let options = SpeculativeOptions { greedy: true, maximum_new_tokens: 40, ..SpeculativeOptions::default() };
/// let mut steps = speculative(&model, PromptLookup::new(3)?, &[0, 1, 2, 3], options)?;
/// let tokens: Vec<u32> = steps.by_ref().map(|step| Ok(step?.token)).collect::<Result<_, genai_sampling::Error>>()?;
/// assert_eq!(tokens, [0, 1, 2, 3].repeat(10));
/// assert!(steps.calls() < 15);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Leviathan, Kalman & Matias 2022, [arXiv:2211.17192](https://arxiv.org/abs/2211.17192), algorithm 1; Chen et al.
/// 2023, [arXiv:2302.01318](https://arxiv.org/abs/2302.01318).
pub fn speculative<'m, M: CausalLm, D: Draft>(
    model: &'m M,
    draft: D,
    prompt: &[u32],
    options: SpeculativeOptions,
) -> Result<Speculative<'m, M, D>, Error> {
    let mut runner = Runner::empty(model, prompt)?;
    let (_, before) = prompt.split_last().ok_or(Error::EmptyPrompt { row: 0 })?;
    if !before.is_empty() {
        runner.show(before, Positions::Last)?;
    }
    let sequence = Sequence { prompt: prompt.len(), key: Key::new(options.seed).split(0) };
    let (random, tokens) = (sequence.key.stream(), prompt.to_vec());
    let (ready, counts) = (VecDeque::new(), Counts::default());
    Ok(Speculative { runner, draft, options, sequence, random, tokens, ready, counts, ended: false })
}

/// The iterator over generated tokens; [`Speculative::calls`] and [`Speculative::accepted`] say what was saved.
#[derive(Debug)]
pub struct Speculative<'m, M: CausalLm, D> {
    runner: Runner<'m, M>,
    draft: D,
    options: SpeculativeOptions,
    sequence: Sequence,
    random: Stream,
    tokens: Vec<u32>, // the cache holds all but the last
    ready: VecDeque<Step>,
    counts: Counts,
    ended: bool,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    calls: usize,
    guessed: usize,
    accepted: usize,
}

impl<M: CausalLm, D: Draft> Speculative<'_, M, D> {
    /// How often the target was called, the prompt not counted.
    pub fn calls(&self) -> usize {
        self.counts.calls
    }

    /// The share of guessed tokens that were accepted; 0 if none was guessed.
    pub fn accepted(&self) -> f64 {
        self.counts.accepted as f64 / self.counts.guessed.max(1) as f64
    }

    /// One call of the target: at least one more token.
    fn advance(&mut self) -> Result<(), Error> {
        let made = self.tokens.len() - self.sequence.prompt;
        let wanted = self.options.maximum_new_tokens.saturating_sub(made);
        if wanted == 0 || self.runner.room() == 0 {
            self.ended = true;
            return Ok(());
        }
        let ahead = self.options.ahead.min(wanted - 1).min(self.runner.room() - 1);
        let mut proposal = self.draft.propose(&self.tokens, ahead, self.options.greedy, &mut self.random)?;
        self.check(&mut proposal, ahead)?;
        let last = *self.tokens.last().expect("the prompt is not empty");
        self.runner.show(&[&[last], &proposal.tokens[..]].concat(), Positions::All)?;
        self.counts.calls += 1;
        self.counts.guessed += proposal.tokens.len();
        for i in 0..=proposal.tokens.len() {
            let (token, accepted) = self.verify(i, &proposal)?;
            self.counts.accepted += usize::from(accepted);
            if !accepted || self.ended {
                break;
            }
            debug_assert_eq!(token, proposal.tokens[i]);
        }
        self.runner.truncate(self.tokens.len() - 1);
        Ok(())
    }

    /// Decides on guess i, or draws the token after the last guess; the token, and whether it was the guess.
    fn verify(&mut self, i: usize, proposal: &Proposal) -> Result<(u32, bool), Error> {
        let logits = self.runner.logits(i);
        let raw = logits.to_vec();
        let mut p = distribution(logits, &self.tokens, self.sequence, &self.options.chain, self.options.greedy)?;
        let guess = proposal.tokens.get(i).copied();
        let accepted = guess.is_some_and(|guess| {
            let q = proposal.probabilities.get(i).map_or(1.0, |q| q[guess as usize]);
            self.random.uniform() * q < p[guess as usize]
        });
        let token = match guess {
            Some(guess) if accepted => guess,
            Some(guess) => {
                match proposal.probabilities.get(i) {
                    Some(q) => p.iter_mut().zip(q).for_each(|(p, q)| *p = (*p - q).max(0.0)),
                    None => p[guess as usize] = 0.0,
                }
                draw(&p, &mut self.random)?
            }
            None => draw(&p, &mut self.random)?,
        };
        self.push(token, raw);
        Ok((token, accepted))
    }

    /// A token that is decided, with the logits it was chosen by.
    fn push(&mut self, token: u32, mut raw: Vec<f32>) {
        let log_probability = Candidates::new(&mut raw).log_probability(token).unwrap_or(f64::NAN);
        self.tokens.push(token);
        let stop = self.options.stop_tokens.contains(&token);
        let full = self.tokens.len() - self.sequence.prompt == self.options.maximum_new_tokens
            || self.tokens.len() > self.runner.len() && self.runner.room() == 0;
        let finish = if stop { Some(Finish::StopToken) } else { full.then_some(Finish::Length) };
        self.ended = finish.is_some();
        self.ready.push_back(Step { row: 0, token, log_probability, top: Vec::new(), text: String::new(), finish });
    }

    /// A draft may not invent tokens, nor guess more than it was asked for.
    fn check(&self, proposal: &mut Proposal, ahead: usize) -> Result<(), Error> {
        proposal.tokens.truncate(ahead);
        let vocabulary = self.runner.vocabulary();
        if let Some(&token) = proposal.tokens.iter().find(|&&token| token as usize >= vocabulary) {
            return Err(Error::Token { token, vocabulary });
        }
        match proposal.probabilities.iter().find(|q| q.len() != vocabulary) {
            Some(q) => Err(Error::model(format!("the draft's vocabulary has {} tokens, not {vocabulary}", q.len()))),
            None => Ok(()),
        }
    }
}

impl<M: CausalLm, D: Draft> Iterator for Speculative<'_, M, D> {
    type Item = Result<Step, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && !self.ended
            && let Err(error) = self.advance()
        {
            self.ended = true;
            self.ready.clear();
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}

/// The probabilities of the whole vocabulary after a chain; with `greedy` all of it on the likeliest token.
///
/// # Errors
///
/// If a logit is NaN or +∞, no token is left, or the chain fails.
pub(super) fn distribution(
    logits: &mut [f32],
    tokens: &[u32],
    sequence: Sequence,
    chain: &Chain,
    greedy: bool,
) -> Result<Vec<f64>, Error> {
    let mut p = vec![0.0; logits.len()];
    let mut candidates = Candidates::new(logits).of(sequence);
    chain.process(tokens, &mut candidates)?;
    if greedy {
        p[candidates.likeliest()? as usize] = 1.0;
    } else {
        candidates.probabilities()?.into_iter().for_each(|(token, probability)| p[token as usize] = probability);
    }
    Ok(p)
}
