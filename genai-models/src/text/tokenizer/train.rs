//! How byte-pair encoding learns its merges: every pair of neighbours knows where it occurs, so that a merge costs
//! only its own occurrences.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::added::Added;
use super::merges::{Merge, PairMap, pair};
use super::pieces::Pieces;
use super::split::Splitter;
use crate::Error;

/// The distinct words of a text with their numbers, sorted; what added tokens cover is left out.
pub(super) fn count_words(text: &str, added: &Added, splitter: &Splitter) -> Result<Vec<(Box<str>, u64)>, Error> {
    let mut counts: HashMap<Box<str>, u64> = HashMap::new();
    for part in added.parts(text).into_iter().filter(|it| it.token.is_none()) {
        splitter.words(&text[part.bytes.clone()], part.bytes.start, &mut |word| {
            match counts.get_mut(word.text) {
                Some(count) => *count += 1,
                None => _ = counts.insert(word.text.into(), 1),
            }
            Ok(())
        })?;
    }
    let mut words: Vec<_> = counts.into_iter().collect();
    words.sort_unstable();
    Ok(words)
}

/// Learns merges until `pieces` has `vocabulary` tokens or no pair occurs twice.
///
/// `pieces` holds `special` tokens and then all bytes; what the merges make is added to it. A merge that makes the same
/// bytes as an earlier one makes the same token.
pub(super) fn learn(
    words: &[(Box<str>, u64)],
    pieces: &mut Pieces,
    special: usize,
    vocabulary: usize,
) -> Result<Vec<Merge>, Error> {
    let mut ids: HashMap<Vec<u8>, u32> =
        pieces.iter().zip(0..).skip(special).map(|(it, id)| (it.to_vec(), id)).collect();
    let mut corpus = Corpus::new(words, |byte| ids[&[byte][..]]);
    let mut merges = Vec::new();
    while pieces.len() < vocabulary
        && let Some((left, right)) = corpus.most_frequent()
    {
        let bytes = [pieces.get(left)?, pieces.get(right)?].concat();
        let made = *ids.entry(bytes).or_insert_with_key(|bytes| {
            pieces.push(bytes);
            pieces.len() as u32 - 1
        });
        merges.push(Merge { left, right, made });
        corpus.merge(left, right, made);
    }
    Ok(merges)
}

/// The words as one sequence of tokens that merges shorten.
struct Corpus {
    slots: Vec<Slot>,
    counts: PairMap<u64>,
    places: PairMap<Vec<u32>>,             // of the left token; some are out of date
    heap: BinaryHeap<(u64, Reverse<u64>)>, // count and pair; some are out of date
}

/// A token, how often its word occurs, and its neighbours in the word (itself where there is none).
#[derive(Clone, Copy)]
struct Slot {
    token: u32,
    before: u32,
    after: u32,
    count: u64,
}

/// The token of a slot that a merge has emptied.
const EMPTY: u32 = u32::MAX;

impl Corpus {
    fn new(words: &[(Box<str>, u64)], id: impl Fn(u8) -> u32) -> Self {
        let ids: [u32; 256] = std::array::from_fn(|byte| id(byte as u8));
        let mut slots = Vec::with_capacity(words.iter().map(|(word, _)| word.len()).sum());
        for (word, count) in words {
            let first = slots.len() as u32;
            let last = first + word.len() as u32 - 1;
            slots.extend(word.bytes().zip(first..).map(|(byte, at)| {
                let (before, after) = (at.saturating_sub(1).max(first), (at + 1).min(last));
                Slot { token: ids[byte as usize], before, after, count: *count }
            }));
        }
        let mut corpus =
            Self { slots, counts: PairMap::default(), places: PairMap::default(), heap: BinaryHeap::new() };
        for at in 0..corpus.slots.len() as u32 {
            if let Some(key) = corpus.pair_at(at) {
                corpus.gain(key, at);
            }
        }
        corpus.heap = corpus.counts.iter().map(|(&key, &count)| (count, Reverse(key))).collect();
        corpus
    }

    fn pair_at(&self, at: u32) -> Option<u64> {
        let slot = self.slots[at as usize];
        (slot.after != at && slot.token != EMPTY).then(|| pair(slot.token, self.slots[slot.after as usize].token))
    }

    /// The pair that occurs most, at least twice; of several the one with the smallest ids.
    fn most_frequent(&mut self) -> Option<(u32, u32)> {
        while let Some((count, Reverse(key))) = self.heap.pop() {
            let now = self.counts.get(&key).copied().unwrap_or(0);
            if count == now {
                return (count >= 2).then_some(((key >> 32) as u32, key as u32));
            } else if now > 0 {
                self.heap.push((now, Reverse(key)));
            }
        }
        None
    }

    /// Puts `made` wherever `left right` stands, from left to right.
    fn merge(&mut self, left: u32, right: u32, made: u32) {
        let key = pair(left, right);
        let mut places = self.places.remove(&key).unwrap_or_default();
        places.sort_unstable();
        let mut gained = Vec::new();
        for at in places {
            if self.pair_at(at) == Some(key) {
                self.merge_at(at, made, &mut gained);
            }
        }
        self.counts.remove(&key);
        gained.sort_unstable();
        gained.dedup();
        let counts = &self.counts;
        self.heap.extend(gained.iter().filter_map(|key| Some((*counts.get(key)?, Reverse(*key)))));
    }

    fn merge_at(&mut self, at: u32, made: u32, gained: &mut Vec<u64>) {
        let Slot { before, after: second, .. } = self.slots[at as usize];
        let after = self.slots[second as usize].after;
        let has_before = before != at;
        if has_before {
            self.lose(before);
        }
        self.lose(second);
        self.slots[second as usize].token = EMPTY;
        self.slots[at as usize].token = made;
        self.slots[at as usize].after = if after == second { at } else { after };
        self.slots[after as usize].before = at; // the emptied slot itself at the end of a word, where it does no harm
        for place in [has_before.then_some(before), Some(at)].into_iter().flatten() {
            if let Some(key) = self.pair_at(place) {
                self.gain(key, place);
                gained.push(key);
            }
        }
    }

    /// Counts the pair `key` that now stands at `at`.
    fn gain(&mut self, key: u64, at: u32) {
        *self.counts.entry(key).or_default() += self.slots[at as usize].count;
        self.places.entry(key).or_default().push(at);
    }

    /// Takes the pair at `at`, if there is one, from the counts.
    fn lose(&mut self, at: u32) {
        let count = self.slots[at as usize].count;
        if let Some(key) = self.pair_at(at)
            && let Some(total) = self.counts.get_mut(&key)
        {
            *total -= count;
        }
    }
}
