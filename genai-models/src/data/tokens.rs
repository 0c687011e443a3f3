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

    /// Random windows of `context` tokens, each start equally likely: the same ones for the same key and number.
    ///
    /// # Panics
    ///
    /// If there is no window of that length ([`check`](Self::check) tells).
    #[track_caller]
    pub fn draw(&self, key: Key, number: u64, rows: usize, context: usize) -> Batch {
        assert!(self.len() > context, "draw: {} tokens have no window of {context} with a target", self.len());
        let mut starts = vec![0; rows];
        key.split(number).below((self.len() - context) as u64, &mut starts);
        let starts: Vec<usize> = starts.into_iter().map(|start| start as usize).collect();
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
