//! The continuous Bernoulli distribution.

use super::expectation::{expectation, standardised_moment};
use super::logistic::logit;
use super::standardised::ln_probability;
use crate::family::{common, family};
use crate::special::log1mexp;
use crate::{Density, Error, Fit, Support, Univariate, data, fit, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;
use std::f64::consts::LN_2;

family! {
    /// A grey value between black and white: what a network trained with binary cross-entropy on pixels speaks of.
    ///
    /// | | |
    /// |---|---|
    /// | density | C pˣ (1 − p)¹⁻ˣ, 0 ≤ x ≤ 1: an exponential with the rate −θ, θ = ln(p/(1 − p)), cut at 1 |
    /// | mean, variance | ½ + ½ coth(θ/2) − 1/θ, by quadrature |
    /// | maximum likelihood | Newton's method |
    ///
    /// Smooth at p = ½, where it is uniform. Source: Loaiza-Ganem & Cunningham 2019,
    /// [arXiv:1907.06845](https://arxiv.org/abs/1907.06845).
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::ContinuousBernoulli};
    ///
    /// let grey = ContinuousBernoulli::new(0.3)?;
    /// approx::assert_relative_eq!(grey.mean(), 0.43022250114382865, max_relative = 1e-14);
    /// assert_eq!(ContinuousBernoulli::new(0.5)?.cdf(0.2), 0.2);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct ContinuousBernoulli: Continuous {
        /// p, below ½ for dark, above for bright.
        p: OpenProbability,
    }
    prepared 2
}

impl Density<1, 2> for ContinuousBernoulli {
    const NAME: &'static str = "ContinuousBernoulli";

    #[inline(always)]
    fn prepare<R: Real>([p]: [R; 1]) -> [R; 2] {
        let tilt = p.ln() - (-p).ln_1p();
        [tilt, ln_sinch(R::lit(0.5) * tilt)]
    }

    #[inline(always)]
    fn ln_density<R: Real>([tilt, ln_norm]: [R; 2], x: R) -> R {
        let outside = x.lt(R::lit(0.0)).or(R::lit(1.0).lt(x));
        R::select(outside, R::lit(f64::NEG_INFINITY), tilt * (x - R::lit(0.5)) - ln_norm)
    }
}

/// ln(sinh w / w), even in w.
#[inline(always)]
fn ln_sinch<R: Real>(w: R) -> R {
    let (one, two) = (R::lit(1.0), R::lit(2.0));
    let near = w.abs().lt(one);
    let s = R::select(near, w * w, one);
    let series =
        (1..=9).rev().fold(R::lit(0.0), |sum, k| (sum + one) * s * R::lit(1.0 / f64::from(2 * k * (2 * k + 1))));
    let t = R::select(near, one, w.abs());
    R::select(near, series.ln_1p(), t - (two * t).ln() + (-(-two * t).exp()).ln_1p())
}

impl Univariate for ContinuousBernoulli {
    common!();

    fn support(&self) -> Support {
        Support::reals(0.0, 1.0)
    }

