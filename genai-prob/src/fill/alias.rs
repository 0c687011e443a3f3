//! Choosing one of many by their weights, in constant time: one random word and one look into a table.

use super::words::FromWords;
use genai_core::kernels::Simd;
use genai_core::random::WORDS;
use rand_core::RngCore;
use std::hint::select_unpredictable;

/// One of n places: kept below the threshold, otherwise its alias.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Place {
    keep: u64,
    alias: u32,
}

/// Walker's alias table: the product of a random word and n has the place in its upper and the coin in its lower half.
///
/// Sources: Walker 1977, *An efficient method for generating discrete random variables with general distributions*; Vose
/// 1991, *A linear algorithm for generating random numbers with a given distribution*.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alias {
    places: Vec<Place>,
    /// The value of the first place; the others follow one by one.
    first: f64,
}

impl Alias {
    /// The table of weights that are finite, at least 0 and not all 0; at most 2³² of them.
    pub(crate) fn new(weights: &[f64], first: f64) -> Self {
        let n = weights.len();
        let total = crate::data::sum(weights.iter().copied());
        let mut share: Vec<f64> = weights.iter().map(|w| w / total * n as f64).collect();
        let mut places: Vec<Place> = (0..n).map(|i| Place { keep: u64::MAX, alias: i as u32 }).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| share[i] < 1.0);
        while let (Some(&poor), Some(&rich)) = (small.last(), large.last()) {
            small.pop();
            places[poor] = Place { keep: threshold(share[poor]), alias: rich as u32 };
            share[rich] -= 1.0 - share[poor];
            if share[rich] < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        let likeliest = (0..n).fold(0, |best, i| if weights[i] > weights[best] { i } else { best });
        for i in small.into_iter().filter(|&i| weights[i] == 0.0) {
            places[i] = Place { keep: 0, alias: likeliest as u32 }; // left over by rounding, and never to be drawn
        }
        Self { places, first }
    }

    /// The place of a random word.
    #[inline(always)]
    pub(crate) fn place(&self, word: u64) -> usize {
        let product = u128::from(word) * self.places.len() as u128;
        let (i, coin) = ((product >> 64) as usize, product as u64);
        let place = self.places[i];
        select_unpredictable(coin < place.keep, i, place.alias as usize)
    }

    /// One draw.
    #[inline]
    pub(crate) fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.first + self.place(rng.next_u64()) as f64
    }
}

/// A share of a place in units of 2⁻⁶⁴.
fn threshold(share: f64) -> u64 {
    (share * 18_446_744_073_709_551_616.0) as u64 // saturates
}

impl FromWords for Alias {
    #[inline(always)]
    fn draw<S: Simd>(&self, words: &[u64; WORDS], out: &mut [f64; WORDS]) -> usize {
        for i in 0..WORDS {
            out[i] = self.first + self.place(words[i]) as f64;
        }
        WORDS
    }
}
