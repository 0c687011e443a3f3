//! The merges of a byte-pair encoding, and their application to a word.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// A map from pairs of tokens. They come from files and training, so that a simple hash is safe enough.
pub(super) type PairMap<T> = HashMap<u64, T, BuildHasherDefault<PairHasher>>;

pub(super) fn pair(left: u32, right: u32) -> u64 {
    u64::from(left) << 32 | u64::from(right)
}

/// Multiplies by the golden ratio and folds the halves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PairHasher(u64);

impl Hasher for PairHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("pairs are written as u64");
    }

    fn write_u64(&mut self, pair: u64) {
        let product = u128::from(pair ^ 0x51_7c_c1_b7_27_22_0a_95) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}

/// `left right → made`; earlier merges go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) made: u32,
}

/// All merges by rank, and the rank of each pair.
#[derive(Debug, Clone)]
pub(super) struct Merges {
    list: Vec<Merge>,
    ranks: PairMap<u32>,
}

impl Merges {
    pub(super) fn new(list: Vec<Merge>) -> Self {
        let ranks = list.iter().zip(0..).map(|(it, rank)| (pair(it.left, it.right), rank)).collect();
        Self { list, ranks }
    }

    pub(super) fn list(&self) -> &[Merge] {
        &self.list
    }

    /// Applies merges to `word` until none fits: always that of lowest rank, and of equal ones the leftmost.
    ///
    /// O(n log n) for n tokens: a linked list, and a heap of the merges that are possible or once were.
    pub(super) fn apply(&self, word: &mut Vec<u32>, scratch: &mut Scratch) {
        let Scratch { links, heap } = scratch;
        links.clear();
        heap.clear();
        let end = word.len();
        links.extend((0..end).map(|at| Link { before: at.wrapping_sub(1), after: at + 1 }));
        for at in 1..end {
            self.offer(heap, at - 1, word[at - 1], word[at]);
        }
        while let Some(Reverse((rank, at))) = heap.pop() {
            let Merge { left, right, made } = self.list[rank as usize];
            let second = links[at].after;
            if word[at] != left || second >= end || word[second] != right {
                continue; // one of the two has been merged since
            }
            word[at] = made;
            word[second] = GONE;
            let Link { before, .. } = links[at];
            let after = links[second].after;
            links[at].after = after;
            if after < end {
                links[after].before = at;
                self.offer(heap, at, made, word[after]);
            }
            if before < end {
                self.offer(heap, before, word[before], made);
            }
        }
        word.retain(|&token| token != GONE);
    }

    fn offer(&self, heap: &mut BinaryHeap<Reverse<(u32, usize)>>, at: usize, left: u32, right: u32) {
        if let Some(&rank) = self.ranks.get(&pair(left, right)) {
            heap.push(Reverse((rank, at)));
        }
    }
}

/// In place of the second token of a merge; no vocabulary is so large.
const GONE: u32 = u32::MAX;

/// Working memory of [`Merges::apply`].
#[derive(Debug, Default)]
pub(super) struct Scratch {
    links: Vec<Link>,
    heap: BinaryHeap<Reverse<(u32, usize)>>,
}

/// The neighbours of a token in its word; any index beyond the word is no neighbour.
#[derive(Debug, Clone, Copy)]
struct Link {
    before: usize,
    after: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Byte-pair encoding as its paper has it: look for the best pair, merge it, start over.
    fn plain(merges: &Merges, word: &[u32]) -> Vec<u32> {
        let mut word = word.to_vec();
        loop {
            let ranks = word.windows(2).map(|it| merges.ranks.get(&pair(it[0], it[1])));
            let Some((rank, at)) = ranks.zip(0..).filter_map(|(rank, at)| Some((*rank?, at))).min() else {
                return word;
            };
            word.splice(at..at + 2, [merges.list[rank as usize].made]);
        }
    }

    #[test]
    fn heap_equals_search() {
        // a: 0, b: 1; the rest are made of them, some in two ways
        let list = [(0, 0, 2), (2, 1, 3), (1, 0, 4), (2, 2, 5), (0, 4, 6), (3, 4, 7), (5, 5, 8), (1, 1, 9), (2, 4, 7)];
        let merges = Merges::new(list.map(|(left, right, made)| Merge { left, right, made }).to_vec());
        let mut scratch = Scratch::default();
        for length in 0..14 {
            for letters in 0_u32..1 << length {
                let word: Vec<u32> = (0..length).map(|at| letters >> at & 1).collect();
                let mut merged = word.clone();
                merges.apply(&mut merged, &mut scratch);
                assert_eq!(merged, plain(&merges, &word), "{word:?}");
            }
        }
    }
}
