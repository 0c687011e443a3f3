//! Beam search.

use genai_core::random::Key;

use super::super::{Candidates, CausalLm, Chain, Positions, Processor, Sequence};
use super::Runner;
use super::beam_group::{Beam, Group, log_softmax};
use crate::Error;

/// When beam search ends before the greatest length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyStopping {
    /// When as many texts are finished as there are beams (`early_stopping=True`).
    Always,
    /// When the best running beam, with the length it has now, scores no more than the worst finished text (`False`).
    #[default]
    Heuristic,
    /// When no running beam can end better than the worst finished text, were it as long as may be (`"never"`). With a
    /// penalty of 0 or less a longer text does not score higher: then as [`EarlyStopping::Heuristic`].
    Never,
}

/// How to search; defaults as Hugging Face's, but for the length and 4 beams.
#[derive(Debug)]
pub struct BeamOptions {
    /// Texts that are followed at once. Default: 4.
    pub beams: usize,
    /// A finished text scores `Σ ln p / lengthᵖᵉⁿᵃˡᵗʸ`, the end token counted: above 0 longer texts gain. Default: 1.
    pub length_penalty: f64,
    /// When the search ends. Default: [`EarlyStopping::Heuristic`].
    pub early_stopping: EarlyStopping,
    /// How many texts are returned, at most as many as there are beams. Default: 1.
    pub returned: usize,
    /// Into how many groups the beams are divided; each avoids the tokens that the earlier ones have just chosen. Default: 1.
    pub groups: usize,
    /// What a token loses for each beam of the earlier groups that has just chosen it. Default: 0.
    pub diversity_penalty: f64,
    /// Whether continuations are drawn by their probabilities, without replacement, instead of taking the best
    /// (beam sampling). Default: false.
    pub sample: bool,
    /// What happens to the log-probabilities of each beam before its score is added. Default: nothing.
    pub chain: Chain,
    /// Tokens to generate at most. Default: 256.
    pub maximum_new_tokens: usize,
    /// A text ends after any of these tokens. Default: none.
    pub stop_tokens: Vec<u32>,
    /// The random numbers of beam sampling. Default: 0.
    pub seed: u64,
}

impl Default for BeamOptions {
    fn default() -> Self {
        Self {
            beams: 4,
            length_penalty: 1.0,
            early_stopping: EarlyStopping::Heuristic,
            returned: 1,
            groups: 1,
            diversity_penalty: 0.0,
            sample: false,
            chain: Chain::new(),
            maximum_new_tokens: 256,
            stop_tokens: Vec::new(),
            seed: 0,
        }
    }
}

/// A text that beam search has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis {
    /// The generated tokens, the end token included, without the prompt.
    pub tokens: Vec<u32>,
    /// Σ ln p of the tokens (after the chain and the diversity penalty).
    pub log_probability: f64,
    /// `log_probability / lengthᵖᵉⁿᵃˡᵗʸ`, by which texts are ranked.
    pub score: f64,
}

/// Searches for likely texts by following several at once, step by step as Hugging Face's transformers: of each step's
/// `max(2, 1 + stop tokens) · beams` best continuations those among the first `beams` that end are finished, and the first
/// `beams` of those that do not end go on. Best first.
///
/// # Errors
///
/// If there are no beams, fewer than are returned, or their number is no multiple of that of the groups; if the prompt is
/// empty or does not fit; if no token is left to choose; if the model or the chain fails.
///
/// # Examples
///
/// Greedy choice takes token 0 (0.6) and then has 0.4 at best; the search sees that 0.4 · 0.9 is more.
///
/// ```
/// use genai_sampling::token::strategy::{BeamOptions, Uncached, beam_search};
///
/// let model = Uncached::new(3, |tokens| {
///     let p = if tokens.len() == 1 { [0.6, 0.4, 0.0] } else if tokens[1] == 0 { [0.4, 0.3, 0.3] } else { [0.9, 0.1, 0.0] };
///     Ok(p.map(f32::ln).to_vec())
/// });
/// let options = BeamOptions { beams: 2, returned: 2, maximum_new_tokens: 2, ..BeamOptions::default() };
/// let found = beam_search(&model, &[0], &options)?;
/// assert_eq!(found[0].tokens, [1, 0]);
/// assert!((found[0].log_probability - 0.36f64.ln()).abs() < 1e-6);
/// assert_eq!(found[1].tokens, [0, 0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Wu et al. 2016, [arXiv:1609.08144](https://arxiv.org/abs/1609.08144), §7 (with a plain power of the length);
/// groups: Vijayakumar et al. 2016, [arXiv:1610.02424](https://arxiv.org/abs/1610.02424), algorithm 1, Hamming diversity.
pub fn beam_search<M: CausalLm>(model: &M, prompt: &[u32], options: &BeamOptions) -> Result<Vec<Hypothesis>, Error> {
    check(options)?;
    if options.maximum_new_tokens == 0 {
        return Ok(Vec::new());
    }
    let mut runner = Runner::new(model, prompt)?;
    let longest = options.maximum_new_tokens.min(runner.room().saturating_add(1));
    let mut groups: Vec<Group> = (0..options.groups)
        .map(|i| Group::new(Key::new(options.seed).split(i as u64).stream(), options, longest))
        .collect();
    let mut rows = vec![0; options.groups]; // where each running beam's logits stand
    let mut count = 1; // rows of logits
    for made in 1..=longest {
        let chosen = step(&mut runner, prompt, &mut groups, &rows, count, made, options)?;
        if chosen.is_empty() || made == longest {
            break;
        }
        let (parents, tokens): (Vec<usize>, Vec<u32>) = chosen.into_iter().unzip();
        runner.reorder(&parents);
        runner.show(&tokens, Positions::Last)?;
        count = tokens.len();
        rows = (0..count).collect();
    }
    let mut found: Vec<Hypothesis> = groups.into_iter().flat_map(|group| group.finished).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(options.returned);
    if found.is_empty() { Err(Error::NoCandidates) } else { Ok(found) }
}

