//! Generation as an iterator.

use std::collections::VecDeque;
use std::fmt::{self, Debug};
use std::time::{Duration, Instant};

use genai_core::random::{Key, Stream};

use super::text::Text;
use super::{
    Buffers, Candidates, CausalLm, Chain, Closure, Model, Multinomial, Processor, Report, Select, Sequence, Source,
    top_log_probabilities,
};
use crate::Error;

/// How to generate.
#[derive(Debug)]
pub struct Options {
    /// What happens to the logits before a token is chosen. Default: nothing.
    pub chain: Chain,
    /// How a token is chosen. Default: [`Multinomial`].
    pub select: Box<dyn Select>,
    /// Tokens to generate at most, per sequence. Default: 256.
    pub maximum_new_tokens: usize,
    /// Sequences end with the first step that is ready that long after the beginning. Default: unlimited.
    pub maximum_time: Option<Duration>,
    /// A sequence ends after any of these tokens. Default: none.
    pub stop_tokens: Vec<u32>,
    /// A sequence ends where any of these texts begins, wherever the borders of its tokens are; needs
    /// [`Generate::text`]. Default: none.
    pub stop_strings: Vec<String>,
    /// What to do when the model's context is full. Default: [`Overflow::Stop`].
    pub overflow: Overflow,
    /// How many of the likeliest tokens each step tells, with their log-probabilities. Default: 0.
    pub top_log_probabilities: usize,
    /// Sequence i draws from `Key::new(seed).split(i)` and nothing else; [`Generate::seeds`] gives each its own. Default: 0.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            chain: Chain::new(),
            select: Box::new(Multinomial),
            maximum_new_tokens: 256,
            maximum_time: None,
            stop_tokens: Vec::new(),
            stop_strings: Vec::new(),
            overflow: Overflow::Stop,
            top_log_probabilities: 0,
            seed: 0,
        }
    }
}

/// What to do when the model's context is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// End with [`Finish::Length`]; a prompt that does not fit is an error.
    #[default]
    Stop,
    /// Go on: the model is shown the last half context of tokens anew, and fills the other half. A prompt that does not
    /// fit is cut to its last half context.
    Slide,
}

/// One generated token.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which sequence of the batch; 0 for a single one.
    pub row: usize,
    /// The token.
    pub token: u32,
    /// ln p(token | what came before) by the model, before any processor; NaN if the model's logits hold a NaN or +∞ that a
    /// processor has removed.
    pub log_probability: f64,
    /// The likeliest tokens here by the model, as many as [`Options::top_log_probabilities`] asks for, with their
    /// log-probabilities, the likeliest first.
    pub top: Vec<(u32, f64)>,
    /// The text that the token adds; empty without [`Generate::text`], while half a character is out, and while what came
    /// may be the beginning of a stop string.
    pub text: String,
    /// Why the sequence ends here, if it does.
    pub finish: Option<Finish>,
}

/// Why a sequence ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// A constraint is met, and nothing more may follow.
    Complete,
    /// Its last token is a stop token (which adds no text).
    StopToken,
    /// A stop string has come; it is not part of the text.
    StopString,
    /// It has the length that was asked for, or the model's context is full.
    Length,
    /// The time that was given is over.
    Time,
}

/// Generates from a closure that maps all tokens of a sequence to the logits of the next one.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Greedy, Options, generate};
///
/// let count = |tokens: &[u32]| Ok((0..100).map(|i| if i == tokens.len() { 9.0 } else { 0.0 }).collect());
/// let options = Options { select: Box::new(Greedy), maximum_new_tokens: 3, ..Options::default() };
/// let tokens: Result<Vec<u32>, _> = generate(count, &[0], options).map(|step| step.map(|s| s.token)).collect();
/// assert_eq!(tokens?, [1, 2, 3]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
pub fn generate<F>(next: F, prompt: &[u32], options: Options) -> Generate<'static, Closure<F>>
where
    F: FnMut(&[u32]) -> Result<Vec<f32>, Error>,
{
    Generate::new(Closure::new(next), &[prompt], options)
}

