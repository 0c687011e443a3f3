//! The Laplace distribution.

use super::standardised::{exp_by, ln_probability, size, standardised};
use crate::family::{common, family};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{LN_2, SQRT_2};

family! {
    /// The difference of two exponential waiting times: a sharp peak, tails heavier than normal.
    ///
    /// | | |
    /// |---|---|
    /// | density | exp(−abs(z)) / 2b, z = (x − μ)/b |
    /// | mean, variance | μ, 2b² |
    /// | maximum likelihood | the median, and the mean distance from it |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Fit, Univariate, continuous::Laplace};
    ///
    /// let noise = Laplace::fit(&[1.0, 2.0, 6.0])?;
    /// assert_eq!((noise.loc(), noise.scale()), (2.0, 5.0 / 3.0));
    /// assert_eq!(noise.cdf(2.0), 0.5);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Laplace: Continuous {
        /// μ, the middle.
        loc: Finite,
        /// b, the mean distance from the middle.
        scale: Positive,
    }
    prepared 3
}

impl Density<2, 3> for Laplace {
    const NAME: &'static str = "Laplace";

    #[inline(always)]
    fn prepare<R: Real>([loc, scale]: [R; 2]) -> [R; 3] {
        [loc, scale, scale.ln() + R::lit(LN_2)]
    }

    #[inline(always)]
    fn ln_density<R: Real>([loc, scale, ln_norm]: [R; 3], x: R) -> R {
        -((x - loc) / scale).abs() - ln_norm
    }
}

impl Univariate for Laplace {
    common!();

    fn support(&self) -> Support {
        Support::reals(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        exp_by(-size(standardised(x, self.loc, self.scale)), |y| 0.5 * y / self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < self.loc { self.tail(x) } else { 1.0 - self.tail(x) }
    }

    fn sf(&self, x: f64) -> f64 {
        if x < self.loc { 1.0 - self.tail(x) } else { self.tail(x) }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        if x < self.loc { (x - self.loc) / self.scale - LN_2 } else { (-self.tail(x)).ln_1p() }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        if x < self.loc { (-self.tail(x)).ln_1p() } else { (self.loc - x) / self.scale - LN_2 }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.loc + self.scale * standard_quantile(p.clamp(0.0, 1.0))
    }

    fn isf(&self, q: f64) -> f64 {
        self.loc - self.scale * standard_quantile(q.clamp(0.0, 1.0))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.loc + self.scale * standard_quantile_ln(ln_p)
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.loc - self.scale * standard_quantile_ln(ln_q)
    }

    fn mean(&self) -> f64 {
        self.loc
    }

    fn variance(&self) -> f64 {
        2.0 * self.scale * self.scale
    }

    fn std(&self) -> f64 {
        SQRT_2 * self.scale
    }

    fn skewness(&self) -> f64 {
        0.0
    }

    fn kurtosis(&self) -> f64 {
        3.0
    }

    fn mode(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        1.0 + self.prepared[2]
    }
}

/// ln 2p below the middle, its mirror image above.
fn standard_quantile(p: f64) -> f64 {
    if p > 0.5 { -(2.0 * (1.0 - p)).ln() } else { (2.0 * p).ln() }
}

fn standard_quantile_ln(ln_p: f64) -> f64 {
    let ln_p = ln_probability(ln_p);
    if ln_p > -LN_2 { -(-2.0 * ln_p.exp_m1()).ln() } else { LN_2 + ln_p }
}

impl Laplace {
    /// ½ exp(−|z|): the probability beyond x, seen from the middle.
    fn tail(&self, x: f64) -> f64 {
        0.5 * (-size(standardised(x, self.loc, self.scale))).exp()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let size = self.scale * sample::standard_exponential(rng);
        if rng.next_u64() >> 63 == 0 { self.loc - size } else { self.loc + size }
    }
}

impl FitMoments for Laplace {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        Self::new(mean, std / 2f64.sqrt())
    }
}

impl Fit for Laplace {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("Laplace::fit", data, weights, reals)?;
        let loc = data::weighted_median(data, weights, total);
        let distances: Vec<f64> = data.iter().map(|x| (x - loc).abs()).collect();
        Self::new(loc, data::weighted_sum(&distances, weights) / total)
    }
}
