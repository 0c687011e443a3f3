//! How candidates are found by their rank and left alone, without a look at most of the vocabulary.

use super::candidates::{Buffers, Candidates};
use super::scan::{BLOCK, nth_largest, positions};

impl Candidates<'_> {
    /// Keeps the values that are at least `least` and for which `keep(position, value)`, if these are `count` or more, and says
    /// whether they are; the peak must be known.
    pub(super) fn keep_if(&mut self, least: f32, count: usize, keep: impl Fn(u32, f32) -> bool) -> bool {
        let mut kept = std::mem::take(&mut self.buffers.found);
        self.find(least, &mut kept);
        kept.retain(|&i| keep(i, self.values()[i as usize]));
        let enough = kept.len() >= count;
        if enough {
            self.leave(&kept);
        }
        self.buffers.found = kept;
        enough
    }

    /// Keeps exactly the `count` largest values, the lower tokens among equal ones; the peak must be known.
    pub(super) fn keep_best(&mut self, count: usize) {
        let mut best = self.order(count);
        best.sort_unstable();
        self.leave(&best);
    }

    /// Positions of the values that are at least `least`; blocks whose maximum is smaller are not looked at.
    pub(super) fn reaching(&self, least: f32) -> Vec<u32> {
        let mut found = Vec::new();
        self.find(least, &mut found);
        found
    }

    /// As [`Candidates::reaching`], into memory that was used before.
    fn find(&self, least: f32, found: &mut Vec<u32>) {
        found.clear();
        for (i, block) in self.values().chunks(BLOCK).enumerate() {
            if self.buffers.maxima[i] >= least {
                positions(block, i * BLOCK, least, f32::INFINITY, found);
            }
        }
    }

    /// The k-th largest value, 0 < k ≤ [`Candidates::len`], and the positions of some values among which are all that reach it;
    /// the peak must be known.
    pub(super) fn kth_largest(&mut self, k: usize, found: &mut Vec<u32>) -> f32 {
        let blocks = &self.buffers.maxima;
        if k > blocks.len() {
            let kth = nth_largest(self.values(), k);
            self.find(kth, found);
            return kth;
        }
        // At least k values reach the k-th largest maximum of a block.
        self.find(nth_largest(blocks, k), found);
        let mut order = std::mem::take(&mut self.buffers.order);
        order.clear();
        order.extend(found.iter().map(|&i| self.values()[i as usize]));
        let kth = nth_largest(&order, k);
        self.buffers.order = order;
        kth
    }

    /// Leaves the candidates at these ascending positions.
    pub(super) fn leave(&mut self, kept: &[u32]) {
        let Buffers { tokens, values, .. } = &mut self.buffers;
        if self.sparse {
            // Downwards in place: a candidate's new position is at most its old one.
            for (to, &from) in kept.iter().enumerate() {
                (tokens[to], values[to]) = (tokens[from as usize], values[from as usize]);
            }
            tokens.truncate(kept.len());
            values.truncate(kept.len());
        } else {
            tokens.clear();
            tokens.extend_from_slice(kept);
            values.clear();
            values.extend(kept.iter().map(|&i| self.logits[i as usize]));
        }
        (self.sparse, self.known) = (true, None);
    }

    /// Leaves these ascending tokens, with the logit 0.
    pub(super) fn replace(&mut self, tokens: Vec<u32>) {
        self.buffers.values.clear();
        self.buffers.values.resize(tokens.len(), 0.0);
        self.buffers.tokens = tokens;
        (self.sparse, self.known, self.temperature) = (true, None, 1.0);
    }
}
