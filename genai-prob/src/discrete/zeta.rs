//! The zeta distribution.

use super::power_sum::{self, ln_zeta, relative, rest};
use crate::family::{common, family};
use crate::{Density, Error, Fit, Support, Univariate, data, invert, special};
use genai_core::Real;
use genai_core::real::{Dual, Mask};
use rand_core::RngCore;

family! {
    /// Ranks without end whose frequency falls as a power: words, cities, links. Zipf's law for a vocabulary that never ends.
    ///
    /// | | |
    /// |---|---|
    /// | mass | k^(−s) / ζ(s), k = 1, 2, … |
    /// | mean | ζ(s − 1)/ζ(s) for s > 2, otherwise infinite |
    /// | maximum likelihood | the s at which E ln k is the mean of ln k |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::Zeta};
    ///
    /// let rank = Zeta::new(2.0)?;
    /// approx::assert_relative_eq!(rank.pmf(1.0), 6.0 / std::f64::consts::PI.powi(2), max_relative = 1e-15);
    /// assert_eq!(rank.mean(), f64::INFINITY);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Zeta: Discrete {
        /// s, how fast the masses fall.
        exponent: Above(1.0),
    }
    prepared 2 drawn by Power(exponent, f64::INFINITY)
}

impl Density<1, 2> for Zeta {
    const NAME: &'static str = "Zeta";

    #[inline(always)]
    fn prepare<R: Real>([exponent]: [R; 1]) -> [R; 2] {
        [exponent, ln_zeta(exponent)]
    }

    #[inline(always)]
    fn ln_density<R: Real>([exponent, ln_zeta]: [R; 2], k: R) -> R {
        let outside = k.lt(R::lit(1.0)).or(k.eq(k.floor()).not());
        let inside = -exponent * k.max(R::lit(1.0)).ln() - ln_zeta;
        R::select(outside, R::lit(f64::NEG_INFINITY), inside)
    }
}

impl Zeta {
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.sampler.draw(rng)
    }

    /// P(X ≤ k), where that is the smaller side.
    fn lower(&self, k: f64) -> f64 {
        relative(self.exponent, 1.0, k) / special::zeta(self.exponent)
    }

    /// Whether P(X ≤ k) is at most a half.
    fn is_low(&self, k: f64) -> bool {
        k < f64::INFINITY && self.lower(k) <= 0.5
    }

    /// P(X > k).
    fn upper(&self, k: f64) -> f64 {
        if k == f64::INFINITY {
            return 0.0;
        }
        (k + 1.0).powf(1.0 - self.exponent) * (rest(self.exponent, k + 1.0) / special::zeta(self.exponent))
    }
}

impl Univariate for Zeta {
    common!();

    fn support(&self) -> Support {
        Support::whole(1.0, f64::INFINITY)
    }

    fn prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { k.powf(-self.exponent) / special::zeta(self.exponent) } else { 0.0 }
    }

    fn cdf(&self, k: f64) -> f64 {
        let k = k.floor();
        if k < 1.0 {
            0.0
        } else if self.is_low(k) {
            self.lower(k)
        } else {
            1.0 - self.upper(k)
        }
    }

    fn sf(&self, k: f64) -> f64 {
        let k = k.floor();
        if k < 1.0 {
            1.0
        } else if self.is_low(k) {
            1.0 - self.lower(k)
        } else {
            self.upper(k)
        }
    }

    fn ln_sf(&self, k: f64) -> f64 {
        let k = k.floor();
        if k < 1.0 || k == f64::INFINITY {
            return if k < 1.0 { 0.0 } else { f64::NEG_INFINITY };
        }
        if self.is_low(k) {
            return (-self.lower(k)).ln_1p();
        }
        let falling = (1.0 - self.exponent) * (k + 1.0).ln();
        (falling + rest(self.exponent, k + 1.0).ln() - self.prepared[1]).min(0.0)
    }

    fn mean(&self) -> f64 {
        power_sum::moments(self.exponent, f64::INFINITY)[0]
    }

    fn variance(&self) -> f64 {
        power_sum::moments(self.exponent, f64::INFINITY)[1]
    }

    fn skewness(&self) -> f64 {
        power_sum::shape(power_sum::moments(self.exponent, f64::INFINITY)).0
    }

    fn kurtosis(&self) -> f64 {
        power_sum::shape(power_sum::moments(self.exponent, f64::INFINITY)).1
    }

    fn mode(&self) -> f64 {
        1.0
    }

    fn entropy(&self) -> f64 {
        self.exponent * mean_ln(self.exponent) + self.prepared[1]
    }
}

/// E ln k = −ζ′(s)/ζ(s).
fn mean_ln(exponent: f64) -> f64 {
    -ln_zeta(Dual::<f64, 1> { value: exponent, derivatives: [1.0] }).derivatives[0]
}

impl Fit for Zeta {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Zeta::fit", data, weights, Support::whole(1.0, f64::INFINITY))?;
        let mean = data::sum(data.iter().zip(weights).map(|(k, w)| w * k.ln())) / total;
        if mean <= mean_ln(STEEPEST) {
            return Err(Error::data("Zeta::fit", "ones alone", "some larger value"));
        }
        Self::new(invert::smallest(Support::reals(1.0f64.next_up(), STEEPEST), |s| mean_ln(s) <= mean))
    }
}

/// The largest exponent that a fit gives: 2^(−s) is 10⁻¹⁵ there.
const STEEPEST: f64 = 50.0;
