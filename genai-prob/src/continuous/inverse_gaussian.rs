//! The inverse Gaussian distribution.

use super::exponential_integral::scaled_exponential_integral;
use super::standardised::exp_by;
use crate::family::{common, family};
use crate::special::{Double, erfcx, integrate};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, TAU};

family! {
    /// How long a drifting random walk takes to reach a place: reaction times, times to failure (also: Wald).
    ///
    /// | | |
    /// |---|---|
    /// | density | √(λ/2πx³) exp(−λ (x − μ)² / 2μ²x), x > 0 |
    /// | mean, variance | μ, μ³/λ |
    /// | maximum likelihood | μ̂ = mean(x), 1/λ̂ = mean(1/x) − 1/μ̂ |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::InverseGaussian};
    ///
    /// let reaction = InverseGaussian::new(1.0, 2.0)?;
    /// approx::assert_relative_eq!(reaction.sf(20.0), 8.544591537383667e-11, max_relative = 1e-13);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct InverseGaussian: Continuous {
        /// μ, the mean.
        mean: Positive,
        /// λ, the shape: the larger, the closer to normal.
        lambda: Positive,
    }
    prepared 3
}

impl Density<2, 3> for InverseGaussian {
    const NAME: &'static str = "InverseGaussian";

    #[inline(always)]
    fn prepare<R: Real>([mean, lambda]: [R; 2]) -> [R; 3] {
        [mean, lambda, R::lit(0.5) * (lambda.ln() - R::lit(TAU.ln()))]
    }

    #[inline(always)]
    fn ln_density<R: Real>([mean, lambda, ln_norm]: [R; 3], x: R) -> R {
        let outside = x.le(R::lit(0.0)).or(x.eq(R::lit(f64::INFINITY)));
        let x = R::select(outside, R::lit(1.0), x);
        let off = (x - mean) / mean;
        let inside = ln_norm - R::lit(1.5) * x.ln() - R::lit(0.5) * lambda * (off / x) * off;
        R::select(outside, R::lit(f64::NEG_INFINITY), inside)
    }
}

/// The smaller side of a point: whether it is the lower one, and its probability as factor · e^exponent.
struct Side {
    lower: bool,
    exponent: Double,
    factor: f64,
}

impl Univariate for InverseGaussian {
    common!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x <= 0.0 || x.is_infinite() {
            return 0.0;
        }
        exp_by(self.exponent(x), |fall| fall * ((self.lambda / TAU / x).sqrt() / x))
    }

    fn cdf(&self, x: f64) -> f64 {
        let side = self.side(x);
        let p = side.exponent.exp() * side.factor;
        if side.lower { p } else { 1.0 - p }
    }

    fn sf(&self, x: f64) -> f64 {
        let side = self.side(x);
        let p = side.exponent.exp() * side.factor;
        if side.lower { 1.0 - p } else { p }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let side = self.side(x);
        if side.lower { (side.exponent + side.factor.ln()).value() } else { (-self.sf(x)).ln_1p() }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        let side = self.side(x);
        if side.lower { (-self.cdf(x)).ln_1p() } else { (side.exponent + side.factor.ln()).value() }
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean * self.mean * (self.mean / self.lambda)
    }

    fn std(&self) -> f64 {
        self.mean * (self.mean / self.lambda).sqrt()
    }

    fn skewness(&self) -> f64 {
        3.0 * (self.mean / self.lambda).sqrt()
    }

    fn kurtosis(&self) -> f64 {
        15.0 * (self.mean / self.lambda)
    }

    fn mode(&self) -> f64 {
        let r = 1.5 * self.mean / self.lambda;
        self.mean / (r + r.hypot(1.0))
    }

    fn entropy(&self) -> f64 {
        let ratio = 2.0 * (self.lambda / self.mean);
        0.5 - self.prepared[2] + 1.5 * (self.mean.ln() - scaled_exponential_integral(ratio))
    }
}

