//! Don't repeat yourself.

use std::collections::BTreeMap;

use crate::Error;
use crate::token::{Candidates, Processor, finite};

/// Makes tokens less likely that would prolong a repetition of what was said before, the more the longer it is already.
///
/// `logit ← logit − multiplier · base^(n − allowed)` for a token that followed earlier where the last n ≥ `allowed` tokens
/// were the same as now. Repetitions are not followed across a breaker.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::{Chain, Dry};
///
/// let dry = Dry { multiplier: 1.0, base: 1.1, allowed: 2, ..Dry::default() };
/// let mut logits = [0.0; 4];
/// Chain::new().then(dry.checked()?).apply(&[0, 1, 2, 0, 1], &mut logits)?; // after 0 1 came 2
/// assert_eq!(logits, [0.0, 0.0, -1.0, 0.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Weidmann 2024, [text-generation-webui#5677](https://github.com/oobabooga/text-generation-webui/pull/5677); the
/// details as in llama.cpp.
#[derive(Clone, Debug, PartialEq)]
pub struct Dry {
    /// The penalty of the shortest repetition. Default: 0.8.
    pub multiplier: f32,
    /// By how much every further token multiplies it, at least 1. Default: 1.75, as in llama.cpp.
    pub base: f32,
    /// Repetitions shorter than that are free. Default: 2.
    pub allowed: usize,
    /// How many of the last tokens are looked at. Default: all.
    pub window: usize,
    /// Sequences of tokens that end what may be repeated, such as line breaks; those of one token are never penalised.
    /// Default: none.
    pub breakers: Vec<Vec<u32>>,
}

impl Default for Dry {
    fn default() -> Self {
        Self { multiplier: 0.8, base: 1.75, allowed: 2, window: usize::MAX, breakers: Vec::new() }
    }
}

impl Dry {
    /// The same, if its parameters are.
    ///
    /// # Errors
    ///
    /// Unless the multiplier is finite, the base is finite and at least 1, and no breaker is empty.
    pub fn checked(self) -> Result<Self, Error> {
        finite("dry_multiplier", self.multiplier)?;
        if !(self.base >= 1.0 && self.base.is_finite()) {
            return Err(Error::Parameter { name: "dry_base", value: self.base.into(), expected: "at least 1" });
        }
        if self.breakers.iter().any(Vec::is_empty) {
            return Err(Error::Parameter { name: "dry_breakers", value: 0.0, expected: "a length of at least 1" });
        }
        Ok(self)
    }

    /// How far back a repetition may reach: up to the last breaker. `back` is the past, the last token first.
    fn reach(&self, back: &[u32]) -> usize {
        let begins = |i: usize, breaker: &[u32]| {
            breaker.len() <= i + 1 && breaker.iter().enumerate().all(|(offset, token)| back[i - offset] == *token)
        };
        let longest = |i| self.breakers.iter().filter(|breaker| begins(i, breaker)).map(Vec::len).max();
        (0..back.len()).find_map(|i| longest(i).map(|length| i + 1 - length)).unwrap_or(back.len())
    }
}

impl Processor for Dry {
    fn process(&self, tokens: &[u32], candidates: &mut Candidates<'_>) -> Result<(), Error> {
        let back: Vec<u32> = tokens.iter().rev().take(self.window).copied().collect();
        let reach = self.reach(&back);
        if self.multiplier == 0.0 || back.len() <= self.allowed || reach < self.allowed {
            return Ok(());
        }
        let mut longest = BTreeMap::new(); // by the token that would prolong it
        for (i, &same) in agreements(&back).iter().enumerate().skip(1) {
            let length = same.min(reach);
            if length >= self.allowed && !self.breakers.iter().any(|breaker| breaker[..] == back[i - 1..i]) {
                let known = longest.entry(back[i - 1]).or_insert(length);
                *known = length.max(*known);
            }
        }
        let most = if self.base > 1.000_001 { f64::from(f32::MAX).ln() / f64::from(self.base).ln() } else { 0.0 };
        for (token, length) in longest {
            let penalty = f64::from(self.base).powf(((length - self.allowed) as f64).min(most.floor()));
            candidates.update(&[token], |logit| logit - self.multiplier * penalty as f32)?;
        }
        Ok(())
    }
}

/// For each place, how many tokens from there on equal those at the beginning (the Z-function, in linear time).
fn agreements(tokens: &[u32]) -> Vec<usize> {
    let mut same = vec![0; tokens.len()];
    let (mut left, mut right) = (0, 0); // tokens[left..right] equal the first ones
    for i in 1..tokens.len() {
        let mut length = if i < right { same[i - left].min(right - i) } else { 0 };
        while tokens.get(i + length).is_some_and(|token| *token == tokens[length]) {
            length += 1;
        }
        same[i] = length;
        if i + length > right {
            (left, right) = (i, i + length);
        }
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreements_are_those_of_comparing() {
        let mut word = 7u32;
        for n in 0..60 {
            let tokens: Vec<u32> = (0..n)
                .map(|_| {
                    word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    word >> 31
                })
                .collect();
            let count = |i: usize| tokens[i..].iter().zip(&tokens).take_while(|(a, b)| a == b).count();
            let expected: Vec<usize> = (0..n).map(|i| if i == 0 { 0 } else { count(i) }).collect();
            assert_eq!(agreements(&tokens), expected);
        }
    }
}
