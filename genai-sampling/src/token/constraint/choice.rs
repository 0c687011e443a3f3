//! One of some texts.

use super::automaton::Automaton;
use super::matcher::Matcher;
use super::{Constraint, TokenSet, Vocabulary};
use crate::Error;

/// The text is one of a list.
///
/// # Examples
///
/// ```
/// use genai_sampling::token::constraint::{Choice, Constraint, Vocabulary};
///
/// let vocabulary = Vocabulary::new(["y", "n", "e", "s", "o", "es"]);
/// let mut answer = Choice::new(&vocabulary, &["yes", "no"])?;
/// answer.accept(1)?;
/// assert_eq!(answer.forced(10), [4]); // after "n" comes "o"
/// assert!(answer.accept(2).is_err());
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Choice(Matcher);

impl Choice {
    /// A constraint to some texts; to those of them that the vocabulary can spell.
    ///
    /// # Errors
    ///
    /// If the vocabulary can spell none of them.
    pub fn new<T: AsRef<str>>(vocabulary: &Vocabulary, texts: &[T]) -> Result<Self, Error> {
        let automaton = Automaton::from_texts(texts.iter().map(|text| text.as_ref().as_bytes()));
        Matcher::new(vocabulary, automaton).map(Self)
    }
}

impl Constraint for Choice {
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
