//! What generation asks of a language model.

use crate::Error;

/// A model that gives the logits of the next token, left to right, with a cache of what it has seen.
///
/// Implement it to generate with [`generate_model`](super::generate_model); for a model without a cache,
/// [`generate`](super::generate) takes a closure.
pub trait CausalLm {
    /// What the model keeps of the tokens it has seen.
    type Cache: Cache;

    /// Tokens of the vocabulary, v.
    fn vocabulary(&self) -> usize;

    /// How many tokens it can see, if that is limited.
    fn context(&self) -> Option<usize> {
        None
    }

    /// An empty cache for that many sequences.
    fn start(&self, rows: usize) -> Self::Cache;

    /// Takes in n more tokens of every row and writes logits.
    ///
    /// | slice | shape |
    /// |---|---|
    /// | `tokens` | `[rows, n]` |
    /// | `mask` | `[rows, cache.len() + n]`, false where a row is padded on the left; positions count from the first true |
    /// | `logits` | `[rows, v]` for [`Positions::Last`], `[rows, n, v]` for [`Positions::All`] |
    ///
    /// The logits of a row depend on the row alone, not on its batch.
    ///
    /// # Errors
    ///
    /// If a token lies outside the vocabulary, the context is exceeded, or the model fails ([`Error::model`]).
    fn next(
        &self,
        tokens: &[u32],
        mask: Option<&[bool]>,
        positions: Positions,
        cache: &mut Self::Cache,
        logits: &mut [f32],
    ) -> Result<(), Error>;

    /// The last hidden state of each row, `[rows, c]`, for the strategies that need it.
    fn hidden<'a>(&self, cache: &'a Self::Cache) -> Option<&'a [f32]> {
        let _ = cache;
        None
    }
}

/// Of which of the new tokens the logits are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positions {
    /// Those that follow the last one.
    Last,
    /// Those that follow each one.
    All,
}

/// What a model keeps of the tokens it has seen.
pub trait Cache: Sized {
    /// Tokens seen, padding included; the same for every row.
    fn len(&self) -> usize;

    /// Whether nothing was seen yet.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets everything after the first `len` tokens.
    fn truncate(&mut self, len: usize);

    /// A copy that goes its own way.
    fn fork(&self) -> Self;

    /// Row i becomes what row `rows[i]` was; rows may be repeated or left out.
    fn reorder(&mut self, rows: &[usize]);
}