    fn prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return 0.0;
        }
        let t = self.fall();
        let from_peak = if self.rises() { 1.0 - x } else { x };
        if t == 0.0 { 1.0 } else { t * (-t * from_peak).exp() / -(-t).exp_m1() }
    }

    fn cdf(&self, x: f64) -> f64 {
        let x = x.clamp(0.0, 1.0);
        if self.rises() { beyond(self.fall(), 1.0 - x, x) } else { within(self.fall(), x) }
    }

    fn sf(&self, x: f64) -> f64 {
        let x = x.clamp(0.0, 1.0);
        if self.rises() { within(self.fall(), 1.0 - x) } else { beyond(self.fall(), x, 1.0 - x) }
    }

    fn quantile(&self, p: f64) -> f64 {
        let (t, p) = (self.fall(), p.clamp(0.0, 1.0));
        if self.rises() { place_beyond(t, p).1 } else { place_within(t, p).0 }
    }

    fn isf(&self, q: f64) -> f64 {
        let (t, q) = (self.fall(), q.clamp(0.0, 1.0));
        if self.rises() { place_within(t, q).1 } else { place_beyond(t, q).0 }
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        match ln_probability(ln_p) {
            l if l > -LN_2 => self.isf(-l.exp_m1()),
            l if l < -690.0 && self.rises() => (l + ln_expm1(self.fall())).exp().ln_1p() / self.fall(),
            l => self.quantile(l.exp()),
        }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        match ln_probability(ln_q) {
            l if l > -LN_2 => self.quantile(-l.exp_m1()),
            l if l < -690.0 && self.fall() > 0.0 && !self.rises() => {
                1.0 - (l + ln_expm1(self.fall())).exp().ln_1p() / self.fall()
            }
            l => self.isf(l.exp()),
        }
    }

    fn mean(&self) -> f64 {
        let from_peak = mean_of_fall(self.fall());
        if self.rises() { 1.0 - from_peak } else { from_peak }
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        expectation(self, |x| (x - mean).powi(2))
    }

    fn skewness(&self) -> f64 {
        standardised_moment(self, 3)
    }

    fn kurtosis(&self) -> f64 {
        standardised_moment(self, 4) - 3.0
    }

    fn mode(&self) -> f64 {
        if self.rises() { 1.0 } else { 0.0 }
    }

    fn entropy(&self) -> f64 {
        let t = self.fall();
        if t < 1.0 {
            return self.prepared[1] - t * (0.5 - mean_of_fall(t));
        }
        t * mean_of_fall(t) - t.ln() + (-(-t).exp()).ln_1p()
    }
}

/// ln(eᵗ − 1).
fn ln_expm1(t: f64) -> f64 {
    t + log1mexp(t)
}

/// P(X ≤ x) of the density that falls as e^(−tx).
fn within(t: f64, x: f64) -> f64 {
    if t == 0.0 { x } else { (-t * x).exp_m1() / (-t).exp_m1() }
}

/// P(X > x) of the same; `rest` is 1 − x.
fn beyond(t: f64, x: f64, rest: f64) -> f64 {
    if t == 0.0 { rest } else { (-t * x).exp() * ((-t * rest).exp_m1() / (-t).exp_m1()) }
}

/// x and 1 − x where P(X ≤ x) = p.
fn place_within(t: f64, p: f64) -> (f64, f64) {
    if p > 0.5 {
        return place_beyond(t, 1.0 - p);
    }
    let x = if t == 0.0 { p } else { -(p * (-t).exp_m1()).ln_1p() / t };
    (x, 1.0 - x)
}

/// x and 1 − x where P(X > x) = q.
fn place_beyond(t: f64, q: f64) -> (f64, f64) {
    if q > 0.5 {
        return place_within(t, 1.0 - q);
    }
    if t == 0.0 {
        return (1.0 - q, q);
    }
    let end = (-t).exp();
    if q > end {
        let x = -(end - q * (-t).exp_m1()).ln() / t;
        return (x, 1.0 - x);
    }
    let rest = (q / end * -(-t).exp_m1()).ln_1p() / t;
    (1.0 - rest, rest)
}

/// 1/t − 1/(eᵗ − 1), ½ at t = 0.
fn mean_of_fall(t: f64) -> f64 {
    if t > 0.5 {
        return t.recip() - t.exp_m1().recip();
    }
    const ODD: [f64; 6] = [
        -1.0 / 12.0,
        1.0 / 720.0,
        -1.0 / 30_240.0,
        1.0 / 1_209_600.0,
        -1.0 / 47_900_160.0,
        691.0 / 1_307_674_368_000.0,
    ];
    0.5 + t * ODD.iter().rev().fold(0.0, |sum, c| sum * t * t + c)
}

impl ContinuousBernoulli {
    /// |θ|, the rate at which the density falls from its peak.
    fn fall(&self) -> f64 {
        logit(self.p).abs()
    }

    /// Whether the peak is at 1.
    fn rises(&self) -> bool {
        self.p > 0.5
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let (x, rest) = place_within(self.fall(), sample::open_uniform(rng));
        if self.rises() { rest } else { x }
    }
}

impl Fit for ContinuousBernoulli {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("ContinuousBernoulli::fit", data, weights, Support::reals(0.0, 1.0))?;
        let mean = data::weighted_sum(data, weights) / total;
        fit::newton(&Self::new(mean)?, data, weights)
    }
}
