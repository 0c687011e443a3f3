//! Several samples, one result.

use super::super::Step;
use crate::Error;

/// A whole generated sequence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// Which sequence of the batch.
    pub row: usize,
    /// Its tokens, a stop token included.
    pub tokens: Vec<u32>,
    /// Its text, if the generation makes text.
    pub text: String,
    /// Σ ln p of its tokens.
    pub log_probability: f64,
}

impl Completion {
    /// The mean of ln p over the tokens; −∞ for none.
    pub fn mean_log_probability(&self) -> f64 {
        if self.tokens.is_empty() { f64::NEG_INFINITY } else { self.log_probability / self.tokens.len() as f64 }
    }
}

/// Runs a generation to its end and puts the steps of each sequence together, by ascending row.
///
/// # Errors
///
/// If a step is one.
pub fn completions(steps: impl IntoIterator<Item = Result<Step, Error>>) -> Result<Vec<Completion>, Error> {
    let mut all: Vec<Completion> = Vec::new();
    for step in steps {
        let step = step?;
        let at = all.partition_point(|completion| completion.row < step.row);
        if all.get(at).is_none_or(|completion| completion.row != step.row) {
            all.insert(at, Completion { row: step.row, ..Completion::default() });
        }
        all[at].tokens.push(step.token);
        all[at].text.push_str(&step.text);
        all[at].log_probability += step.log_probability;
    }
    Ok(all)
}

/// Best of n: the sequence with the largest score, the first of equal ones. For n samples of one prompt, generate from n
/// copies of it.
///
/// # Errors
///
/// If a step is one, a score is NaN, or there is no sequence.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::strategy::{Completion, Uncached, best_of};
/// use genai_sampling::token::{Options, generate_model};
///
/// let model = Uncached::new(6, |_| Ok(vec![0.0; 6]));
/// let prompts: [&[u32]; 20] = [&[0]; 20];
/// let options = Options { maximum_new_tokens: 4, ..Options::default() };
/// let sum = |found: &Completion| f64::from(found.tokens.iter().sum::<u32>());
/// assert!(best_of(generate_model(&model, &prompts, options), sum)?.tokens.iter().sum::<u32>() >= 12);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Stiennon et al. 2020, [arXiv:2009.01325](https://arxiv.org/abs/2009.01325), §3.4.
pub fn best_of(
    steps: impl IntoIterator<Item = Result<Step, Error>>,
    score: impl Fn(&Completion) -> f64,
) -> Result<Completion, Error> {
    let mut best: Option<(f64, Completion)> = None;
    for completion in completions(steps)? {
        let value = score(&completion);
        if value.is_nan() {
            return Err(Error::Parameter { name: "score", value, expected: "a number" });
        }
        if best.as_ref().is_none_or(|(most, _)| value > *most) {
            best = Some((value, completion));
        }
    }
    best.map(|(_, completion)| completion).ok_or(Error::NoCandidates)
}

/// What most samples say.
#[derive(Clone, Debug, PartialEq)]
pub struct Consensus<A> {
    /// The answer.
    pub answer: A,
    /// How many samples gave it.
    pub votes: usize,
    /// How many samples gave an answer at all.
    pub answered: usize,
    /// All samples, and what each answered.
    pub samples: Vec<(Completion, Option<A>)>,
}

/// Self-consistency: the answer that most samples give; of several with equal votes the one whose samples are likelier
/// together. `answer` reads it off a sample, `None` where there is none.
///
/// # Errors
///
/// If a step is one, or no sample has an answer.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::strategy::{Uncached, self_consistency};
/// use genai_sampling::token::{Options, generate_model};
///
/// let model = Uncached::new(3, |_| Ok([0.2f32, 0.5, 0.3].map(f32::ln).to_vec()));
/// let prompts: [&[u32]; 99] = [&[0]; 99];
/// let options = Options { maximum_new_tokens: 3, ..Options::default() };
/// let found = self_consistency(generate_model(&model, &prompts, options), |found| found.tokens.last().copied())?;
/// assert_eq!((found.answer, found.answered), (1, 99));
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Wang et al. 2022, [arXiv:2203.11171](https://arxiv.org/abs/2203.11171).
pub fn self_consistency<A: Clone + PartialEq>(
    steps: impl IntoIterator<Item = Result<Step, Error>>,
    answer: impl Fn(&Completion) -> Option<A>,
) -> Result<Consensus<A>, Error> {
    let samples: Vec<(Completion, Option<A>)> =
        completions(steps)?.into_iter().map(|completion| (completion.clone(), answer(&completion))).collect();
    let mut tallies: Vec<(&A, usize, f64)> = Vec::new(); // answer, votes, Σ p
    for (completion, answer) in &samples {
        let Some(answer) = answer else { continue };
        let at = tallies.iter().position(|(other, ..)| *other == answer).unwrap_or(tallies.len());
        if at == tallies.len() {
            tallies.push((answer, 0, 0.0));
        }
        tallies[at].1 += 1;
        tallies[at].2 += completion.log_probability.exp();
    }
    let answered = tallies.iter().map(|(_, votes, _)| votes).sum();
    let best = tallies.into_iter().reduce(|a, b| if (b.1, b.2) > (a.1, a.2) { b } else { a });
    let (answer, votes, _) = best.ok_or(Error::NoCandidates)?;
    Ok(Consensus { answer: answer.clone(), votes, answered, samples })
}
