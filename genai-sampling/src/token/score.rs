//! Log-probabilities of a given text.

use super::{Cache, Candidates, CausalLm, Positions};
use crate::Error;

/// A token of a given text, and how well it was foreseen.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The token.
    pub token: u32,
    /// ln p(token | what came before).
    pub log_probability: f64,
    /// The likeliest tokens there, as many as were asked for, with their log-probabilities.
    pub top: Vec<(u32, f64)>,
}

/// The `n` likeliest tokens and their log-probabilities, the likeliest first.
///
/// # Errors
///
/// If a logit is NaN or +∞, or all are −∞, or there is none.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::top_log_probabilities;
///
/// let top = top_log_probabilities(&[0.0, 2.0, 1.0], 2)?;
/// assert_eq!((top[0].0, top[1].0), (1, 2));
/// # Ok::<(), genai_sampling::Error>(())
/// ```
pub fn top_log_probabilities(logits: &[f32], n: usize) -> Result<Vec<(u32, f64)>, Error> {
    let mut copy = logits.to_vec();
    let mut all = Candidates::new(&mut copy);
    let total = all.log_sum_exp()?;
    Ok(all.order(n).into_iter().map(|i| (i, f64::from(logits[i as usize]) - total)).collect())
}

/// Scores a text by a closure from tokens to the logits that follow: every token but the first, with the `top` likeliest.
///
/// # Errors
///
/// That of the closure; [`Error::EmptyPrompt`] for an empty text; if a token lies outside the vocabulary, or logits give no
/// distribution.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{perplexity, score};
///
/// let scored = score(|_| Ok(vec![0.0; 10]), &[1, 2, 3], 0)?; // a model that knows nothing
/// assert!((perplexity(&scored) - 10.0).abs() < 1e-6);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
pub fn score(
    mut next: impl FnMut(&[u32]) -> Result<Vec<f32>, Error>,
    text: &[u32],
    top: usize,
) -> Result<Vec<Scored>, Error> {
    if text.is_empty() {
        return Err(Error::EmptyPrompt { row: 0 });
    }
    (1..text.len()).map(|at| scored(text[at], &next(&text[..at])?, top)).collect()
}

/// Tokens that a model is shown at once: their logits must fit into memory.
const SHOWN: usize = 64;

/// Scores a text by a model: every token but the first, with the `top` likeliest.
///
/// # Errors
///
/// That of the model; [`Error::EmptyPrompt`] for an empty text; [`Error::Context`] for one longer than the model can see; if
/// a token lies outside the vocabulary, or logits give no distribution.
pub fn score_model<M: CausalLm>(model: &M, text: &[u32], top: usize) -> Result<Vec<Scored>, Error> {
    let vocabulary = model.vocabulary();
    if text.is_empty() {
        return Err(Error::EmptyPrompt { row: 0 });
    }
    if let Some(&token) = text.iter().find(|&&token| token as usize >= vocabulary) {
        return Err(Error::Token { token, vocabulary });
    }
    let (seen, targets) = (&text[..text.len() - 1], &text[1..]);
    if let Some(context) = model.context().filter(|&context| seen.len() > context) {
        return Err(Error::Context { length: seen.len(), context });
    }
    let (mut cache, mut logits, mut all) = (model.start(1), Vec::new(), Vec::new());
    for (tokens, targets) in seen.chunks(SHOWN).zip(targets.chunks(SHOWN)) {
        let before = cache.len();
        logits.resize(tokens.len() * vocabulary, 0.0);
        model.next(tokens, None, Positions::All, &mut cache, &mut logits)?; // [1, n, v]
        if cache.len() != before + tokens.len() {
            let (len, shown) = (cache.len(), before + tokens.len());
            return Err(Error::model(format!("the cache holds {len} tokens after {shown}")));
        }
        for (&token, logits) in targets.iter().zip(logits.chunks_exact(vocabulary)) {
            all.push(scored(token, logits, top)?);
        }
    }
    Ok(all)
}

/// exp of the mean surprise: among how many equally likely tokens the model had to choose. 1 for an empty text.
pub fn perplexity(scored: &[Scored]) -> f64 {
    let sum: f64 = scored.iter().map(|token| token.log_probability).sum();
    (-sum / scored.len().max(1) as f64).exp()
}

/// One token against the logits of its place.
fn scored(token: u32, logits: &[f32], top: usize) -> Result<Scored, Error> {
    let mut copy = logits.to_vec();
    let log_probability = Candidates::new(&mut copy).log_probability(token)?;
    let top = if top > 0 { top_log_probabilities(logits, top)? } else { Vec::new() };
    Ok(Scored { token, log_probability, top })
}
