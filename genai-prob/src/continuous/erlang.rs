//! The Erlang distribution.

use super::gamma::{Gamma, shape_of_spread, spread};
use crate::family::{common, family};
use crate::{Density, Error, Fit, Univariate};
use genai_core::Real;
use rand_core::RngCore;

family! {
    /// Time until the k-th event of a constant rate: calls until a switchboard is full.
    ///
    /// | | |
    /// |---|---|
    /// | density | that of Gamma(k, λ), k = 1, 2, … |
    /// | mean, variance | k/λ, k/λ² |
    /// | maximum likelihood | the likelier of the two whole k beside the gamma distribution's shape; λ̂ = k̂ / mean(x) |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Erlang};
    ///
    /// assert_eq!(Erlang::new(4.0, 2.0)?.mean(), 2.0);
    /// assert!(Erlang::new(1.5, 2.0).is_err());
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Erlang: Continuous {
        /// k, the events waited for: a whole number.
        shape: PositiveCount,
        /// λ, events in a unit of time.
        rate: Positive,
    }
    prepared 4 drawn by Gamma(shape)
}

impl Density<2, 4> for Erlang {
    const NAME: &'static str = "Erlang";

    #[inline(always)]
    fn prepare<R: Real>(parameters: [R; 2]) -> [R; 4] {
        Gamma::prepare(parameters)
    }

    #[inline(always)]
    fn ln_density<R: Real>(prepared: [R; 4], x: R) -> R {
        Gamma::ln_density(prepared, x)
    }
}

impl Erlang {
    fn gamma(&self) -> Gamma {
        Gamma::new(self.shape, self.rate).expect("both are positive")
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        (self.sampler.draw(rng) * self.rate.recip()).max(f64::MIN_POSITIVE)
    }
}

impl Univariate for Erlang {
    common!(draw);
    super::through_gamma!();
}

impl Fit for Erlang {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let (spread, mean) = spread("Erlang::fit", data, weights)?;
        let below = shape_of_spread(spread).floor().max(1.0);
        // the mean log-likelihood at shape k and its best rate
        let likelihood = |k: f64| k * k.ln() - k - crate::special::ln_gamma(k) - k * spread;
        let shape = if likelihood(below + 1.0) > likelihood(below) { below + 1.0 } else { below };
        Self::new(shape, shape / mean)
    }
}
