//! Constraints: text of a given form, whatever the model would rather say.
//!
//! A [`Constraint`] says which tokens may come next, given the text so far; [`constrain`] generates within it. Every text it
//! produces meets the constraint, within the tokens that it may have; where only one token is possible it is taken without
//! asking the model; a constraint that no text can meet is an error before the first token.
//!
//! ```
//! use genai_sampling::token::constraint::{Regex, Vocabulary, constrain};
//! use genai_sampling::token::{Options, strategy::Uncached};
//!
//! let vocabulary = Vocabulary::new(["0", "1", "2", "-", "12", "x", ""]);
//! let model = Uncached::new(7, |_| Ok(vec![0.0; 7]));
//! let options = Options { stop_tokens: vec![6], ..Options::default() };
//! let steps = constrain(&model, &[0], Regex::new(&vocabulary, r"\d{2}-\d{2}")?, options)?;
//! let text: String = steps.map(|step| Ok(step?.text)).collect::<Result<_, genai_sampling::Error>>()?;
//! assert!(text.len() == 5 && &text[2..3] == "-");
//! # Ok::<(), genai_sampling::Error>(())
//! ```
//!
//! To add one: one file with its struct and [`Constraint`], a `mod` and a `pub use` below, and one row in
//! `tests/constraint_laws.rs`.

mod automaton;
mod choice;
mod constrained;
mod matcher;
mod regex;
mod token_set;
mod vocabulary;

use std::fmt::Debug;

use crate::Error;

pub use choice::Choice;
pub use constrained::{Constrained, constrain};
pub use regex::Regex;
pub use token_set::TokenSet;
pub use vocabulary::Vocabulary;

/// Which tokens may come next, given those that came.
///
/// It must never lead into a dead end: each allowed token is the beginning of a text that meets the constraint with the
/// tokens that are left.
pub trait Constraint: Debug + Send {
    /// Adds the tokens that may come next to an empty set, where `room` more tokens may come, this one included.
    fn allow(&mut self, room: usize, allowed: &mut TokenSet);

    /// The next token has come.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] if it may not come here; nothing changes then.
    fn accept(&mut self, token: u32) -> Result<(), Error>;

    /// Forgets the last tokens, all of them if there are fewer.
    fn rewind(&mut self, tokens: usize);

    /// Whether the text so far meets the constraint, so that it may end here.
    fn is_complete(&self) -> bool;

    /// How many more tokens are needed at least; `None` if no number of tokens is enough.
    fn needed(&self) -> Option<usize>;

    /// The text of a token.
    fn bytes(&self, token: u32) -> &[u8];

    /// The tokens that must come next, since nothing else may: as many as are known, up to where the text may end.
    fn forced(&mut self, room: usize) -> Vec<u32> {
        let (mut forced, mut allowed) = (Vec::new(), TokenSet::default());
        while forced.len() < room && !self.is_complete() {
            allowed.clear();
            self.allow(room - forced.len(), &mut allowed);
            let Some(token) = allowed.only().filter(|&token| self.accept(token).is_ok()) else { break };
            forced.push(token);
        }
        self.rewind(forced.len());
        forced
    }
}

/// A constraint that is chosen at run time.
impl Constraint for Box<dyn Constraint> {
    fn allow(&mut self, room: usize, allowed: &mut TokenSet) {
        (**self).allow(room, allowed);
    }

    fn accept(&mut self, token: u32) -> Result<(), Error> {
        (**self).accept(token)
    }

    fn rewind(&mut self, tokens: usize) {
        (**self).rewind(tokens);
    }

    fn is_complete(&self) -> bool {
        (**self).is_complete()
    }

    fn needed(&self) -> Option<usize> {
        (**self).needed()
    }

    fn bytes(&self, token: u32) -> &[u8] {
        (**self).bytes(token)
    }

    fn forced(&mut self, room: usize) -> Vec<u32> {
        (**self).forced(room)
    }
}
