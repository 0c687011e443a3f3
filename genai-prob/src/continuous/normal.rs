//! The normal distribution.

use super::standard_normal as standard;
use super::standardised::{exp_by, ln_probability, standardised};
use crate::family::{common, family};
use crate::special::{self, Double};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::random::Key;
use rand_core::RngCore;
use std::f64::consts::TAU;

family! {
    /// What many small independent causes add up to: heights, errors of measurement, sums of dice.
    ///
    /// | | |
    /// |---|---|
    /// | density | exp(−z²/2) / (σ √(2π)), z = (x − μ)/σ |
    /// | mean, variance | μ, σ² |
    /// | maximum likelihood | the mean and the standard deviation (÷ n) of the data |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Continuous, Fit, Univariate, continuous::Normal};
    ///
    /// let z = Normal::new(0.0, 1.0)?;
    /// approx::assert_relative_eq!(z.quantile(0.975), 1.959963984540054, max_relative = 1e-15);
    /// approx::assert_relative_eq!(z.sf(37.0), 5.725571222524577e-300, max_relative = 1e-14);
    /// assert_eq!(Normal::fit(&[1.0, 3.0])?, Normal::new(2.0, 1.0)?);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Normal: Continuous {
        /// μ, the mean.
        mean: Finite,
        /// σ, the standard deviation.
        sd: Positive,
    }
    prepared 3
}

impl Density<2, 3> for Normal {
    const NAME: &'static str = "Normal";

    #[inline(always)]
    fn prepare<R: Real>([mean, sd]: [R; 2]) -> [R; 3] {
        [mean, sd, sd.ln() + R::lit(0.5 * TAU.ln())]
    }

    #[inline(always)]
    fn ln_density<R: Real>([mean, sd, ln_norm]: [R; 3], x: R) -> R {
        let z = (x - mean) / sd;
        R::lit(-0.5) * z * z - ln_norm
    }
}

impl Univariate for Normal {
    common!(formula);
    common!(sample);

    fn fill(&self, key: Key, out: &mut [f64]) {
        key.normal_f64_around(self.mean, self.sd, out);
    }

    fn support(&self) -> Support {
        Support::reals(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        exp_by(standard::ln_density(self.z(x)), |y| y / self.sd)
    }

    fn cdf(&self, x: f64) -> f64 {
        standard::cdf(self.z(x))
    }

    fn sf(&self, x: f64) -> f64 {
        standard::cdf(-self.z(x))
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        standard::ln_cdf(self.z(x))
    }

    fn ln_sf(&self, x: f64) -> f64 {
        standard::ln_cdf(-self.z(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mean + self.sd * special::ndtri(p.clamp(0.0, 1.0))
    }

    fn isf(&self, q: f64) -> f64 {
        self.mean - self.sd * special::ndtri(q.clamp(0.0, 1.0))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.mean + self.sd * special::ndtri_ln(ln_probability(ln_p))
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.mean - self.sd * special::ndtri_ln(ln_probability(ln_q))
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.sd * self.sd
    }

    fn std(&self) -> f64 {
        self.sd
    }

    fn skewness(&self) -> f64 {
        0.0
    }

    fn kurtosis(&self) -> f64 {
        0.0
    }

    fn mode(&self) -> f64 {
        self.mean
    }

    fn entropy(&self) -> f64 {
        0.5 + self.prepared[2]
    }
}

impl Normal {
    /// (x − μ)/σ.
    fn z(&self, x: f64) -> Double {
        standardised(x, self.mean, self.sd)
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.mean + self.sd * sample::standard_normal(rng)
    }
}

impl FitMoments for Normal {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        Self::new(mean, std)
    }
}

impl Fit for Normal {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("Normal::fit", data, weights, reals)?;
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        Self::new(mean, variance.sqrt())
    }
}
