//! Zipf's distribution.

use super::power_sum::{self, ln_harmonic, relative};
use crate::family::{common, family};
use crate::{Density, Error, Fit, Support, Univariate, data, domain::MOST, invert};
use genai_core::Real;
use genai_core::real::{Dual, Mask};
use rand_core::RngCore;

family! {
    /// Ranks up to n whose frequency falls as a power: the words of a dictionary, the cities of a country.
    ///
    /// | | |
    /// |---|---|
    /// | mass | k^(−s) / H, H = Σ k^(−s), k = 1, …, n |
    /// | mean | Σ k^(1 − s) / H |
    /// | maximum likelihood | n̂ = the largest rank; the s at which E ln k is the mean of ln k |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::Zipf};
    ///
    /// let rank = Zipf::new(3.0, 1.0)?;
    /// approx::assert_relative_eq!(rank.pmf(1.0), 6.0 / 11.0, max_relative = 1e-15);
    /// approx::assert_relative_eq!(rank.mean(), 18.0 / 11.0, max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Zipf: Discrete {
        /// n, how many ranks there are.
        n: PositiveCount,
        /// s, how fast the masses fall.
        exponent: NonNegative,
    }
    prepared 3 drawn by Power(exponent, n)
}

impl Density<2, 3> for Zipf {
    const NAME: &'static str = "Zipf";

    #[inline(always)]
    fn prepare<R: Real>([n, exponent]: [R; 2]) -> [R; 3] {
        [n, exponent, ln_harmonic(n, exponent)]
    }

    #[inline(always)]
    fn ln_density<R: Real>([n, exponent, ln_sum]: [R; 3], k: R) -> R {
        let outside = k.lt(R::lit(1.0)).or(n.lt(k)).or(k.eq(k.floor()).not());
        let inside = -exponent * k.max(R::lit(1.0)).min(n).ln() - ln_sum;
        R::select(outside, R::lit(f64::NEG_INFINITY), inside)
    }
}

impl Zipf {
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.sampler.draw(rng)
    }

    /// Σ k^(−s) over all ranks.
    fn whole(&self) -> f64 {
        relative(self.exponent, 1.0, self.n)
    }

    fn lower(&self, k: f64) -> f64 {
        relative(self.exponent, 1.0, k) / self.whole()
    }

    fn upper(&self, k: f64) -> f64 {
        if k >= self.n {
            return 0.0;
        }
        (k + 1.0).powf(-self.exponent) * (relative(self.exponent, k + 1.0, self.n) / self.whole())
    }
}

impl Univariate for Zipf {
    common!();

    fn support(&self) -> Support {
        Support::whole(1.0, self.n)
    }

    fn prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { k.powf(-self.exponent) / self.whole() } else { 0.0 }
    }

    fn cdf(&self, k: f64) -> f64 {
        let k = k.floor();
        if k < 1.0 {
            return 0.0;
        }
        let lower = self.lower(k.min(self.n));
        if lower <= 0.5 { lower } else { 1.0 - self.upper(k) }
    }

    fn sf(&self, k: f64) -> f64 {
        let k = k.floor();
        if k < 1.0 {
            return 1.0;
        }
        let lower = self.lower(k.min(self.n));
        if lower <= 0.5 { 1.0 - lower } else { self.upper(k) }
    }

    fn ln_sf(&self, k: f64) -> f64 {
        let k = k.floor();
        if k < 1.0 || k >= self.n {
            return if k < 1.0 { 0.0 } else { f64::NEG_INFINITY };
        }
        let lower = self.lower(k);
        if lower <= 0.5 {
            return (-lower).ln_1p();
        }
        let relative = relative(self.exponent, k + 1.0, self.n);
        (relative.ln() - self.exponent * (k + 1.0).ln() - self.prepared[2]).min(0.0)
    }

    fn mean(&self) -> f64 {
        power_sum::moments(self.exponent, self.n)[0]
    }

    fn variance(&self) -> f64 {
        power_sum::moments(self.exponent, self.n)[1]
    }

    fn skewness(&self) -> f64 {
        if self.n == 1.0 { f64::NAN } else { power_sum::shape(power_sum::moments(self.exponent, self.n)).0 }
    }

    fn kurtosis(&self) -> f64 {
        if self.n == 1.0 { f64::NAN } else { power_sum::shape(power_sum::moments(self.exponent, self.n)).1 }
    }

    fn mode(&self) -> f64 {
        1.0
    }

    fn entropy(&self) -> f64 {
        self.exponent * mean_ln(self.n, self.exponent) + self.prepared[2]
    }
}

/// E ln k.
fn mean_ln(n: f64, exponent: f64) -> f64 {
    let s = Dual::<f64, 1> { value: exponent, derivatives: [1.0] };
    -ln_harmonic(Dual::constant(n), s).derivatives[0]
}

impl Fit for Zipf {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Zipf::fit", data, weights, Support::whole(1.0, MOST))?;
        let counted = data.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        let n = counted.fold(1.0, |n: f64, (k, _)| n.max(*k));
        let mean = data::sum(data.iter().zip(weights).map(|(k, w)| w * k.ln())) / total;
        if mean <= mean_ln(n, STEEPEST) {
            return Err(Error::data("Zipf::fit", "ones alone", "some larger value"));
        }
        Self::new(n, invert::smallest(Support::reals(0.0, STEEPEST), |s| mean_ln(n, s) <= mean))
    }
}

/// The largest exponent that a fit gives: 2^(−s) is 10⁻¹⁵ there.
const STEEPEST: f64 = 50.0;
