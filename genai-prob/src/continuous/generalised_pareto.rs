//! The generalised Pareto distribution.

use super::generalised_extreme_value::ln_1p_ratio;
use super::hazard::by_hazard;
use super::standardised::{exp_by, standardised};
use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, Support, Univariate, data, fit, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;
use std::f64::consts::LN_2;

family! {
    /// By how much a high threshold is exceeded, whatever the distribution below it: floods, losses, peaks of load.
    ///
    /// | | |
    /// |---|---|
    /// | density | (1 + cz)^(−1/c − 1) / σ, z = x/σ ≥ 0, cz > −1; e⁻ᶻ/σ for c = 0 |
    /// | mean, variance | σ/(1 − c) (c < 1), σ² / ((1 − c)² (1 − 2c)) (c < ½) |
    /// | maximum likelihood | Newton's method from c = 0 |
    ///
    /// Source: Pickands 1975, *Statistical inference using extreme order statistics*.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::GeneralisedPareto};
    ///
    /// let excess = GeneralisedPareto::new(0.25, 1.0)?;
    /// approx::assert_relative_eq!(excess.sf(4.0), 0.0625, max_relative = 1e-15);
    /// assert_eq!(GeneralisedPareto::new(-0.5, 1.0)?.support().upper, 2.0);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct GeneralisedPareto: Continuous {
        /// c: above 0 a heavy tail, below 0 an upper end at −σ/c.
        shape: Finite,
        /// σ.
        scale: Positive,
    }
    prepared 3
}

impl Density<2, 3> for GeneralisedPareto {
    const NAME: &'static str = "GeneralisedPareto";

    #[inline(always)]
    fn prepare<R: Real>([shape, scale]: [R; 2]) -> [R; 3] {
        [shape, scale, scale.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape, scale, ln_scale]: [R; 3], x: R) -> R {
        let (z, zero, one) = (x / scale, R::lit(0.0), R::lit(1.0));
        let outside = z.lt(zero).or((shape * z).le(-one));
        let z = R::select(outside, zero, z);
        let hazard = z * ln_1p_ratio(shape * z); // ln(1 + cz)/c
        R::select(outside, R::lit(f64::NEG_INFINITY), -hazard * (one + shape) - ln_scale)
    }
}

impl Univariate for GeneralisedPareto {
    common!(draw);
    by_hazard!();

    fn support(&self) -> Support {
        Support::reals(0.0, if self.shape < 0.0 { -self.scale / self.shape } else { f64::INFINITY })
    }

    /// In twice the precision: 1 + cz cancels near the end of the support.
    fn ln_prob(&self, x: f64) -> f64 {
        self.ln_scaled(x).value() - self.prepared[2]
    }

    fn prob(&self, x: f64) -> f64 {
        exp_by(self.ln_scaled(x), |y| y / self.scale)
    }

    fn mean(&self) -> f64 {
        if self.shape >= 1.0 { f64::INFINITY } else { self.scale / (1.0 - self.shape) }
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        if self.shape >= 0.5 { f64::INFINITY } else { self.mean() / (1.0 - 2.0 * self.shape).sqrt() }
    }

    fn skewness(&self) -> f64 {
        match self.shape {
            c if c >= 0.5 => f64::NAN,
            c if c >= 1.0 / 3.0 => f64::INFINITY,
            c => 2.0 * ((1.0 + c) / (1.0 - 3.0 * c)) * (1.0 - 2.0 * c).sqrt(),
        }
    }

    fn kurtosis(&self) -> f64 {
        match self.shape {
            c if c >= 0.5 => f64::NAN,
            c if c >= 0.25 => f64::INFINITY,
            c if c < -1e100 => -6.0 * c,
            c => 3.0 * ((1.0 - 2.0 * c) / (1.0 - 3.0 * c)) * ((2.0 * c * c + c + 3.0) / (1.0 - 4.0 * c)) - 3.0,
        }
    }

    fn mode(&self) -> f64 {
        if self.shape < -1.0 { self.support().upper } else { 0.0 }
    }

    fn entropy(&self) -> f64 {
        self.prepared[2] + self.shape + 1.0
    }
}

impl GeneralisedPareto {
    /// ln(σ f(x)).
    fn ln_scaled(&self, x: f64) -> Double {
        let hazard = self.hazard(x);
        if x < 0.0 || hazard.hi.is_infinite() {
            return Double::from(f64::NEG_INFINITY);
        }
        -hazard * (1.0 + self.shape)
    }

    /// ln(1 + cz)/c.
    fn hazard(&self, x: f64) -> Double {
        let z = standardised(x.max(0.0), 0.0, self.scale);
        if self.shape == 0.0 || z.hi.is_infinite() && self.shape > 0.0 {
            return z;
        }
        let w = z * self.shape;
        if w.hi + w.lo <= -1.0 || z.hi.is_infinite() {
            return Double::from(f64::INFINITY);
        }
        w.ln_1p() / self.shape
    }

    fn at_hazard(&self, hazard: f64) -> f64 {
        let z = if self.shape == 0.0 { hazard } else { (self.shape * hazard).exp_m1() / self.shape };
        (self.scale * z).clamp(0.0, self.support().upper)
    }

    fn ln_tiny_hazard(&self, x: f64) -> f64 {
        x.ln() - self.prepared[2]
    }

    fn at_tiny_hazard(&self, ln_hazard: f64) -> f64 {
        (ln_hazard + self.prepared[2]).exp()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.at_hazard(sample::standard_exponential(rng)).min(f64::MAX)
    }
}

impl Fit for GeneralisedPareto {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("GeneralisedPareto::fit", data, weights, Support::reals(0.0, f64::INFINITY))?;
        let start = Self::new(0.0, data::weighted_median(data, weights, total) / LN_2)?;
        fit::newton(&start, data, weights)
    }
}
