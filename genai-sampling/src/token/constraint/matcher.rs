//! An automaton that walks a vocabulary.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::automaton::{Automaton, DEAD, START};
use super::{TokenSet, Vocabulary};
use crate::Error;

/// Where a text stands in an automaton, and what may follow it.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    vocabulary: Vocabulary,
    automaton: Arc<Automaton>,
    needed: Arc<HashMap<u32, usize>>, // tokens from each state to an accepted text; without an entry there is no way
    longest: usize,                   // the largest of these
    states: Vec<u32>,                 // the start, and the state after each token
    known: HashMap<u32, TokenSet>,    // what may follow a state where there is room
}

impl Matcher {
    /// A text that has not begun.
    ///
    /// # Errors
    ///
    /// If no text of the vocabulary's tokens is accepted.
    pub(super) fn new(vocabulary: &Vocabulary, automaton: Automaton) -> Result<Self, Error> {
        let needed = distances(vocabulary, &automaton);
        if !needed.contains_key(&START) {
            return Err(Error::Unsatisfiable);
        }
        let longest = needed.values().copied().max().unwrap_or(0);
        let (vocabulary, automaton) = (vocabulary.clone(), Arc::new(automaton));
        Ok(Self {
            vocabulary,
            automaton,
            needed: Arc::new(needed),
            longest,
            states: vec![START],
            known: HashMap::new(),
        })
    }

    pub(super) fn allow(&mut self, room: usize, allowed: &mut TokenSet) {
        let state = self.state();
        if room <= self.longest {
            allowed.extend(&self.following(state, room));
        } else if let Some(known) = self.known.get(&state) {
            allowed.extend(known);
        } else {
            let set = self.following(state, room);
            allowed.extend(&set);
            self.known.insert(state, set);
        }
    }

    pub(super) fn accept(&mut self, token: u32) -> Result<(), Error> {
        let bytes = self.vocabulary.bytes(token);
        let state = bytes.iter().fold(self.state(), |state, &byte| self.automaton.step(state, byte));
        if bytes.is_empty() || state == DEAD || !self.needed.contains_key(&state) {
            return Err(Error::Forbidden { token });
        }
        self.states.push(state);
        Ok(())
    }

    pub(super) fn rewind(&mut self, tokens: usize) {
        self.states.truncate(self.states.len().saturating_sub(tokens).max(1));
    }

    pub(super) fn is_complete(&self) -> bool {
        self.automaton.is_accepting(self.state())
    }

    pub(super) fn needed(&self) -> Option<usize> {
        self.needed.get(&self.state()).copied()
    }

    pub(super) fn bytes(&self, token: u32) -> &[u8] {
        self.vocabulary.bytes(token)
    }

    fn state(&self) -> u32 {
        *self.states.last().expect("the start stays")
    }

    /// The tokens after which the text can still be completed.
    fn following(&self, state: u32, room: usize) -> TokenSet {
        let mut set = TokenSet::default();
        self.vocabulary.walk(&self.automaton, state, |tokens, state| {
            if self.needed.get(&state).is_some_and(|&needed| needed < room) {
                tokens.iter().for_each(|&token| set.insert(token));
            }
        });
        set
    }
}

/// How many tokens lead from each state that tokens reach to an accepted text.
fn distances(vocabulary: &Vocabulary, automaton: &Automaton) -> HashMap<u32, usize> {
    let mut before: HashMap<u32, Vec<u32>> = HashMap::new();
    let (mut reached, mut open) = (HashSet::from([START]), vec![START]);
    while let Some(state) = open.pop() {
        let mut following = HashSet::new();
        vocabulary.walk(automaton, state, |_, next| {
            following.insert(next);
        });
        for next in following {
            before.entry(next).or_default().push(state);
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    let mut edge: Vec<u32> = reached.into_iter().filter(|&state| automaton.is_accepting(state)).collect();
    let mut needed: HashMap<u32, usize> = edge.iter().map(|&state| (state, 0)).collect();
    for distance in 1.. {
        let behind = edge.iter().flat_map(|state| before.get(state).into_iter().flatten());
        let new: HashSet<u32> = behind.copied().filter(|state| !needed.contains_key(state)).collect();
        if new.is_empty() {
            break;
        }
        needed.extend(new.iter().map(|&state| (state, distance)));
        edge = new.into_iter().collect();
    }
    needed
}
