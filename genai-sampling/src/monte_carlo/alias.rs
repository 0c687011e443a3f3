//! Draws from weights in constant time.

use super::run::check_weights;
use crate::Error;
use genai_core::random::Stream;

/// Walker's alias table: n places of equal width, each shared by at most two outcomes. Built in O(n), a draw costs O(1).
///
/// Source: Walker 1977; Vose 1991, *A linear algorithm for generating random numbers with a given distribution*.
#[derive(Clone, Debug)]
pub struct Alias {
    keep: Vec<f64>,
    other: Vec<usize>,
}

impl Alias {
    /// The table of weights, which need not sum to 1.
    ///
    /// ```
    /// use genai_core::random::Key;
    /// use genai_sampling::monte_carlo::Alias;
    ///
    /// let alias = Alias::new(&[1.0, 0.0, 3.0])?;
    /// assert_ne!(alias.draw(&mut Key::new(1).stream()), 1);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are no weights, one is negative or not finite, or all are 0.
    pub fn new(weights: &[f64]) -> Result<Self, Error> {
        let total = check_weights(weights)?;
        let n = weights.len();
        let mut share: Vec<f64> = weights.iter().map(|w| w / total * n as f64).collect();
        let (mut keep, mut other): (Vec<f64>, Vec<usize>) = (vec![1.0; n], (0..n).collect());
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| share[i] < 1.0);
        while let (Some(&poor), Some(&rich)) = (small.last(), large.last()) {
            small.pop();
            (keep[poor], other[poor]) = (share[poor], rich);
            share[rich] -= 1.0 - share[poor];
            if share[rich] < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        let likeliest = (0..n).fold(0, |best, i| if weights[i] > weights[best] { i } else { best });
        for i in small.into_iter().filter(|&i| weights[i] == 0.0) {
            (keep[i], other[i]) = (0.0, likeliest); // left over by rounding, and never to be drawn
        }
        Ok(Self { keep, other })
    }

    /// One draw: i with probability wᵢ / Σ w.
    #[inline]
    pub fn draw(&self, rng: &mut Stream) -> usize {
        let place = rng.below(self.keep.len() as u64) as usize;
        if rng.uniform() < self.keep[place] { place } else { self.other[place] }
    }
}
