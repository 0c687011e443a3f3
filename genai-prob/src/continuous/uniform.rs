//! The uniform distribution.

use super::standardised::ln_probability;
use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::random::Key;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Every place of an interval alike: the angle of a spun bottle.
    ///
    /// | | |
    /// |---|---|
    /// | density | 1/(b − a), a ≤ x ≤ b |
    /// | mean, variance | (a + b)/2, (b − a)²/12 |
    /// | maximum likelihood | the smallest and the largest value |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Uniform};
    ///
    /// let angle = Uniform::new(0.0, 360.0)?;
    /// assert_eq!((angle.cdf(90.0), angle.quantile(0.5)), (0.25, 180.0));
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Uniform: Continuous {
        /// a, the lower end.
        low: Finite,
        /// b, the upper end.
        high: Finite,
    }
    prepared 3
    where |low, high| low < high && (high - low).is_finite() => high, "a number above low, at a finite distance"
}

impl Density<2, 3> for Uniform {
    const NAME: &'static str = "Uniform";

    #[inline(always)]
    fn prepare<R: Real>([low, high]: [R; 2]) -> [R; 3] {
        [low, high, -(high - low).ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([low, high, ln_height]: [R; 3], x: R) -> R {
        R::select(x.lt(low).or(high.lt(x)), R::lit(f64::NEG_INFINITY), ln_height)
    }
}

impl Univariate for Uniform {
    common!(formula);
    common!(sample);

    fn fill(&self, key: Key, out: &mut [f64]) {
        key.uniform_f64_between(self.low, self.high, out);
    }

    fn support(&self) -> Support {
        Support::reals(self.low, self.high)
    }

    fn prob(&self, x: f64) -> f64 {
        if self.support().contains(x) { self.width().recip() } else { 0.0 }
    }

    fn cdf(&self, x: f64) -> f64 {
        (x.clamp(self.low, self.high) - self.low) / self.width()
    }

    fn sf(&self, x: f64) -> f64 {
        (self.high - x.clamp(self.low, self.high)) / self.width()
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = p.clamp(0.0, 1.0);
        if p > 0.5 { self.beside(self.high, p - 1.0) } else { self.beside(self.low, p) }
    }

    fn isf(&self, q: f64) -> f64 {
        let q = q.clamp(0.0, 1.0);
        if q > 0.5 { self.beside(self.low, 1.0 - q) } else { self.beside(self.high, -q) }
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        if ln_p < -0.7 { self.quantile(ln_p.exp()) } else { self.isf(-ln_probability(ln_p).exp_m1()) }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        if ln_q < -0.7 { self.isf(ln_q.exp()) } else { self.quantile(-ln_probability(ln_q).exp_m1()) }
    }

    fn mean(&self) -> f64 {
        0.5 * self.low + 0.5 * self.high
    }

    fn variance(&self) -> f64 {
        self.width().powi(2) / 12.0
    }

    fn std(&self) -> f64 {
        self.width() / 12f64.sqrt()
    }

    fn skewness(&self) -> f64 {
        0.0
    }

    fn kurtosis(&self) -> f64 {
        -1.2
    }

    fn mode(&self) -> f64 {
        self.low
    }

    fn entropy(&self) -> f64 {
        -self.prepared[2]
    }
}

impl Uniform {
    /// b − a.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// An end and a share of the width, rounded once: near 0 both nearly cancel.
    fn beside(&self, end: f64, share: f64) -> f64 {
        (Double::sum(self.high, -self.low) * share + end).value()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.low + self.width() * sample::short_uniform(rng) // at most `high`: see there
    }
}

impl FitMoments for Uniform {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let half = std * 3f64.sqrt();
        Self::new(mean - half, mean + half)
    }
}

impl Fit for Uniform {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        data::checked("Uniform::fit", data, weights, Support::reals(f64::NEG_INFINITY, f64::INFINITY))?;
        let (low, high) = data::range(data, weights);
        Self::new(low, high)
    }
}
