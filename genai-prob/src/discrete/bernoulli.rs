//! The Bernoulli distribution.

use crate::family::{common, family};
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// One trial that succeeds (1) or fails (0): a coin, a click, a cure.
    ///
    /// | | |
    /// |---|---|
    /// | mass | p at 1, 1 − p at 0 |
    /// | mean, variance | p, p (1 − p) |
    /// | maximum likelihood | p̂ = the share of ones |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Fit, Univariate, discrete::Bernoulli};
    ///
    /// let coin = Bernoulli::new(0.25)?;
    /// assert_eq!((coin.pmf(1.0), coin.pmf(0.0), coin.mean()), (0.25, 0.75, 0.25));
    /// assert_eq!(Bernoulli::fit(&[1.0, 0.0, 1.0, 1.0])?.p(), 0.75);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Bernoulli: Discrete {
        /// p, the probability of a success.
        p: Probability,
    }
    prepared 2
}

impl Density<1, 2> for Bernoulli {
    const NAME: &'static str = "Bernoulli";

    #[inline(always)]
    fn prepare<R: Real>([p]: [R; 1]) -> [R; 2] {
        [p.ln(), (-p).ln_1p()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([ln_p, ln_q]: [R; 2], x: R) -> R {
        let (success, failure) = (x.eq(R::lit(1.0)), x.eq(R::lit(0.0)));
        let inside = R::select(success, ln_p, ln_q);
        R::select(success.or(failure), inside, R::lit(f64::NEG_INFINITY))
    }
}

impl Univariate for Bernoulli {
    common!();

    fn support(&self) -> Support {
        Support::whole(if self.p == 1.0 { 1.0 } else { 0.0 }, if self.p == 0.0 { 0.0 } else { 1.0 })
    }

    fn prob(&self, x: f64) -> f64 {
        match x {
            0.0 => 1.0 - self.p,
            1.0 => self.p,
            _ => 0.0,
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            0.0
        } else if x < 1.0 {
            1.0 - self.p
        } else {
            1.0
        }
    }

    fn sf(&self, x: f64) -> f64 {
        if x < 0.0 {
            1.0
        } else if x < 1.0 {
            self.p
        } else {
            0.0
        }
    }

    fn mean(&self) -> f64 {
        self.p
    }

    fn variance(&self) -> f64 {
        self.p * (1.0 - self.p)
    }

    fn skewness(&self) -> f64 {
        if self.variance() > 0.0 { (1.0 - 2.0 * self.p) / self.std() } else { f64::NAN }
    }

    fn kurtosis(&self) -> f64 {
        let variance = self.variance();
        if variance > 0.0 { (1.0 - 6.0 * variance) / variance } else { f64::NAN }
    }

    fn mode(&self) -> f64 {
        f64::from(u8::from(self.p > 0.5))
    }

    fn entropy(&self) -> f64 {
        let [ln_p, ln_q] = self.prepared.map(|ln| ln.max(-f64::MAX)); // 0 · −∞ of a certain outcome
        -(self.p * ln_p) - (1.0 - self.p) * ln_q
    }
}

impl Bernoulli {
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        f64::from(u8::from(sample::open_uniform(rng) < self.p))
    }
}

impl Fit for Bernoulli {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Bernoulli::fit", data, weights, Support::whole(0.0, 1.0))?;
        Self::new((data::weighted_sum(data, weights) / total).min(1.0))
    }
}
