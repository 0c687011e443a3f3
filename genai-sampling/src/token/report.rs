//! How fast the generation was.

use std::time::Duration;

/// What was generated so far, and how long it took.
///
/// Time counts while a step is computed, not while the caller does something else between two steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Tokens of all prompts.
    pub prompt_tokens: usize,
    /// Tokens generated, in all sequences.
    pub generated_tokens: usize,
    /// Time until the first token of every sequence, the prompts' way through the model included.
    pub first: Duration,
    /// All time.
    pub total: Duration,
}

impl Report {
    /// Generated tokens per second of all time; 0 before the first.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use genai_sampling::token::Report;
    ///
    /// let total = Duration::from_millis(500);
    /// assert_eq!(Report { generated_tokens: 20, total, ..Report::default() }.tokens_per_second(), 40.0);
    /// ```
    pub fn tokens_per_second(&self) -> f64 {
        rate(self.generated_tokens, self.total)
    }

    /// Prompt tokens per second until the first generated ones.
    pub fn prompt_tokens_per_second(&self) -> f64 {
        rate(self.prompt_tokens, self.first)
    }
}

fn rate(tokens: usize, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { tokens as f64 / time.as_secs_f64() }
}
