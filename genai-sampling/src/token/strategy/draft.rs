//! Guesses at what comes next, for speculative decoding.

use std::fmt::Debug;

use genai_core::random::Stream;

use super::super::{CausalLm, Chain, Positions, Sequence};
use super::{Runner, speculative::distribution};
use crate::Error;

/// Guessed tokens, and from which distributions they were drawn.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The tokens.
    pub tokens: Vec<u32>,
    /// The probabilities of the whole vocabulary from which each token was drawn; none at all where tokens were not drawn.
    pub probabilities: Vec<Vec<f64>>,
}

/// Guesses the tokens that follow.
pub trait Draft {
    /// At most `ahead` tokens that may follow `tokens`; none is a proposal, too.
    ///
    /// A token must be chosen without knowledge of what the target will draw: from `random`, from `tokens`, or from a model.
    /// With `greedy` the target takes its likeliest token.
    ///
    /// # Errors
    ///
    /// If a model fails.
    fn propose(&mut self, tokens: &[u32], ahead: usize, greedy: bool, random: &mut Stream) -> Result<Proposal, Error>;
}

/// A draft that is chosen at run time.
impl Draft for Box<dyn Draft + '_> {
    fn propose(&mut self, tokens: &[u32], ahead: usize, greedy: bool, random: &mut Stream) -> Result<Proposal, Error> {
        (**self).propose(tokens, ahead, greedy, random)
    }
}

/// A small model guesses.
#[derive(Debug)]
pub struct DraftModel<'m, M: CausalLm> {
    model: &'m M,
    chain: Chain,
    runner: Option<Runner<'m, M>>,
    seen: Vec<u32>, // what the cache holds
}

impl<'m, M: CausalLm> DraftModel<'m, M> {
    /// A model with the target's vocabulary, and what happens to its logits: the more its distributions are like those of
    /// the target, the more of its tokens are accepted.
    pub fn new(model: &'m M, chain: Chain) -> Self {
        Self { model, chain, runner: None, seen: Vec::new() }
    }

    /// Shows the model the tokens that it has not yet seen, so that the logits that follow are there.
    fn catch_up(&mut self, tokens: &[u32]) -> Result<(), Error> {
        let common = self.seen.iter().zip(tokens).take_while(|(a, b)| a == b).count();
        let common = common.min(tokens.len().saturating_sub(1));
        if self.runner.is_none() {
            self.runner = Some(Runner::empty(self.model, tokens)?);
        }
        let runner = self.runner.as_mut().expect("it was just made");
        runner.truncate(common);
        runner.show(&tokens[common..], Positions::Last)?;
        self.seen = tokens.to_vec();
        Ok(())
    }
}

impl<M: CausalLm> Draft for DraftModel<'_, M> {
    fn propose(&mut self, tokens: &[u32], ahead: usize, greedy: bool, random: &mut Stream) -> Result<Proposal, Error> {
        let mut proposal = Proposal::default();
        if ahead == 0 || self.model.context().is_some_and(|context| tokens.len() > context) {
            return Ok(proposal);
        }
        self.catch_up(tokens)?;
        loop {
            let runner = self.runner.as_mut().expect("it has caught up");
            let p = distribution(runner.logits(0), &self.seen, Sequence::default(), &self.chain, greedy)?;
            let token = draw(&p, random)?;
            proposal.tokens.push(token);
            proposal.probabilities.push(p);
            if proposal.tokens.len() == ahead || runner.room() == 0 {
                return Ok(proposal);
            }
            runner.show(&[token], Positions::Last)?;
            self.seen.push(token);
        }
    }
}

/// A token by its probability.
///
/// # Errors
///
/// If all probabilities are 0.
pub(super) fn draw(p: &[f64], random: &mut Stream) -> Result<u32, Error> {
    let mut left = random.uniform() * p.iter().sum::<f64>();
    let mut last = None;
    for (token, &p) in p.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        last = Some(token as u32);
        if left < p {
            break;
        }
        left -= p;
    }
    last.ok_or(Error::NoCandidates)
}

/// The text itself guesses: what followed the last time that the last tokens came. Free of charge, and good where text
/// quotes its prompt.
///
/// Source: Saxena 2023, "Prompt lookup decoding".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptLookup {
    longest: usize,
}

impl PromptLookup {
    /// Looks for the last `longest` tokens, then for fewer, down to one.
    ///
    /// # Errors
    ///
    /// If `longest` is 0.
    pub fn new(longest: usize) -> Result<Self, Error> {
        match longest {
            0 => Err(Error::Parameter { name: "max_matching_ngram_size", value: 0.0, expected: "at least 1" }),
            longest => Ok(Self { longest }),
        }
    }
}

impl Draft for PromptLookup {
    fn propose(&mut self, tokens: &[u32], ahead: usize, _: bool, _: &mut Stream) -> Result<Proposal, Error> {
        let lengths = (1..=self.longest.min(tokens.len().saturating_sub(1))).rev();
        let found = lengths.filter_map(|length| {
            let (before, end) = tokens.split_at(tokens.len() - length);
            // The match may overlap the end, but not be the end.
            let texts = tokens[..before.len() + length - 1].windows(length);
            texts.rev().position(|window| window == end).map(|back| tokens.len() - 1 - back)
        });
        let tokens = found.map(|start| &tokens[start..]).next().unwrap_or_default();
        Ok(Proposal { tokens: tokens[..tokens.len().min(ahead)].to_vec(), probabilities: Vec::new() })
    }
}
