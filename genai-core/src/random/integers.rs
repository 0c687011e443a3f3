//! Integers below a bound, and permutations.

use super::fill::CHUNK;
use super::key::Key;
use super::lanes::{WORDS, Words};
use crate::kernels::parallel;

impl Key {
    /// Fills with integers uniform on 0 … n − 1, each exactly equally likely.
    ///
    /// # Panics
    ///
    /// If `n` is 0 or more than 2⁶³.
    ///
    /// # Examples
    ///
    /// ```
    /// # use genai_core::random::Key;
    /// let mut dice = [0; 100];
    /// Key::new(3).below(6, &mut dice);
    /// assert!(dice.iter().all(|d| (0..6).contains(d)));
    /// ```
    ///
    /// Source: Lemire 2019, *Fast random integer generation in an interval*,
    /// [arXiv:1805.10941](https://arxiv.org/abs/1805.10941).
    #[track_caller]
    pub fn below(self, n: u64, out: &mut [i64]) {
        assert!(n > 0 && n <= 1 << 63, "below: there is no integer in 0..{n} (as i64)");
        parallel::chunks(out, CHUNK, 6000, |i, out| {
            let (mut lanes, mut words) = (Words::new(self, i as u64), [0; WORDS]);
            let mut more = None; // for the few words that would favour some integers
            for block in out.chunks_mut(WORDS) {
                lanes.fill(&mut words);
                for (value, &word) in block.iter_mut().zip(&words) {
                    *value = accept(word, n)
                        .unwrap_or_else(|| more.get_or_insert_with(|| self.split(i as u64).stream()).below(n))
                        as i64;
                }
            }
        });
    }

    /// A uniformly random order of 0 … n − 1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use genai_core::random::Key;
    /// let mut order = Key::new(5).permutation(10);
    /// order.sort();
    /// assert_eq!(order, (0..10).collect::<Vec<_>>());
    /// ```
    pub fn permutation(self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.stream().shuffle(&mut order);
        order
    }
}

/// The integer below `n` that a random word stands for, unless the word belongs to the 2⁶⁴ mod n that are too many.
#[inline(always)]
pub(super) fn accept(word: u64, n: u64) -> Option<u64> {
    let product = u128::from(word) * u128::from(n);
    let low = product as u64;
    (low >= n || low >= n.wrapping_neg() % n).then_some((product >> 64) as u64)
}
