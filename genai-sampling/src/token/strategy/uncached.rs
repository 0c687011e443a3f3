//! A closure as a model.

use std::fmt::{self, Debug};

use super::super::{Cache, CausalLm, Positions};
use crate::Error;

/// A model made of a closure that maps all tokens to the logits that follow; its cache is the tokens themselves.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::strategy::{BeamOptions, Uncached, beam_search};
///
/// let model = Uncached::new(10, |tokens| Ok((0..10).map(|i| if i == tokens.len() { 5.0 } else { 0.0 }).collect()));
/// let options = BeamOptions { maximum_new_tokens: 3, ..BeamOptions::default() };
/// assert_eq!(beam_search(&model, &[0], &options)?[0].tokens, [1, 2, 3]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
pub struct Uncached<F> {
    vocabulary: usize,
    next: F,
}

impl<F: Fn(&[u32]) -> Result<Vec<f32>, Error>> Uncached<F> {
    /// A model whose closure returns one logit for each token of the vocabulary.
    pub fn new(vocabulary: usize, next: F) -> Self {
        Self { vocabulary, next }
    }
}

impl<F> Debug for Uncached<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uncached").field("vocabulary", &self.vocabulary).finish_non_exhaustive()
    }
}

/// The tokens that an [`Uncached`] model has seen; `None` is padding.
#[derive(Clone, Debug, Default)]
pub struct UncachedTokens {
    rows: Vec<Vec<Option<u32>>>,
}

impl Cache for UncachedTokens {
    fn len(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    fn truncate(&mut self, len: usize) {
        self.rows.iter_mut().for_each(|row| row.truncate(len));
    }

    fn fork(&self) -> Self {
        self.clone()
    }

    fn reorder(&mut self, rows: &[usize]) {
        self.rows = rows.iter().map(|&row| self.rows[row].clone()).collect();
    }
}

impl<F: Fn(&[u32]) -> Result<Vec<f32>, Error>> CausalLm for Uncached<F> {
    type Cache = UncachedTokens;

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn start(&self, rows: usize) -> UncachedTokens {
        UncachedTokens { rows: vec![Vec::new(); rows] }
    }

    fn next(
        &self,
        tokens: &[u32],
        mask: Option<&[bool]>,
        positions: Positions,
        cache: &mut UncachedTokens,
        logits: &mut [f32],
    ) -> Result<(), Error> {
        let new = tokens.len() / cache.rows.len().max(1);
        let (before, total) = (cache.len(), cache.len() + new);
        let mut slots = logits.chunks_exact_mut(self.vocabulary.max(1));
        for (i, row) in cache.rows.iter_mut().enumerate() {
            for j in 0..new {
                let real = mask.is_none_or(|mask| mask[i * total + before + j]);
                row.push(real.then_some(tokens[i * new + j]));
                if positions == Positions::Last && j + 1 < new {
                    continue;
                }
                let seen: Vec<u32> = row.iter().flatten().copied().collect();
                let next = (self.next)(&seen)?;
                let Some(slot) = slots.next().filter(|slot| slot.len() == next.len()) else {
                    let (got, vocabulary) = (next.len(), self.vocabulary);
                    return Err(Error::model(format!("the closure returned {got} logits, expected {vocabulary}")));
                };
                slot.copy_from_slice(&next);
            }
        }
        Ok(())
    }
}
