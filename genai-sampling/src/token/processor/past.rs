//! Which of the earlier tokens count.

use crate::token::Candidates;

/// Which of the earlier tokens a penalty looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Past {
    pub(super) window: usize,
    pub(super) generated: bool, // those of the prompt do not count
}

impl Past {
    /// All of them.
    pub(super) const ALL: Self = Self { window: usize::MAX, generated: false };

    /// Those that count, ascending, each with how often it occurred.
    pub(super) fn counts(self, tokens: &[u32], candidates: &Candidates<'_>) -> Vec<(u32, usize)> {
        let prompt = if self.generated { candidates.sequence().prompt } else { 0 };
        let first = tokens.len().saturating_sub(self.window).max(prompt.min(tokens.len()));
        let mut seen = tokens[first..].to_vec();
        seen.sort_unstable();
        seen.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect()
    }
}