impl InverseGaussian {
    /// −λ (x − μ)² / 2μ²x.
    fn exponent(&self, x: f64) -> Double {
        let off = (x - self.mean) / self.mean;
        let plain = -0.5 * self.lambda * (off / x) * off;
        if plain > -1e290 && plain.is_finite() {
            let off = Double::sum(x, -self.mean) / self.mean;
            return off / x * off * (-0.5 * self.lambda);
        }
        Double::from(if plain.is_nan() { f64::NEG_INFINITY } else { plain })
    }

    /// Φ(a) + e^(2λ/μ) Φ(−b) below the mean, Φ(−a) − e^(2λ/μ) Φ(−b) above, with a = √(λ/x) (x/μ − 1) and
    /// b = √(λ/x) (x/μ + 1), where e^(2λ/μ) e^(−b²/2) = e^(−a²/2).
    fn side(&self, x: f64) -> Side {
        if x <= 0.0 || x.is_infinite() {
            return Side { lower: x <= 0.0, exponent: Double::ZERO, factor: 0.0 };
        }
        let (exponent, root) = (self.exponent(x), (self.lambda / x).sqrt());
        if exponent.hi < -1e290 {
            return Side { lower: x < self.mean, exponent, factor: 0.0 };
        }
        let (a, b) = (root * ((x - self.mean) / self.mean), root * (x / self.mean + 1.0));
        let below = || 0.5 * (erfcx(-a * FRAC_1_SQRT_2) + erfcx(b * FRAC_1_SQRT_2));
        if a > -1.0 {
            let factor = 0.5 * erfcx_fall(a * FRAC_1_SQRT_2, root * 2.0 * FRAC_1_SQRT_2);
            if a > 0.0 || exponent.exp() * factor < 0.5 {
                return Side { lower: false, exponent, factor };
            }
        }
        Side { lower: true, exponent, factor: below() }
    }

    /// The smaller root of a quadratic equation in a χ² value, or its mirror image.
    ///
    /// Source: Michael, Schucany & Haas 1976, *Generating random variates using transformations with multiple roots*;
    /// the root is written without cancellation.
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let z = sample::standard_normal(rng);
        let w = 0.5 * z * z * (self.mean / self.lambda);
        let inverse = 1.0 + w + (w * (w + 2.0)).sqrt(); // μ/x
        let first = sample::uniform(rng) * (1.0 + inverse) <= inverse;
        let x = if first { self.mean / inverse } else { self.mean * inverse };
        x.clamp(f64::MIN_POSITIVE, f64::MAX)
    }
}

/// erfcx(u) − erfcx(u + δ) for u > −1, δ ≥ 0, as 2/√π ∫ e^(−s² − 2us) (1 − e^(−2δs)) ds where the difference cancels.
fn erfcx_fall(u: f64, delta: f64) -> f64 {
    let (high, low) = (erfcx(u), erfcx(u + delta));
    if low < 0.5 * high {
        return high - low;
    }
    let end = 40.0 / (u + (u * u + 40.0).sqrt());
    let quarter = 0.25 * end;
    let integrand = |s: f64| -(-s * (s + 2.0 * u)).exp() * (-2.0 * delta * s).exp_m1();
    let panels = (0..4).map(|k| integrate(integrand, f64::from(k) * quarter, f64::from(k + 1) * quarter));
    FRAC_2_SQRT_PI * panels.sum::<f64>()
}

impl FitMoments for InverseGaussian {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        Self::new(mean, mean * (mean / std).powi(2))
    }
}

impl Fit for InverseGaussian {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let positive = Support::reals(f64::from_bits(1), f64::INFINITY);
        let total = data::checked("InverseGaussian::fit", data, weights, positive)?;
        let mean = data::weighted_sum(data, weights) / total;
        let excesses: Vec<f64> = data.iter().map(|x| ((x - mean) / mean).powi(2) / x).collect();
        Self::new(mean, total / data::weighted_sum(&excesses, weights))
    }
}
