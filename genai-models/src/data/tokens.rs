//! A stream of tokens, and windows of it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use genai_core::Tensor;
use genai_core::random::Key;

use crate::Error;

/// A text as tokens. Cloning shares them.
#[derive(Clone)]
pub struct Tokens(Arc<[u32]>);

/// Windows of a text, each with the same window one token later.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What a model sees, `[b, t]` of `i64`.
    pub inputs: Tensor,
    /// What it should say: the token that follows each input, `[b, t]` of `i64`.
    pub targets: Tensor,
}

impl Batch {
    /// Number of predictions, b · t.
    pub fn tokens(&self) -> usize {
        self.targets.count()
    }
}

impl Tokens {
    /// A stream of these tokens.
    pub fn new(tokens: Vec<u32>) -> Self {
        Self(tokens.into())
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens.
    pub fn as_slice(&self) -> &[u32] {
        &self.0
    }

    /// Whether there is at least one window of `context` tokens with a token behind it.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if not, naming `path`, the `part` of it that these tokens are, and both lengths.
    pub fn check(&self, path: &Path, part: &str, context: usize) -> Result<(), Error> {
        if self.len() > context {
            return Ok(());
        }
        let what = format!("{part} has {} tokens, a context of {context} needs {}", self.len(), context + 1);
        Err(Error::Data { path: path.into(), what })
    }

    /// Rows of `context` tokens for batch `number` of a training: the same ones for the same key and number.
    ///
    /// An epoch cuts the stream into windows, from an offset of its own, and goes through them in an order of its own; so a
    /// training sees every token before it sees one again. Batches go on from one epoch into the next.
    ///
    /// # Panics
    ///
    /// If there is no window of that length ([`check`](Self::check) tells).
    #[track_caller]
    pub fn draw(&self, key: Key, number: u64, rows: usize, context: usize) -> Batch {
        assert!(self.len() > context, "draw: {} tokens have no window of {context} with a target", self.len());
        let windows = (self.windows(context) - 1).max(1);
        let slack = (self.len() - 1 - windows * context).min(context - 1);
        let start = |row: usize| {
            let i = number * rows as u64 + row as u64;
            let epoch = key.split(i / windows as u64);
            let offset = epoch.stream().below(slack as u64 + 1) as usize;
            offset + shuffled(epoch, i % windows as u64, windows as u64) as usize * context
        };
        let starts: Vec<usize> = (0..rows).map(start).collect();
        self.batch(&starts, context)
    }

    /// How many windows of `context` tokens lie one behind the other, each with its targets; what is left at the end is
    /// shorter than a window.
    pub fn windows(&self, context: usize) -> usize {
        self.len().saturating_sub(1) / context.max(1)
    }

    /// Some of the windows that lie one behind the other.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    #[track_caller]
    pub fn window_batch(&self, windows: std::ops::Range<usize>, context: usize) -> Batch {
        assert!(windows.end <= self.windows(context), "window_batch: {windows:?} of {}", self.windows(context));
        let starts: Vec<usize> = windows.map(|window| window * context).collect();
        self.batch(&starts, context)
    }

    fn batch(&self, starts: &[usize], context: usize) -> Batch {
        let rows = starts.len();
        let gather = |shift: usize| {
            let mut all = Vec::with_capacity(rows * context);
            for &start in starts {
                all.extend(self.0[start + shift..start + shift + context].iter().map(|&token| i64::from(token)));
            }
            Tensor::from_vec(all, [rows, context])
        };
        Batch { inputs: gather(0), targets: gather(1) }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({})", self.len())
    }
}

/// Where place `i` of 0..n goes in a random order, without making the whole order: a Feistel network on the bits that n needs,
/// walked until it falls below n.
///
/// Source: Black & Rogaway 2002, *Ciphers with arbitrary finite domains*, CT-RSA, section 3 (cycle walking) and 4.
fn shuffled(key: Key, i: u64, n: u64) -> u64 {
    let half = (u64::BITS - (n - 1).leading_zeros()).div_ceil(2).max(1);
    let mask = (1 << half) - 1;
    let mut x = i;
    loop {
        let (mut left, mut right) = (x >> half, x & mask);
        for round in 0..4 {
            let mixed = key.split(round).split(right).stream().below(mask + 1);
            (left, right) = (right, left ^ mixed);
        }
        x = left << half | right;
        if x < n {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_is_a_permutation() {
        for n in [1, 2, 3, 7, 64, 1000] {
            for seed in 0..3 {
                let mut places: Vec<u64> = (0..n).map(|i| shuffled(Key::new(seed), i, n)).collect();
                assert!(n < 64 || !places.is_sorted());
                places.sort_unstable();
                assert!(places.into_iter().eq(0..n));
            }
        }
    }
}
