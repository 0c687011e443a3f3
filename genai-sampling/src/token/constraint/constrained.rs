//! Generation within a constraint.

use std::collections::VecDeque;
use std::time::Instant;

use genai_core::random::{Key, Stream};

use super::super::strategy::Runner;
use super::super::text::Text;
use super::super::{
    Candidates, CausalLm, Finish, Options, Positions, Processor, Sequence, Step, top_log_probabilities,
};
use super::{Constraint, TokenSet};
use crate::Error;

/// Generates text that meets a constraint.
///
/// Tokens that the constraint does not allow are removed before [`Options::chain`] runs. The text ends with a stop token,
/// which is allowed where the constraint is met, or where nothing more may follow ([`Finish::Complete`], if there are no
/// stop tokens), or with the last token that there is room for: by then the constraint is met. Stop tokens should have no
/// text in the constraint's vocabulary. Forced tokens go to the model together, in one call.
///
/// Random numbers are those of [`generate_model`](super::super::generate_model): where the constraint allows everything, so
/// are the tokens. [`Options::overflow`] is not used: the model's context limits the text. When [`Options::maximum_time`] is
/// over, the text takes the shortest way to where it may end.
///
/// # Errors
///
/// If the constraint cannot be met at all or with the tokens that there is room for, stop strings are given, the prompt is
/// empty or does not fit, or the model fails on it. (Later failures are items.)
pub fn constrain<'m, M: CausalLm, C: Constraint>(
    model: &'m M,
    prompt: &[u32],
    constraint: C,
    options: Options,
) -> Result<Constrained<'m, M, C>, Error> {
    if !options.stop_strings.is_empty() {
        let value = options.stop_strings.len() as f64;
        return Err(Error::Parameter {
            name: "stop_strings",
            value,
            expected: "0: the constraint says what ends a text",
        });
    }
    let mut runner = Runner::empty(model, prompt)?;
    let (&last, before) = prompt.split_last().ok_or(Error::EmptyPrompt { row: 0 })?;
    let room = options.maximum_new_tokens.min((runner.room() - prompt.len()).saturating_add(1));
    let needed = constraint.needed().ok_or(Error::Unsatisfiable)?;
    if needed > room {
        return Err(Error::NoRoom { needed, room });
    }
    if !before.is_empty() {
        runner.show(before, Positions::Last)?;
    }
    let sequence = Sequence { prompt: prompt.len(), key: Key::new(options.seed).split(0) };
    let mut steps = Constrained {
        runner,
        constraint,
        sequence,
        random: sequence.key.stream(),
        begun: Instant::now(),
        tokens: prompt.to_vec(),
        unseen: vec![last],
        room,
        text: Text::default(),
        ready: VecDeque::new(),
        calls: 0,
        ended: false,
        options,
    };
    steps.ended = room == 0 || steps.is_over();
    Ok(steps)
}

/// The iterator over the tokens of a text that meets a constraint.
#[derive(Debug)]
pub struct Constrained<'m, M: CausalLm, C> {
    runner: Runner<'m, M>,
    constraint: C,
    options: Options,
    sequence: Sequence,
    random: Stream,
    begun: Instant,
    tokens: Vec<u32>,
    unseen: Vec<u32>, // the last tokens, which the model is to be shown
    room: usize,      // tokens that may still come
    text: Text,
    ready: VecDeque<Step>,
    calls: usize,
    ended: bool,
}

impl<M: CausalLm, C: Constraint> Constrained<'_, M, C> {
    /// How often the model was called, the prompt not counted.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// The tokens that must come, and one that may: one call of the model.
    fn advance(&mut self) -> Result<(), Error> {
        let forced = self.constraint.forced(self.room);
        let vocabulary = self.runner.vocabulary();
        if let Some(&token) = forced.iter().find(|&&token| token as usize >= vocabulary) {
            return Err(Error::Token { token, vocabulary });
        }
        let first = self.unseen.len() - 1; // whose logits are those of the first token to come
        self.unseen.extend(&forced);
        if forced.len() == self.room {
            self.unseen.pop(); // nothing follows the last one
        }
        let positions = if forced.is_empty() { Positions::Last } else { Positions::All };
        self.runner.show(&self.unseen, positions)?;
        self.calls += 1;
        let shown = std::mem::take(&mut self.unseen).len();
        for (i, &token) in forced.iter().enumerate() {
            self.push(token, first + i)?;
        }
        if self.ended {
            return Ok(());
        }
        let row = if positions == Positions::All { shown - 1 } else { 0 };
        let raw = self.runner.logits(row).to_vec();
        let token = self.choose(row)?;
        self.runner.logits(row).copy_from_slice(&raw);
        self.push(token, row)?;
        self.unseen.push(token);
        Ok(())
    }

    /// Chooses among the allowed tokens.
    fn choose(&mut self, row: usize) -> Result<u32, Error> {
        let allowed = self.allowed();
        let mut candidates = Candidates::new(self.runner.logits(row)).of(self.sequence);
        candidates.maximum()?; // says of the model's logits what is wrong with them
        candidates.retain(|token, _| allowed.contains(token));
        self.options.chain.process(&self.tokens, &mut candidates)?;
        self.options.select.select(&mut candidates, &mut self.random)
    }

    /// The tokens that may come next, stop tokens among them where the text may end.
    fn allowed(&mut self) -> TokenSet {
        let mut allowed = TokenSet::default();
        self.constraint.allow(self.room, &mut allowed);
        let complete = self.constraint.is_complete();
        let vocabulary = self.runner.vocabulary();
        for &token in self.options.stop_tokens.iter().filter(|&&token| (token as usize) < vocabulary) {
            if complete { allowed.insert(token) } else { allowed.remove(token) }
        }
        allowed
    }

    /// Whether nothing may follow, not even a stop token.
    fn is_over(&mut self) -> bool {
        self.options.stop_tokens.is_empty() && self.allowed().is_empty()
    }

    /// A token that is decided, with the logits of a row of the last call.
    fn push(&mut self, token: u32, row: usize) -> Result<(), Error> {
        let logits = self.runner.logits(row);
        let top = match self.options.top_log_probabilities {
            0 => Vec::new(),
            n => top_log_probabilities(logits, n)?,
        };
        let log_probability = Candidates::new(logits).log_probability(token).unwrap_or(f64::NAN);
        self.tokens.push(token);
        self.room -= 1;
        let stop = self.options.stop_tokens.contains(&token);
        if !stop {
            self.constraint.accept(token)?;
        }
        let late = self.options.maximum_time.is_some_and(|most| self.begun.elapsed() >= most);
        if late {
            self.room = self.room.min(self.constraint.needed().unwrap_or(0)); // what is begun is brought to its end
        }
        let finish = match () {
            () if stop => Some(Finish::StopToken),
            () if self.room == 0 => Some(if late { Finish::Time } else { Finish::Length }),
            () if self.is_over() => Some(Finish::Complete),
            () => None,
        };
        let constraint = &self.constraint;
        let decode = |tokens: &[u32]| {
            let bytes: Vec<u8> = tokens.iter().flat_map(|&token| constraint.bytes(token)).copied().collect();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let mut text = if stop { String::new() } else { self.text.push(token, &[], &decode).0 };
        if finish.is_some() {
            text.push_str(&self.text.finish(&decode));
        }
        self.ended = finish.is_some();
        self.ready.push_back(Step { row: 0, token, log_probability, top, text, finish });
        Ok(())
    }
}

impl<M: CausalLm, C: Constraint> Iterator for Constrained<'_, M, C> {
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
