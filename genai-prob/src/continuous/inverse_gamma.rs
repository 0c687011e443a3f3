//! The inverse gamma distribution.

use super::gamma::{kernel, kernel_double, ln_of, ln_scale, needs_double, shape_of_spread, spread, standard_entropy};
use crate::family::{common, family};
use crate::special::{Double, Side, digamma_double, gamma_quantile, gamma_tail};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use rand_core::RngCore;

family! {
    /// The reciprocal of a gamma value: what is known of a variance after some normal data.
    ///
    /// | | |
    /// |---|---|
    /// | density | βᵃ x^(−a−1) e^(−β/x) / Γ(a), x > 0 |
    /// | mean, variance | β/(a − 1), β²/((a − 1)² (a − 2)) |
    /// | maximum likelihood | the gamma distribution's of 1/x |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::InverseGamma};
    ///
    /// let variance = InverseGamma::new(3.0, 2.0)?;
    /// assert_eq!((variance.mean(), variance.variance(), variance.mode()), (1.0, 1.0, 0.5));
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct InverseGamma: Continuous {
        /// a.
        shape: Positive,
        /// β.
        scale: Positive,
    }
    prepared 3
}

impl Density<2, 3> for InverseGamma {
    const NAME: &'static str = "InverseGamma";

    #[inline(always)]
    fn prepare<R: Real>([shape, scale]: [R; 2]) -> [R; 3] {
        [shape, scale, ln_scale(shape)]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape, scale, ln_scale]: [R; 3], x: R) -> R {
        let positive = R::lit(0.0).lt(x);
        let inside = R::select(positive, x, R::lit(1.0));
        R::select(positive, kernel(shape, ln_scale, scale / inside) - inside.ln(), R::lit(f64::NEG_INFINITY))
    }
}

impl InverseGamma {
    /// β/x.
    fn reciprocal(&self, x: f64) -> Double {
        Double::from(self.scale) / Double::from(x.max(0.0))
    }

    fn needs_double(&self, x: f64) -> bool {
        x > 0.0 && (needs_double(self.shape, x) || needs_double(self.shape, self.scale / x))
    }

    fn ln_double(&self, x: f64) -> Double {
        let m = self.reciprocal(x);
        if m.hi > 1e300 {
            return Double::from(f64::NEG_INFINITY);
        }
        kernel_double(self.shape, m) - Double::from(x).ln()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        (self.scale.ln() - sample::ln_standard_gamma(self.shape, rng)).exp().clamp(f64::MIN_POSITIVE, f64::MAX)
    }
}

impl Univariate for InverseGamma {
    common!(careful);
    common!(draw);

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x > 0.0 && x < f64::INFINITY { self.ln_double(x).exp() } else { 0.0 }
    }

    fn cdf(&self, x: f64) -> f64 {
        gamma_tail(self.shape, self.reciprocal(x)).of(Side::Upper)
    }

    fn sf(&self, x: f64) -> f64 {
        gamma_tail(self.shape, self.reciprocal(x)).of(Side::Lower)
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        gamma_tail(self.shape, self.reciprocal(x)).ln_of(Side::Upper)
    }

    fn ln_sf(&self, x: f64) -> f64 {
        gamma_tail(self.shape, self.reciprocal(x)).ln_of(Side::Lower)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale / gamma_quantile(self.shape, ln_of(p), Side::Upper)
    }

    fn isf(&self, q: f64) -> f64 {
        self.scale / gamma_quantile(self.shape, ln_of(q), Side::Lower)
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.scale / gamma_quantile(self.shape, Double::from(ln_p.min(0.0)), Side::Upper)
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.scale / gamma_quantile(self.shape, Double::from(ln_q.min(0.0)), Side::Lower)
    }

    fn mean(&self) -> f64 {
        if self.shape > 1.0 { self.scale / (self.shape - 1.0) } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        if self.shape > 2.0 { (self.scale / (self.shape - 1.0)).powi(2) / (self.shape - 2.0) } else { f64::INFINITY }
    }

    fn skewness(&self) -> f64 {
        if self.shape > 3.0 { 4.0 * (self.shape - 2.0).sqrt() / (self.shape - 3.0) } else { f64::INFINITY }
    }

    fn kurtosis(&self) -> f64 {
        let a = self.shape;
        if a > 4.0 { 6.0 * (5.0 * a - 11.0) / ((a - 3.0) * (a - 4.0)) } else { f64::INFINITY }
    }

    fn mode(&self) -> f64 {
        self.scale / (self.shape + 1.0)
    }

    fn entropy(&self) -> f64 {
        // that of the gamma value plus E ln X² of its reciprocal
        let ln_square = (Double::from(self.scale).ln() - digamma_double(Double::from(self.shape))).scale(2.0);
        (standard_entropy(self.shape) - Double::from(self.scale).ln() + ln_square).value()
    }
}

impl FitMoments for InverseGamma {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let square = (mean / std).powi(2);
        Self::new(2.0 + square, mean * (1.0 + square))
    }
}

impl Fit for InverseGamma {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "InverseGamma::fit";
        data::checked(what, data, weights, Support::reals(0.0, f64::INFINITY))?;
        if data.iter().zip(weights).any(|(x, w)| *x == 0.0 && *w > 0.0) {
            return Err(Error::data(what, "a value of 0", "positive values"));
        }
        let reciprocals: Vec<f64> = data.iter().map(|x| if *x == 0.0 { 1.0 } else { x.recip() }).collect();
        let (spread, mean) = spread(what, &reciprocals, weights)?;
        let shape = shape_of_spread(spread);
        Self::new(shape, shape / mean)
    }
}
