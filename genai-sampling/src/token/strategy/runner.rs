//! A model, its cache, and the logits of its last call.

use std::fmt::{self, Debug};

use super::super::{Cache, CausalLm, Positions};
use crate::Error;

/// Runs a model for rows of equal length, checking what goes in and how the cache grows.
pub(in super::super) struct Runner<'m, M: CausalLm> {
    model: &'m M,
    cache: M::Cache,
    rows: usize,
    vocabulary: usize,
    logits: Vec<f32>,
}

impl<'m, M: CausalLm> Runner<'m, M> {
    /// One row that has seen nothing, for a prompt that the model can take in.
    ///
    /// # Errors
    ///
    /// If the prompt is empty, does not fit into the context, or has tokens outside the vocabulary; if there is none.
    pub(in super::super) fn empty(model: &'m M, prompt: &[u32]) -> Result<Self, Error> {
        let vocabulary = model.vocabulary();
        if vocabulary == 0 {
            return Err(Error::EmptyVocabulary);
        }
        if prompt.is_empty() {
            return Err(Error::EmptyPrompt { row: 0 });
        }
        if let Some(&token) = prompt.iter().find(|&&token| token as usize >= vocabulary) {
            return Err(Error::Token { token, vocabulary });
        }
        match model.context() {
            Some(context) if prompt.len() > context => Err(Error::Context { length: prompt.len(), context }),
            _ => Ok(Self { model, cache: model.start(1), rows: 1, vocabulary, logits: Vec::new() }),
        }
    }

    /// One row that has seen a prompt; the logits are those that follow it.
    ///
    /// # Errors
    ///
    /// As [`Runner::empty`]; if the model fails.
    pub(in super::super) fn new(model: &'m M, prompt: &[u32]) -> Result<Self, Error> {
        let mut runner = Self::empty(model, prompt)?;
        runner.show(prompt, Positions::Last)?;
        Ok(runner)
    }

    /// Shows each row the same number of tokens, `[rows, n]`.
    ///
    /// # Errors
    ///
    /// If the model fails, or its cache does not grow by n.
    pub(in super::super) fn show(&mut self, tokens: &[u32], positions: Positions) -> Result<(), Error> {
        let new = tokens.len() / self.rows;
        let count = if positions == Positions::All { tokens.len() } else { self.rows };
        self.logits.resize(count * self.vocabulary, 0.0);
        let expected = self.cache.len() + new;
        self.model.next(tokens, None, positions, &mut self.cache, &mut self.logits)?;
        match self.cache.len() {
            len if len == expected => Ok(()),
            len => Err(Error::model(format!("the cache holds {len} tokens after {expected}"))),
        }
    }

    /// The logits of the last call, by row (and position).
    pub(in super::super) fn logits(&mut self, i: usize) -> &mut [f32] {
        &mut self.logits[i * self.vocabulary..][..self.vocabulary]
    }

    /// The last hidden state of each row.
    pub(in super::super) fn hidden(&self) -> Option<&[f32]> {
        self.model.hidden(&self.cache)
    }

    /// Forgets what came after the first `len` tokens.
    pub(in super::super) fn truncate(&mut self, len: usize) {
        self.cache.truncate(len);
    }

    /// Row i becomes what row `rows[i]` was. (The logits stay as they are.)
    pub(in super::super) fn reorder(&mut self, rows: &[usize]) {
        self.cache.reorder(rows);
        self.rows = rows.len();
    }

    /// How many tokens were seen.
    pub(in super::super) fn len(&self) -> usize {
        self.cache.len()
    }

    /// How many more tokens the model can see.
    pub(in super::super) fn room(&self) -> usize {
        self.model.context().map_or(usize::MAX, |context| context.saturating_sub(self.cache.len()))
    }

    /// Tokens of the vocabulary.
    pub(in super::super) fn vocabulary(&self) -> usize {
        self.vocabulary
    }
}

impl<M: CausalLm> Debug for Runner<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("rows", &self.rows).field("seen", &self.cache.len()).finish_non_exhaustive()
    }
}