/// Generates from a model, for any number of prompts at once.
///
/// Steps of all sequences come in turn ([`Step::row`] says whose); a sequence's tokens depend on its own prompt, the
/// options and its number in the batch alone, until the longest sequence fills the context: padding counts, so shorter ones
/// then stop or slide with it.
pub fn generate_model<'m, M: CausalLm>(
    model: &'m M,
    prompts: &[&[u32]],
    options: Options,
) -> Generate<'m, Model<'m, M>> {
    Generate::new(Model::new(model, options.overflow), prompts, options)
}

/// The iterator over generated tokens; it ends after the last step of every sequence, or after an error.
pub struct Generate<'a, S> {
    source: S,
    options: Options,
    decode: Option<Decode<'a>>,
    sequences: Vec<Vec<u32>>,
    states: Vec<State>,
    active: Vec<usize>,
    ready: VecDeque<Step>,
    logits: Vec<f32>,
    raw: Vec<f32>,
    buffers: Buffers,
    made: usize, // tokens of each active sequence
    begun: Option<Instant>,
    report: Report,
}

/// From tokens to text.
type Decode<'a> = Box<dyn Fn(&[u32]) -> String + 'a>;

/// What a sequence carries from step to step.
#[derive(Debug)]
struct State {
    sequence: Sequence,
    random: Stream,
    select: Box<dyn Select>,
    text: Text,
}

impl<'a, S: Source> Generate<'a, S> {
    /// Generates from any source of logits, for any number of prompts at once.
    pub fn new(source: S, prompts: &[&[u32]], options: Options) -> Self {
        let state = |(row, prompt): (usize, &&[u32])| {
            let key = Key::new(options.seed).split(row as u64);
            let sequence = Sequence { prompt: prompt.len(), key };
            State { sequence, random: key.stream(), select: options.select.fresh(), text: Text::default() }
        };
        Self {
            source,
            decode: None,
            sequences: prompts.iter().map(|prompt| prompt.to_vec()).collect(),
            states: prompts.iter().enumerate().map(state).collect(),
            active: (0..prompts.len()).collect(),
            ready: VecDeque::new(),
            logits: Vec::new(),
            raw: Vec::new(),
            buffers: Buffers::default(),
            made: 0,
            begun: None,
            report: Report { prompt_tokens: prompts.iter().map(|prompt| prompt.len()).sum(), ..Report::default() },
            options,
        }
    }

    /// Adds text to the steps: `decode` turns tokens into text.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_sampling::token::{Greedy, Options, generate};
    ///
    /// let letters = |tokens: &[u32]| tokens.iter().map(|&t| char::from(b'a' + t as u8)).collect();
    /// let next = |tokens: &[u32]| Ok((0..26).map(|i| if i == tokens.len() { 9.0 } else { 0.0 }).collect());
    /// let stop_strings = vec!["de".to_owned()];
    /// let options = Options { select: Box::new(Greedy), stop_strings, ..Options::default() };
    /// let text: Result<String, _> = generate(next, &[0], options).text(letters).map(|s| s.map(|s| s.text)).collect();
    /// assert_eq!(text?, "bc");
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    #[must_use]
    pub fn text(mut self, decode: impl Fn(&[u32]) -> String + 'a) -> Self {
        self.decode = Some(Box::new(decode));
        self
    }

    /// Gives each sequence a seed of its own: sequence i then is what it would be alone under `seeds[i]`.
    ///
    /// # Errors
    ///
    /// Unless there is one for each prompt.
    pub fn seeds(mut self, seeds: &[u64]) -> Result<Self, Error> {
        if seeds.len() != self.states.len() {
            let reason = format!("{} for {} prompts", seeds.len(), self.states.len());
            return Err(Error::Setting { setting: "seeds".to_owned(), reason });
        }
        for (state, &seed) in self.states.iter_mut().zip(seeds) {
            let key = Key::new(seed).split(0);
            (state.sequence.key, state.random) = (key, key.stream());
        }
        Ok(self)
    }

