//! The uniform distribution on whole numbers.

use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, Support, Univariate, data, domain::MOST, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Whole numbers of a range that are all as likely: a die, a raffle ticket.
    ///
    /// | | |
    /// |---|---|
    /// | mass | 1/n, n = high − low + 1, for k = low, …, high |
    /// | mean, variance | (low + high)/2, (n² − 1)/12 |
    /// | maximum likelihood | the least and the largest value |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::DiscreteUniform};
    ///
    /// let die = DiscreteUniform::new(1.0, 6.0)?;
    /// assert_eq!((die.pmf(3.0), die.cdf(3.0), die.mean(), die.quantile(0.5)), (1.0 / 6.0, 0.5, 3.5, 3.0));
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct DiscreteUniform: Discrete {
        /// The least value.
        low: Whole,
        /// The largest value.
        high: Whole,
    }
    prepared 3
    where |low, high| low <= high => high, "a whole number of at least low"
}

impl Density<2, 3> for DiscreteUniform {
    const NAME: &'static str = "DiscreteUniform";

    #[inline(always)]
    fn prepare<R: Real>([low, high]: [R; 2]) -> [R; 3] {
        [low, high, -(high - low + R::lit(1.0)).ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([low, high, ln_mass]: [R; 3], k: R) -> R {
        let outside = k.lt(low).or(high.lt(k)).or(k.eq(k.floor()).not());
        R::select(outside, R::lit(f64::NEG_INFINITY), ln_mass)
    }
}

impl Univariate for DiscreteUniform {
    common!();

    fn support(&self) -> Support {
        Support::whole(self.low, self.high)
    }

    fn prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { self.count().recip() } else { 0.0 }
    }

    fn cdf(&self, k: f64) -> f64 {
        (k.floor().clamp(self.low - 1.0, self.high) - self.low + 1.0) / self.count()
    }

    fn sf(&self, k: f64) -> f64 {
        (self.high - k.floor().clamp(self.low - 1.0, self.high)) / self.count()
    }

    /// The least k with k − low + 1 ≥ p · count, which is compared exactly: 0.7 as an f64 is below 7/10.
    fn quantile(&self, p: f64) -> f64 {
        let reached = ceil(Double::product(p.clamp(0.0, 1.0), self.count()));
        if reached < 1.0 { self.low } else { self.low + (reached - 1.0) }
    }

    /// The least k with high − k ≤ q · count.
    fn isf(&self, q: f64) -> f64 {
        let above = -ceil(-Double::product(q.clamp(0.0, 1.0), self.count()));
        if above > self.high - self.low { self.low } else { self.high - above }
    }

    fn mean(&self) -> f64 {
        0.5 * self.low + 0.5 * self.high
    }

    fn variance(&self) -> f64 {
        (self.count() - 1.0) * (self.count() + 1.0) / 12.0
    }

    fn skewness(&self) -> f64 {
        if self.count() > 1.0 { 0.0 } else { f64::NAN }
    }

    fn kurtosis(&self) -> f64 {
        let square = self.count().powi(2);
        if square > 1.0 { -1.2 * (square + 1.0) / (square - 1.0) } else { f64::NAN }
    }

    fn mode(&self) -> f64 {
        self.low
    }

    fn entropy(&self) -> f64 {
        -self.prepared[2]
    }
}

/// The least whole number that is not below x.
fn ceil(x: Double) -> f64 {
    let whole = x.hi.ceil();
    if whole == x.hi && x.lo > 0.0 { whole + 1.0 } else { whole }
}

impl DiscreteUniform {
    /// How many values there are.
    fn count(&self) -> f64 {
        self.high - self.low + 1.0
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.low + sample::below(self.count() as u64, rng) as f64
    }
}

impl Fit for DiscreteUniform {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        data::checked("DiscreteUniform::fit", data, weights, Support::whole(-MOST, MOST))?;
        let (low, high) = data::range(data, weights);
        Self::new(low, high)
    }
}
