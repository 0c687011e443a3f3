//! Where the next logits come from: a closure, or a model with its cache.

use std::fmt::{self, Debug};

use super::{Cache, CausalLm, Overflow, Positions};
use crate::Error;

/// Gives the logits of the next token of several sequences.
pub trait Source {
    /// Writes the logits that follow each sequence, one sequence after the other: `[rows.len(), v]`.
    ///
    /// `rows` are the sequences that still go on, ascending, as numbered at the first call, when all take part; every
    /// later call adds one token to each.
    ///
    /// # Errors
    ///
    /// If the model fails.
    fn next(&mut self, rows: &[usize], sequences: &[Vec<u32>], logits: &mut Vec<f32>) -> Result<(), Error>;

    /// Whether the token after the last logits must be the last one.
    fn is_full(&self) -> bool {
        false
    }
}

/// A closure from all tokens of a sequence to the logits that follow.
pub struct Closure<F>(F);

impl<F: FnMut(&[u32]) -> Result<Vec<f32>, Error>> Closure<F> {
    /// Logits from a closure.
    pub fn new(next: F) -> Self {
        Self(next)
    }
}

impl<F> Debug for Closure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closure")
    }
}

impl<F: FnMut(&[u32]) -> Result<Vec<f32>, Error>> Source for Closure<F> {
    fn next(&mut self, rows: &[usize], sequences: &[Vec<u32>], logits: &mut Vec<f32>) -> Result<(), Error> {
        logits.clear();
        for &row in rows {
            let (before, next) = (logits.len(), (self.0)(&sequences[row])?);
            if before > 0 && next.len() * rows.iter().position(|&r| r == row).unwrap_or(0) != before {
                return Err(Error::model("the closure returned vocabularies of different sizes"));
            }
            logits.extend_from_slice(&next);
        }
        Ok(())
    }
}

/// A model with its cache: each step computes the new tokens alone. Shorter sequences are padded on the left.
pub struct Model<'m, M: CausalLm> {
    model: &'m M,
    overflow: Overflow,
    cache: Option<M::Cache>,
    rows: Vec<usize>,    // whose states the cache holds
    padding: Vec<usize>, // tokens on the left of each that are none of its own
    seen: usize,         // tokens that the cache holds, as it should say itself
}

impl<'m, M: CausalLm> Model<'m, M> {
    /// Logits from a model.
    pub fn new(model: &'m M, overflow: Overflow) -> Self {
        Self { model, overflow, cache: None, rows: Vec::new(), padding: Vec::new(), seen: 0 }
    }

    /// Shows the model the last tokens of each sequence, at most `most`, into an empty cache.
    fn prefill(
        &mut self,
        rows: &[usize],
        sequences: &[Vec<u32>],
        most: usize,
        logits: &mut [f32],
    ) -> Result<(), Error> {
        let shown = |row: &usize| &sequences[*row][sequences[*row].len().saturating_sub(most)..];
        let width = rows.iter().map(|row| shown(row).len()).max().unwrap_or(0);
        self.rows = rows.to_vec();
        self.padding = rows.iter().map(|row| width - shown(row).len()).collect();
        let padded = |row, padding: &usize| [&vec![0; *padding], shown(row)].concat();
        let tokens: Vec<u32> = rows.iter().zip(&self.padding).flat_map(|(row, padding)| padded(row, padding)).collect();
        self.cache = Some(self.model.start(rows.len()));
        self.seen = 0;
        self.show(&tokens, logits)
    }

    /// Shows the model the same number of tokens of each row.
    fn show(&mut self, tokens: &[u32], logits: &mut [f32]) -> Result<(), Error> {
        self.seen += tokens.len() / self.rows.len().max(1);
        let seen = self.seen;
        let mask: Option<Vec<bool>> = self.padding.iter().any(|&padding| padding > 0).then(|| {
            self.padding.iter().flat_map(|&padding| (0..seen).map(move |position| position >= padding)).collect()
        });
        let cache = self.cache.as_mut().expect("prefill has made a cache");
        self.model.next(tokens, mask.as_deref(), Positions::Last, cache, logits)?;
        match cache.len() {
            len if len == seen => Ok(()),
            len => Err(Error::model(format!("the cache holds {len} tokens after {seen}"))),
        }
    }

    /// Whether every token may be shown to the model.
    fn check(&self, rows: &[usize], sequences: &[Vec<u32>]) -> Result<(), Error> {
        let vocabulary = self.model.vocabulary();
        for &row in rows {
            if sequences[row].is_empty() {
                return Err(Error::EmptyPrompt { row });
            }
            if let Some(&token) = sequences[row].iter().find(|&&token| token as usize >= vocabulary) {
                return Err(Error::Token { token, vocabulary });
            }
        }
        Ok(())
    }
}

impl<M: CausalLm> Debug for Model<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("rows", &self.rows).field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl<M: CausalLm> Source for Model<'_, M> {
    fn next(&mut self, rows: &[usize], sequences: &[Vec<u32>], logits: &mut Vec<f32>) -> Result<(), Error> {
        let context = self.model.context().unwrap_or(usize::MAX);
        logits.resize(rows.len() * self.model.vocabulary(), 0.0);
        let Some(cache) = &mut self.cache else {
            self.check(rows, sequences)?;
            let length = rows.iter().map(|&row| sequences[row].len()).max().unwrap_or(0);
            let most = match self.overflow {
                _ if length <= context => length,
                Overflow::Stop => return Err(Error::Context { length, context }),
                Overflow::Slide => (context / 2).max(1),
            };
            return self.prefill(rows, sequences, most, logits);
        };
        if self.seen >= context {
            return self.prefill(rows, sequences, (context / 2).max(1), logits);
        }
        if rows.len() < self.rows.len() {
            let kept: Vec<usize> = (0..self.rows.len()).filter(|&i| rows.contains(&self.rows[i])).collect();
            cache.reorder(&kept);
            self.padding = kept.iter().map(|&i| self.padding[i]).collect();
            self.rows = rows.to_vec();
        }
        let tokens: Vec<u32> = rows.iter().filter_map(|&row| sequences[row].last().copied()).collect();
        self.show(&tokens, logits)
    }

    fn is_full(&self) -> bool {
        self.overflow == Overflow::Stop && self.model.context().is_some_and(|context| self.seen >= context)
    }
}
