//! The geometric distribution.

use super::ties;
use crate::domain::MOST;
use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Failures before the first success, where every trial succeeds with the same probability.
    ///
    /// | | |
    /// |---|---|
    /// | mass | p (1 − p)ᵏ, k = 0, 1, … |
    /// | mean, variance | (1 − p)/p, (1 − p)/p² |
    /// | maximum likelihood | p̂ = 1 / (1 + mean(k)) |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::Geometric};
    ///
    /// let tails = Geometric::new(0.5)?;
    /// assert_eq!((tails.pmf(2.0), tails.cdf(1.0), tails.pmf(1.5)), (0.125, 0.75, 0.0));
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Geometric: Discrete {
        /// p, the probability of a success.
        p: PositiveProbability,
    }
    prepared 2
}

impl Density<1, 2> for Geometric {
    const NAME: &'static str = "Geometric";

    #[inline(always)]
    fn prepare<R: Real>([p]: [R; 1]) -> [R; 2] {
        [p.ln(), (-p).ln_1p()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([ln_p, ln_q]: [R; 2], k: R) -> R {
        let zero = R::lit(0.0);
        let failures = R::select(k.eq(zero), zero, k * ln_q); // 0 · −∞ where every trial succeeds
        let outside = k.lt(zero).or(k.eq(k.floor()).not());
        R::select(outside, R::lit(f64::NEG_INFINITY), ln_p + failures)
    }
}

impl Univariate for Geometric {
    common!(formula);
    common!(tabled);

    fn cdf_in_two(&self, k: f64) -> Option<(f64, f64)> {
        ties::cdf(k, self.support(), |_| Double::sum(1.0, -self.p))
    }

    fn support(&self) -> Support {
        Support::whole(0.0, if self.p == 1.0 { 0.0 } else { f64::INFINITY })
    }

    fn prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { self.p * (k * self.prepared[1].max(-f64::MAX)).exp() } else { 0.0 }
    }

    fn cdf(&self, k: f64) -> f64 {
        -self.ln_sf(k).exp_m1()
    }

    fn sf(&self, k: f64) -> f64 {
        self.ln_sf(k).exp()
    }

    fn ln_sf(&self, k: f64) -> f64 {
        if k < 0.0 { 0.0 } else { (k.floor() + 1.0) * self.prepared[1] }
    }

    fn mean(&self) -> f64 {
        (1.0 - self.p) / self.p
    }

    fn variance(&self) -> f64 {
        (1.0 - self.p) / self.p / self.p
    }

    fn skewness(&self) -> f64 {
        (2.0 - self.p) / (1.0 - self.p).sqrt()
    }

    fn kurtosis(&self) -> f64 {
        6.0 + self.p * self.p / (1.0 - self.p)
    }

    fn mode(&self) -> f64 {
        0.0
    }

    fn entropy(&self) -> f64 {
        if self.p == 1.0 { 0.0 } else { -self.prepared[0] - self.mean() * self.prepared[1] }
    }
}

impl Geometric {
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        if self.p == 1.0 { 0.0 } else { (-sample::standard_exponential(rng) / self.prepared[1]).floor().min(MOST) }
    }
}

impl Fit for Geometric {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Geometric::fit", data, weights, Support::whole(0.0, MOST))?;
        Self::new(total / (total + data::weighted_sum(data, weights)))
    }
}