    /// Tokens and time so far.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_sampling::token::{Options, generate};
    ///
    /// let mut steps = generate(|_| Ok(vec![0.0; 5]), &[0, 1], Options::default());
    /// assert_eq!(steps.by_ref().take(10).count(), 10);
    /// let report = steps.report();
    /// assert_eq!((report.prompt_tokens, report.generated_tokens), (2, 10));
    /// assert!(report.tokens_per_second() > 0.0);
    /// ```
    pub fn report(&self) -> Report {
        self.report
    }

    /// One more token of each active sequence, timed.
    fn timed(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        self.begun = self.begun.or(Some(now));
        self.advance()?;
        self.report.total += now.elapsed();
        if self.report.generated_tokens == 0 {
            self.report.first = self.report.total;
        }
        self.report.generated_tokens += self.ready.len();
        Ok(())
    }

    /// One more token of each active sequence.
    fn advance(&mut self) -> Result<(), Error> {
        if self.decode.is_none() && !self.options.stop_strings.is_empty() {
            return Err(Error::NoDecoder);
        }
        if self.options.maximum_new_tokens == 0 {
            self.active.clear();
            return Ok(());
        }
        let active = std::mem::take(&mut self.active);
        let mut logits = std::mem::take(&mut self.logits);
        self.source.next(&active, &self.sequences, &mut logits)?;
        self.made += 1;
        let (over, vocabulary) = (self.over(), logits.len() / active.len());
        if vocabulary == 0 {
            return Err(Error::EmptyVocabulary);
        }
        for (&row, logits) in active.iter().zip(logits.chunks_exact_mut(vocabulary)) {
            let step = self.step(row, logits, over)?;
            if step.finish.is_none() {
                self.active.push(row);
            }
            self.ready.push_back(step);
        }
        self.logits = logits;
        Ok(())
    }

    /// Chooses the next token of a sequence, the last one if all is `over`.
    fn step(&mut self, row: usize, logits: &mut [f32], over: Option<Finish>) -> Result<Step, Error> {
        let state = &mut self.states[row];
        self.raw.clear();
        self.raw.extend_from_slice(logits);
        let buffers = std::mem::take(&mut self.buffers);
        let mut candidates = Candidates::with_buffers(logits, buffers).of(state.sequence);
        self.options.chain.process(&self.sequences[row], &mut candidates)?;
        let token = state.select.select(&mut candidates, &mut state.random)?;
        let top = match self.options.top_log_probabilities {
            0 => Vec::new(),
            n => top_log_probabilities(&self.raw, n).unwrap_or_default(), // none of logits that are no distribution
        };
        let mut all = Candidates::with_buffers(&mut self.raw, candidates.into_buffers());
        let log_probability = all.log_probability(token).unwrap_or(f64::NAN);
        self.buffers = all.into_buffers();
        self.sequences[row].push(token);
        let stop_token = self.options.stop_tokens.contains(&token);
        let mut finish = if stop_token { Some(Finish::StopToken) } else { over };
        let mut text = String::new();
        if let Some(decode) = &self.decode {
            if !stop_token {
                let (piece, stopped) = state.text.push(token, &self.options.stop_strings, decode);
                finish = if stopped { Some(Finish::StopString) } else { finish };
                text = piece;
            }
            if finish.is_some_and(|finish| finish != Finish::StopString) {
                text.push_str(&state.text.finish(decode));
            }
        }
        Ok(Step { row, token, log_probability, top, text, finish })
    }

    /// Why every sequence ends with the tokens of this step, if they do.
    fn over(&self) -> Option<Finish> {
        let late = |most: Duration| self.begun.is_some_and(|begun| begun.elapsed() >= most);
        if self.made == self.options.maximum_new_tokens || self.source.is_full() {
            Some(Finish::Length)
        } else {
            self.options.maximum_time.is_some_and(late).then_some(Finish::Time)
        }
    }
}

impl<S: Source> Iterator for Generate<'_, S> {
    type Item = Result<Step, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && !self.active.is_empty()
            && let Err(error) = self.timed()
        {
            self.active.clear();
            self.ready.clear();
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}

impl<S: Debug> Debug for Generate<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Generate");
        shown.field("source", &self.source).field("options", &self.options).field("active", &self.active);
        shown.finish_non_exhaustive()
    }
}
