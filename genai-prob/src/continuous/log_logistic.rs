//! The log-logistic distribution.

use super::Logistic;
use super::expectation::standardised_moment;
use super::logistic::{draw_standard, logit, logit_ln, sigmoid};
use super::standardised::{exp_by, ln_ratio, power_ln, size};
use crate::family::{common, family};
use crate::special::{Double, log1pexp};
use crate::{Density, Error, Fit, Support, Univariate, data};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::PI;

family! {
    /// Survival times and incomes whose logarithm is logistic: a hazard that rises, then falls, in closed form.
    ///
    /// | | |
    /// |---|---|
    /// | density | (k/x) zᵏ / (1 + zᵏ)², z = x/α > 0 |
    /// | mean, variance | αt / sin t with t = π/k (k > 1), α² (2t / sin 2t − t² / sin² t) (k > 2) |
    /// | maximum likelihood | that of the [logistic](super::Logistic) for ln x |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::LogLogistic};
    ///
    /// let survival = LogLogistic::new(2.0, 1.5)?;
    /// assert_eq!((survival.median(), survival.sf(1.5)), (1.5, 0.5));
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct LogLogistic: Continuous {
        /// k; the tail falls as x⁻ᵏ.
        shape: Positive,
        /// α, the median.
        scale: Positive,
    }
    prepared 3
}

impl Density<2, 3> for LogLogistic {
    const NAME: &'static str = "LogLogistic";

    #[inline(always)]
    fn prepare<R: Real>([shape, scale]: [R; 2]) -> [R; 3] {
        [shape, scale, shape.ln() - scale.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape, scale, ln_norm]: [R; 3], x: R) -> R {
        let zero = R::lit(0.0);
        let outside = x.le(zero);
        let ln_z = ln_ratio(R::select(outside, scale, x), scale);
        let size = (shape * ln_z).abs();
        let inside = ln_norm - ln_z - size - R::lit(2.0) * (-size).exp().ln_1p();
        let steep = R::select(shape.lt(R::lit(1.0)), R::lit(f64::INFINITY), R::lit(f64::NEG_INFINITY));
        let at_zero = R::select(shape.eq(R::lit(1.0)), ln_norm, steep);
        R::select(outside, R::select(x.lt(zero), R::lit(f64::NEG_INFINITY), at_zero), inside)
    }
}

impl Univariate for LogLogistic {
    common!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x <= 0.0 || x.is_infinite() {
            return self.ln_prob(x).exp();
        }
        let size = size(self.z(x));
        exp_by(-size - Double::from(x).ln(), |y| self.shape * y) / (1.0 + (-size).exp()).powi(2)
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
        self.scale * (logit(p.clamp(0.0, 1.0)) / self.shape).exp()
    }

    fn isf(&self, q: f64) -> f64 {
        self.scale * (-logit(q.clamp(0.0, 1.0)) / self.shape).exp()
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.scale * (logit_ln(ln_p) / self.shape).exp()
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.scale * (-logit_ln(ln_q) / self.shape).exp()
    }

    fn mean(&self) -> f64 {
        let t = PI / self.shape;
        if self.shape <= 1.0 { f64::INFINITY } else { self.scale * t / t.sin() }
    }

    fn variance(&self) -> f64 {
        if self.shape <= 2.0 {
            return f64::INFINITY;
        }
        self.mean().powi(2) * tangent_excess(PI / self.shape)
    }

    fn skewness(&self) -> f64 {
        match self.shape {
            k if k <= 2.0 => f64::NAN,
            k if k <= 3.0 => f64::INFINITY,
            k if k < 8.0 => self.moments_from_sines().0,
            _ => standardised_moment(self, 3),
        }
    }

    fn kurtosis(&self) -> f64 {
        match self.shape {
            k if k <= 2.0 => f64::NAN,
            k if k <= 4.0 => f64::INFINITY,
            k if k < 8.0 => self.moments_from_sines().1,
            _ => standardised_moment(self, 4) - 3.0,
        }
    }

    fn mode(&self) -> f64 {
        let k = self.shape;
        if k <= 1.0 { 0.0 } else { self.scale * ((k - 1.0) / (k + 1.0)).powf(k.recip()) }
    }

    fn median(&self) -> f64 {
        self.scale
    }

    fn entropy(&self) -> f64 {
        2.0 - self.prepared[2]
    }
}

/// tan t / t − 1, for 0 < t < π/2.
fn tangent_excess(t: f64) -> f64 {
    let s = t * t;
    if s > 0.01 {
        return t.tan() / t - 1.0;
    }
    s * (1.0 / 3.0 + s * (2.0 / 15.0 + s * (17.0 / 315.0 + s * (62.0 / 2835.0 + s * (1382.0 / 155_925.0)))))
}

impl LogLogistic {
    /// k ln(x/α).
    fn z(&self, x: f64) -> Double {
        power_ln(x, self.scale, self.shape)
    }

    /// Skewness and kurtosis from E (x/α)ʲ = jt / sin jt, t = π/k; cancels for large k.
    fn moments_from_sines(&self) -> (f64, f64) {
        let [a, b, c, d] = [1.0, 2.0, 3.0, 4.0].map(|j| j * PI / self.shape / (j * PI / self.shape).sin());
        let variance = b - a * a;
        let third = c - 3.0 * a * b + 2.0 * a.powi(3);
        let fourth = d - 4.0 * a * c + 6.0 * a * a * b - 3.0 * a.powi(4);
        (third / variance.powf(1.5), fourth / (variance * variance) - 3.0)
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        (self.scale * (draw_standard(rng) / self.shape).exp()).min(f64::MAX)
    }
}

impl Fit for LogLogistic {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        data::checked("LogLogistic::fit", data, weights, Support::reals(f64::from_bits(1), f64::INFINITY))?;
        let middle = data::weighted_median(data, weights, data::sum(weights.iter().copied()));
        let logarithms: Vec<f64> = data.iter().map(|x| ln_ratio(*x, middle)).collect();
        let logistic = Logistic::fit_weighted(&logarithms, weights)?;
        Self::new(logistic.scale().recip(), middle * logistic.loc().exp())
    }
}
