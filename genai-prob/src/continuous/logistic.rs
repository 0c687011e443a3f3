//! The logistic distribution.

use super::standardised::{exp_by, ln_complement, ln_probability, size, standardised};
use crate::family::{common, family};
use crate::special::{Double, log1pexp};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, fit, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::PI;

family! {
    /// The threshold that turns a sum into a yes or no in logistic regression: a bell with exponential tails.
    ///
    /// | | |
    /// |---|---|
    /// | density | e⁻ᶻ / (s (1 + e⁻ᶻ)²), z = (x − μ)/s |
    /// | mean, variance | μ, s²π²/3 |
    /// | maximum likelihood | Newton's method |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Logistic};
    ///
    /// let threshold = Logistic::new(0.0, 1.0)?;
    /// approx::assert_relative_eq!(threshold.cdf(3f64.ln()), 0.75, max_relative = 1e-15); // the sigmoid
    /// approx::assert_relative_eq!(threshold.quantile(0.75), 3f64.ln(), max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Logistic: Continuous {
        /// μ, the middle.
        loc: Finite,
        /// s.
        scale: Positive,
    }
    prepared 3
}

impl Density<2, 3> for Logistic {
    const NAME: &'static str = "Logistic";

    #[inline(always)]
    fn prepare<R: Real>([loc, scale]: [R; 2]) -> [R; 3] {
        [loc, scale, scale.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([loc, scale, ln_scale]: [R; 3], x: R) -> R {
        // Symmetric: |z| where e^(−z) would overflow, z near the centre, where |z| has a kink.
        let z = (x - loc) / scale;
        let z = R::select(z.abs().lt(R::lit(1.0)), z, z.abs());
        -z - R::lit(2.0) * (-z).exp().ln_1p() - ln_scale
    }
}

impl Univariate for Logistic {
    common!();

    fn support(&self) -> Support {
        Support::reals(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        let size = size(self.z(x));
        exp_by(-size, |e| e / self.scale) / (1.0 + (-size).exp()).powi(2)
    }

    fn cdf(&self, x: f64) -> f64 {
        sigmoid(self.z(x))
    }

    fn sf(&self, x: f64) -> f64 {
        sigmoid(-self.z(x))
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        -log1pexp(-self.z(x).hi)
    }

    fn ln_sf(&self, x: f64) -> f64 {
        -log1pexp(self.z(x).hi)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.loc + self.scale * logit(p.clamp(0.0, 1.0))
    }

    fn isf(&self, q: f64) -> f64 {
        self.loc - self.scale * logit(q.clamp(0.0, 1.0))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.loc + self.scale * logit_ln(ln_p)
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.loc - self.scale * logit_ln(ln_q)
    }

    fn mean(&self) -> f64 {
        self.loc
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        self.scale * PI / 3f64.sqrt()
    }

    fn skewness(&self) -> f64 {
        0.0
    }

    fn kurtosis(&self) -> f64 {
        1.2
    }

    fn mode(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        self.prepared[2] + 2.0
    }
}

/// 1 / (1 + e⁻ᶻ).
pub(super) fn sigmoid(z: Double) -> f64 {
    let e = (-size(z)).exp();
    (if z.hi < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// ln(p / (1 − p)), with all digits near ½ too.
pub(super) fn logit(p: f64) -> f64 {
    if p > 0.25 && p < 0.75 { ((2.0 * p - 1.0) / (1.0 - p)).ln_1p() } else { p.ln() - (-p).ln_1p() }
}

/// The same from ln p.
pub(super) fn logit_ln(ln_p: f64) -> f64 {
    let ln_p = ln_probability(ln_p);
    if ln_p > -1.3 && ln_p < -0.3 { logit(ln_p.exp()) } else { ln_p - ln_complement(ln_p) }
}

/// A standard logistic value: the logarithm of the ratio of two exponential ones.
pub(super) fn draw_standard<R: RngCore + ?Sized>(rng: &mut R) -> f64 {
    (sample::standard_exponential(rng) / sample::standard_exponential(rng)).ln()
}

impl Logistic {
    /// (x − μ)/s.
    fn z(&self, x: f64) -> Double {
        standardised(x, self.loc, self.scale)
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.loc + self.scale * draw_standard(rng)
    }
}

impl FitMoments for Logistic {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        Self::new(mean, std * 3f64.sqrt() / PI)
    }
}

impl Fit for Logistic {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("Logistic::fit", data, weights, reals)?;
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        fit::newton(&Self::from_moments(mean, variance.sqrt())?, data, weights)
    }
}
