//! The exponential distribution.

use super::standardised::exp_by;
use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, Support, Univariate, data, fill, sample};
use genai_core::Real;
use genai_core::random::Key;
use rand_core::RngCore;

family! {
    /// Time between events that happen at a constant rate: waiting for a bus that never learns.
    ///
    /// | | |
    /// |---|---|
    /// | density | λ e^(−λx), x ≥ 0 |
    /// | mean, variance | 1/λ, 1/λ² |
    /// | maximum likelihood | λ̂ = 1 / mean(x) |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Continuous, Fit, Univariate, continuous::Exponential};
    ///
    /// let wait = Exponential::new(0.5)?;
    /// assert_eq!((wait.mean(), wait.sf(0.0)), (2.0, 1.0));
    /// approx::assert_relative_eq!(wait.pdf(2.0), 0.5 * (-1.0f64).exp());
    /// assert_eq!(Exponential::fit(&[1.0, 3.0, 5.0])?.rate(), 1.0 / 3.0);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Exponential: Continuous {
        /// λ, events in a unit of time.
        rate: Positive,
    }
    prepared 2
}

impl Density<1, 2> for Exponential {
    const NAME: &'static str = "Exponential";

    #[inline(always)]
    fn prepare<R: Real>([rate]: [R; 1]) -> [R; 2] {
        [rate, rate.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([rate, ln_rate]: [R; 2], x: R) -> R {
        R::select(x.lt(R::lit(0.0)), R::lit(f64::NEG_INFINITY), ln_rate - rate * x)
    }
}

impl Univariate for Exponential {
    common!(formula);
    common!(sample);

    fn fill(&self, key: Key, out: &mut [f64]) {
        fill::fill(key, &fill::Exponential { scale: self.rate.recip() }, out);
    }

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { exp_by(Double::product(-self.rate, x), |y| self.rate * y) }
    }

    fn cdf(&self, x: f64) -> f64 {
        -(-self.rate * x.max(0.0)).exp_m1()
    }

    fn sf(&self, x: f64) -> f64 {
        (-self.rate * x.max(0.0)).exp()
    }

    fn ln_sf(&self, x: f64) -> f64 {
        -self.rate * x.max(0.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        -(-p.clamp(0.0, 1.0)).ln_1p() / self.rate
    }

    fn isf(&self, q: f64) -> f64 {
        -q.clamp(0.0, 1.0).ln() / self.rate
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.quantile(ln_p.exp()).max(0.0)
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        -ln_q.min(0.0) / self.rate
    }

    fn mean(&self) -> f64 {
        self.rate.recip()
    }

    fn variance(&self) -> f64 {
        self.rate.recip().powi(2)
    }

    fn skewness(&self) -> f64 {
        2.0
    }

    fn kurtosis(&self) -> f64 {
        6.0
    }

    fn mode(&self) -> f64 {
        0.0
    }

    fn entropy(&self) -> f64 {
        1.0 - self.rate.ln()
    }
}

impl Exponential {
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        sample::standard_exponential(rng) * self.rate.recip()
    }
}

impl Fit for Exponential {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Exponential::fit", data, weights, Support::reals(0.0, f64::INFINITY))?;
        Self::new(total / data::weighted_sum(data, weights))
    }
}
