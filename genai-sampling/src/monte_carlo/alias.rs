//! Draws from weights in constant time.

use crate::Error;
use genai_core::random::Stream;
use genai_prob::Univariate;
use genai_prob::discrete::Categorical;

/// Walker's alias table: n places of equal width, each shared by at most two outcomes. Built in O(n), a draw costs O(1).
///
/// Source: Walker 1977; Vose 1991, *A linear algorithm for generating random numbers with a given distribution*.
#[derive(Clone, Debug)]
pub struct Alias(Categorical);

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
    /// If there are no weights or more than 2³², one is negative or not finite, or their sum is not positive and finite.
    pub fn new(weights: &[f64]) -> Result<Self, Error> {
        Ok(Self(Categorical::new(weights)?))
    }

    /// One draw: i with probability wᵢ / Σ w.
    #[inline]
    pub fn draw(&self, rng: &mut Stream) -> usize {
        self.0.sample(rng) as usize
    }
}
