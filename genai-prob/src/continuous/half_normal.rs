//! The half-normal distribution.

use super::standard_normal as standard;
use super::standardised::{exp_by, ln_probability, standardised};
use crate::family::{common, family};
use crate::special::{self, Double};
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, LN_2, PI, SQRT_2};

family! {
    /// The size of an error that is normal around zero: how far off, whichever way.
    ///
    /// | | |
    /// |---|---|
    /// | density | √(2/π) exp(−x²/2σ²) / σ, x ≥ 0 |
    /// | mean, variance | σ √(2/π), σ² (1 − 2/π) |
    /// | maximum likelihood | σ̂² = mean(x²) |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::HalfNormal};
    ///
    /// let miss = HalfNormal::new(1.0)?;
    /// approx::assert_relative_eq!(miss.cdf(1.959963984540054), 0.95, max_relative = 1e-14);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct HalfNormal: Continuous {
        /// σ, the standard deviation of the signed error.
        scale: Positive,
    }
    prepared 2
}

impl Density<1, 2> for HalfNormal {
    const NAME: &'static str = "HalfNormal";

    #[inline(always)]
    fn prepare<R: Real>([scale]: [R; 1]) -> [R; 2] {
        [scale, scale.ln() + R::lit(0.5 * (0.5 * PI).ln())]
    }

    #[inline(always)]
    fn ln_density<R: Real>([scale, ln_norm]: [R; 2], x: R) -> R {
        let z = x / scale;
        R::select(x.lt(R::lit(0.0)), R::lit(f64::NEG_INFINITY), R::lit(-0.5) * z * z - ln_norm)
    }
}

impl Univariate for HalfNormal {
    common!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { exp_by(standard::ln_density(self.z(x)), |y| 2.0 * y / self.scale) }
    }

    fn cdf(&self, x: f64) -> f64 {
        special::erf(self.z(x).hi * FRAC_1_SQRT_2)
    }

    fn sf(&self, x: f64) -> f64 {
        2.0 * standard::cdf(-self.z(x))
    }

    fn ln_sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { LN_2 + standard::ln_cdf(-self.z(x)) }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale * SQRT_2 * special::erf_inv(p.clamp(0.0, 1.0))
    }

    fn isf(&self, q: f64) -> f64 {
        self.scale * SQRT_2 * special::erfc_inv(q.clamp(0.0, 1.0))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        if ln_p < -700.0 {
            return (ln_p + self.prepared[1]).exp(); // erf is a straight line
        }
        if ln_p < -LN_2 { self.quantile(ln_p.exp()) } else { self.isf(-ln_probability(ln_p).exp_m1()) }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        if ln_q < -LN_2 {
            return -self.scale * special::ndtri_ln(ln_q - LN_2);
        }
        self.quantile(-ln_probability(ln_q).exp_m1())
    }

    fn mean(&self) -> f64 {
        self.scale * FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> f64 {
        self.scale * self.scale * (1.0 - FRAC_2_PI)
    }

    fn skewness(&self) -> f64 {
        SQRT_2 * (4.0 - PI) / (PI - 2.0).powf(1.5)
    }

    fn kurtosis(&self) -> f64 {
        8.0 * (PI - 3.0) / (PI - 2.0).powi(2)
    }

    fn mode(&self) -> f64 {
        0.0
    }

    fn entropy(&self) -> f64 {
        0.5 + self.prepared[1]
    }
}

impl HalfNormal {
    /// x/σ, 0 below 0.
    fn z(&self, x: f64) -> Double {
        standardised(x.max(0.0), 0.0, self.scale)
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.scale * sample::standard_normal(rng).abs()
    }
}

impl Fit for HalfNormal {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("HalfNormal::fit", data, weights, Support::reals(0.0, f64::INFINITY))?;
        let squares: Vec<f64> = data.iter().map(|x| x * x).collect();
        Self::new((data::weighted_sum(&squares, weights) / total).sqrt())
    }
}
