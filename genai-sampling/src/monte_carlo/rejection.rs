//! Rejection sampling.

use crate::Error;
use genai_core::random::Stream;

/// Rejection sampling: a proposal x is kept with probability f(x) / (M q(x)), where M q lies above f everywhere.
///
/// `log_target` and `log_proposal` need no normalising constants; `log_bound` is the ln M that fits both.
///
/// Source: von Neumann 1951, *Various techniques used in connection with random digits*.
#[derive(Clone, Debug)]
pub struct Rejection<F, G, Q> {
    /// ln f.
    pub log_target: F,
    /// ln q.
    pub log_proposal: G,
    /// A draw of q.
    pub propose: Q,
    /// ln M.
    pub log_bound: f64,
    /// Proposals for one draw at most.
    pub tries: u64,
}

impl<T, F: Fn(&T) -> f64, G: Fn(&T) -> f64, Q: Fn(&mut Stream) -> T> Rejection<F, G, Q> {
    /// One draw, exactly of f.
    ///
    /// ```
    /// use genai_core::random::Key;
    /// use genai_sampling::monte_carlo::Rejection;
    ///
    /// let beta22 = Rejection { // x (1 − x), below ¼
    ///     log_target: |x: &f64| x.ln() + (1.0 - x).ln(),
    ///     log_proposal: |_: &f64| 0.0,
    ///     propose: |rng: &mut genai_core::random::Stream| rng.uniform(),
    ///     log_bound: 0.25f64.ln(),
    ///     tries: 1000,
    /// };
    /// let x = beta22.draw(&mut Key::new(1).stream())?;
    /// assert!(0.0 < x && x < 1.0);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If f exceeds its bound at a proposal or is NaN there, or all tries were in vain.
    pub fn draw(&self, rng: &mut Stream) -> Result<T, Error> {
        for _ in 0..self.tries {
            let x = (self.propose)(rng);
            let excess = (self.log_target)(&x) - (self.log_proposal)(&x) - self.log_bound;
            if excess.is_nan() || excess > 1e-12 {
                return Err(Error::Parameter {
                    name: "log_bound",
                    value: self.log_bound,
                    expected: "above the target",
                });
            }
            if rng.uniform() < excess.exp() {
                return Ok(x);
            }
        }
        Err(Error::Exhausted { what: "rejection", tries: self.tries })
    }
}
