//! Finite automata over bytes.

use std::collections::HashMap;
use std::fmt;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input, MatchKind};

use crate::Error;

/// The state that no text leaves alive.
pub(super) const DEAD: u32 = 0;
/// The state before the first byte.
pub(super) const START: u32 = 1;

/// States that a pattern may need, and the memory for finding them, in bytes.
const MOST_STATES: usize = 1 << 14;
const MEMORY: usize = 16 << 20;

/// A deterministic automaton, all of whose states but [`DEAD`] are the beginning of an accepted text.
pub(super) struct Automaton {
    next: Vec<u32>, // [states, 256]
    accepting: Vec<bool>,
}

impl Automaton {
    /// Accepts what matches a pattern as a whole.
    ///
    /// # Errors
    ///
    /// If the pattern does not parse, or needs an automaton that is too large.
    pub(super) fn from_pattern(pattern: &str) -> Result<Self, Error> {
        let limits = dense::Config::new().dfa_size_limit(Some(MEMORY)).determinize_size_limit(Some(MEMORY));
        // All matches, not the leftmost first: of a|ab both are to be accepted.
        let config = limits.match_kind(MatchKind::All).start_kind(StartKind::Anchored);
        let parts = thompson::Config::new().nfa_size_limit(Some(MEMORY));
        let wrong = |reason: String| Error::Pattern { pattern: pattern.to_owned(), reason };
        let dfa =
            dense::Builder::new().configure(config).thompson(parts).build(pattern).map_err(|e| wrong(explain(&e)))?;
        let start = dfa.start_state_forward(&Input::new("").anchored(Anchored::Yes));
        let start = start.map_err(|e| wrong(e.to_string()))?;
        let mut automaton = Self::new();
        let (mut known, mut order) = (HashMap::from([(start, START)]), vec![start]);
        let mut done = 0;
        while let Some(&state) = order.get(done) {
            done += 1;
            if order.len() > MOST_STATES {
                return Err(wrong(format!("it needs more than {MOST_STATES} states")));
            }
            let row = automaton.add(dfa.is_match_state(dfa.next_eoi_state(state))) as usize * 256;
            for byte in 0..=255 {
                let next = dfa.next_state(state, byte);
                if dfa.is_dead_state(next) || dfa.is_quit_state(next) {
                    continue;
                }
                automaton.next[row + usize::from(byte)] = numbered(next, &mut known, &mut order);
            }
        }
        automaton.trim();
        Ok(automaton)
    }

    /// Accepts some texts.
    pub(super) fn from_texts<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Self {
        let mut automaton = Self::new();
        automaton.add(false);
        for text in texts {
            let last = text.iter().fold(START, |state, &byte| match automaton.step(state, byte) {
                DEAD => {
                    let next = automaton.add(false);
                    automaton.next[state as usize * 256 + usize::from(byte)] = next;
                    next
                }
                next => next,
            });
            automaton.accepting[last as usize] = true;
        }
        automaton.trim();
        automaton
    }

    /// The state after a byte.
    #[inline]
    pub(super) fn step(&self, state: u32, byte: u8) -> u32 {
        self.next[state as usize * 256 + usize::from(byte)]
    }

    /// Whether the text that led to a state is accepted.
    pub(super) fn is_accepting(&self, state: u32) -> bool {
        self.accepting[state as usize]
    }

    /// How many states there are, the dead one included.
    pub(super) fn len(&self) -> usize {
        self.accepting.len()
    }

    /// With the dead state alone.
    fn new() -> Self {
        Self { next: vec![DEAD; 256], accepting: vec![false] }
    }

    fn add(&mut self, accepting: bool) -> u32 {
        self.next.resize(self.next.len() + 256, DEAD);
        self.accepting.push(accepting);
        self.accepting.len() as u32 - 1
    }

    /// Leads nowhere what leads to no accepted text.
    fn trim(&mut self) {
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); self.len()];
        for (i, &next) in self.next.iter().enumerate() {
            let state = (i / 256) as u32;
            if before[next as usize].last() != Some(&state) {
                before[next as usize].push(state);
            }
        }
        let mut alive = self.accepting.clone();
        let mut open: Vec<u32> = (0..self.len() as u32).filter(|&state| alive[state as usize]).collect();
        while let Some(state) = open.pop() {
            for &state in &before[state as usize] {
                if !std::mem::replace(&mut alive[state as usize], true) {
                    open.push(state);
                }
            }
        }
        alive[DEAD as usize] = false;
        self.next.iter_mut().filter(|next| !alive[**next as usize]).for_each(|next| *next = DEAD);
    }
}

impl fmt::Debug for Automaton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Automaton").field("states", &self.len()).finish_non_exhaustive()
    }
}

/// The number of a state, a new one if it was not met before.
fn numbered(state: StateID, known: &mut HashMap<StateID, u32>, order: &mut Vec<StateID>) -> u32 {
    *known.entry(state).or_insert_with(|| {
        order.push(state);
        order.len() as u32
    })
}

/// The reason of an error, without the layers that pass it on.
fn explain(error: &dense::BuildError) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}