/// One step of all groups; the rows and tokens that their running beams go on with.
fn step<M: CausalLm>(
    runner: &mut Runner<'_, M>,
    prompt: &[u32],
    groups: &mut [Group],
    rows: &[usize],
    count: usize,
    made: usize,
    options: &BeamOptions,
) -> Result<Vec<(usize, u32)>, Error> {
    for row in 0..count {
        log_softmax(runner.logits(row))?;
    }
    let (mut first, mut chosen) = (0, Vec::new());
    for group in groups.iter_mut().filter(|group| !group.done) {
        let own = &rows[first..][..group.running.len()];
        first += own.len();
        let mut scores = Vec::with_capacity(own.len());
        for (beam, &row) in group.running.iter().zip(own) {
            scores.push(processed(runner.logits(row), prompt, beam, &chosen, options)?);
        }
        let parents = group.advance(&scores, made, options)?;
        if !group.done {
            chosen.extend(parents.into_iter().zip(&group.running).map(|(parent, beam)| (own[parent], beam.last())));
        }
    }
    Ok(chosen)
}

/// Log-probabilities of a beam after the diversity penalty and the chain.
fn processed(
    logits: &[f32],
    prompt: &[u32],
    beam: &Beam,
    chosen: &[(usize, u32)],
    options: &BeamOptions,
) -> Result<Vec<f32>, Error> {
    let mut scores = logits.to_vec();
    if options.diversity_penalty != 0.0 {
        chosen.iter().for_each(|&(_, token)| scores[token as usize] -= options.diversity_penalty as f32);
    }
    if !options.chain.is_empty() {
        let sequence = Sequence { prompt: prompt.len(), key: Key::new(options.seed) };
        let mut candidates = Candidates::new(&mut scores).of(sequence);
        options.chain.process(&[prompt, &beam.tokens].concat(), &mut candidates)?;
        candidates.write_back()?;
    }
    Ok(scores)
}

fn check(options: &BeamOptions) -> Result<(), Error> {
    let wrong = |name, value: usize, expected| Err(Error::Parameter { name, value: value as f64, expected });
    match options {
        BeamOptions { beams: 0, .. } => wrong("num_beams", 0, "at least 1"),
        BeamOptions { groups, beams, .. } if *groups == 0 || !beams.is_multiple_of(*groups) => {
            wrong("num_beam_groups", *groups, "a divisor of the number of beams")
        }
        BeamOptions { returned, beams, .. } if *returned == 0 || returned > beams => {
            wrong("num_return_sequences", *returned, "from 1 to the number of beams")
        }
        BeamOptions { length_penalty: value, .. } if !value.is_finite() => {
            Err(Error::Parameter { name: "length_penalty", value: *value, expected: "a finite number" })
        }
        BeamOptions { diversity_penalty: value, .. } if !(value.is_finite() && *value >= 0.0) => {
            Err(Error::Parameter { name: "diversity_penalty", value: *value, expected: "a finite number from 0 on" })
        }
        _ => Ok(()),
    }
}
