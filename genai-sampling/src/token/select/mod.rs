//! Choosing one of the candidates.
//!
//! To add a selection: one file with its struct, a `mod` and a `pub use` here, and one row in
//! `tests/token_laws/selections.rs`.

mod gumbel;
mod mirostat;

use std::fmt::Debug;

use genai_core::random::Stream;

use super::Candidates;
use crate::Error;

pub use gumbel::Gumbel;
pub use mirostat::{Mirostat, MirostatV1};

/// Chooses the next token among the candidates.
pub trait Select: Debug + Send {
    /// The chosen token; what is random comes from `random` alone.
    ///
    /// # Errors
    ///
    /// If a logit is NaN or +∞, or no token is left.
    fn select(&mut self, candidates: &mut Candidates<'_>, random: &mut Stream) -> Result<u32, Error>;

    /// Forgets the last selections, for a sequence that is rewound by that many tokens; nothing to do without a state.
    fn rewind(&mut self, tokens: usize) {
        let _ = tokens;
    }

    /// The same selection for another sequence, from its beginning.
    fn fresh(&self) -> Box<dyn Select>;
}

/// The likeliest token; the lowest of equally likely ones.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::token::{Candidates, Greedy, Select};
///
/// let mut logits = [1.0, 3.0, 3.0];
/// assert_eq!(Greedy.select(&mut Candidates::new(&mut logits), &mut Key::new(0).stream())?, 1);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Greedy;

impl Select for Greedy {
    fn select(&mut self, candidates: &mut Candidates<'_>, _: &mut Stream) -> Result<u32, Error> {
        candidates.likeliest()
    }

    fn fresh(&self) -> Box<dyn Select> {
        Box::new(*self)
    }
}

/// A token at random, each with its probability, by inversion of one uniform number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Multinomial;

impl Select for Multinomial {
    fn select(&mut self, candidates: &mut Candidates<'_>, random: &mut Stream) -> Result<u32, Error> {
        candidates.at(random.uniform())
    }

    fn fresh(&self) -> Box<dyn Select> {
        Box::new(*self)
    }
}
