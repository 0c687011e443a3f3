//! A text that matches a pattern.

use super::automaton::Automaton;
use super::matcher::Matcher;
use super::{Constraint, TokenSet, Vocabulary};
use crate::Error;

/// The text matches a regular expression, from its first byte to its last.
///
/// The syntax is that of the crate `regex`: no back-references, no look-around, and of word boundaries `(?-u:\b)` alone.
/// Making one walks the vocabulary once for each state that the pattern's automaton has.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::constraint::{Constraint, Regex, TokenSet, Vocabulary};
///
/// let vocabulary = Vocabulary::new(["a", "b", "ab", "abc"]);
/// let mut pattern = Regex::new(&vocabulary, "(ab)+")?;
/// let mut allowed = TokenSet::default();
/// pattern.allow(10, &mut allowed);
/// assert_eq!(allowed.iter().collect::<Vec<_>>(), [0, 2]); // "a" and "ab"
/// assert!(Regex::new(&vocabulary, "(ab").is_err());
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// Source: Willard & Louf 2023, [arXiv:2307.09702](https://arxiv.org/abs/2307.09702), algorithm 4, on a trie of bytes.
#[derive(Clone, Debug)]
pub struct Regex(Matcher);

impl Regex {
    /// A constraint to a pattern.
    ///
    /// # Errors
    ///
    /// If the pattern does not parse or needs an automaton of more than 16,384 states, or if no text of the vocabulary's tokens
    /// matches it.
    pub fn new(vocabulary: &Vocabulary, pattern: &str) -> Result<Self, Error> {
        Matcher::new(vocabulary, Automaton::from_pattern(pattern)?).map(Self)
    }
}

impl Constraint for Regex {
    fn allow(&mut self, room: usize, allowed: &mut TokenSet) {
        self.0.allow(room, allowed);
    }

    fn accept(&mut self, token: u32) -> Result<(), Error> {
        self.0.accept(token)
    }

    fn rewind(&mut self, tokens: usize) {
        self.0.rewind(tokens);
    }

    fn is_complete(&self) -> bool {
        self.0.is_complete()
    }

    fn needed(&self) -> Option<usize> {
        self.0.needed()
    }

    fn bytes(&self, token: u32) -> &[u8] {
        self.0.bytes(token)
    }
}
