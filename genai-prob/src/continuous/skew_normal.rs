//! The skew normal distribution.

use super::standard_normal as standard;
use super::standardised::{exp_by, standardised};
use crate::family::{common, family};
use crate::special::{Double, erf, erfcx, ln_ndtr, ln_owens_t_tail, ndtr};
use crate::{Density, Error, Fit, Support, Univariate, data, fit, invert, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, LN_2, PI, TAU};

family! {
    /// A bell that leans: what is left of a normal value once a related one was selected to be positive.
    ///
    /// | | |
    /// |---|---|
    /// | density | 2 φ(x) Φ(αx) |
    /// | mean, variance | δ √(2/π), 1 − 2δ²/π with δ = α/√(1 + α²) |
    /// | maximum likelihood | Newton's method |
    ///
    /// The distribution function is Owen's, taken so that neither tail cancels.
    ///
    /// Source: Azzalini 1985, *A class of distributions which includes the normal ones*.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::SkewNormal};
    ///
    /// let leaning = SkewNormal::new(4.0)?;
    /// approx::assert_relative_eq!(leaning.cdf(-1.0), 8.17969033906455e-7, max_relative = 1e-13);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct SkewNormal: Continuous {
        /// α: leans to the right above 0, to the left below; 0 is the normal distribution.
        shape: Finite,
    }
    prepared 1
}

impl Density<1, 1> for SkewNormal {
    const NAME: &'static str = "SkewNormal";

    #[inline(always)]
    fn prepare<R: Real>([shape]: [R; 1]) -> [R; 1] {
        [shape]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape]: [R; 1], x: R) -> R {
        let x = R::max(R::min(x, R::lit(1e200)), R::lit(-1e200)); // 0 · ∞ is no number
        standard::ln_cdf_formula(shape * x) - R::lit(0.5) * x * x + R::lit(LN_2 - 0.5 * TAU.ln())
    }
}

impl Univariate for SkewNormal {
    common!();

    fn support(&self) -> Support {
        Support::reals(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        let x = x.clamp(-1e200, 1e200);
        let steep = self.shape * x;
        let steep = if steep.abs() < 1e150 { Double::product(self.shape, x) } else { Double::from(steep) };
        exp_by(standard::ln_density(standardised(x, 0.0, 1.0)), |y| 2.0 * y * standard::cdf(steep))
    }

    fn cdf(&self, x: f64) -> f64 {
        if self.shape >= 0.0 { lower(x, self.shape) } else { upper(-x, -self.shape) }
    }

    fn sf(&self, x: f64) -> f64 {
        if self.shape >= 0.0 { upper(x, self.shape) } else { lower(-x, -self.shape) }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        if self.shape >= 0.0 { ln_lower(x, self.shape) } else { ln_upper(-x, -self.shape) }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        if self.shape >= 0.0 { ln_upper(x, self.shape) } else { ln_lower(-x, -self.shape) }
    }

    fn quantile(&self, p: f64) -> f64 {
        if p == 0.5 && self.shape == 0.0 { 0.0 } else { invert::quantile(self, p) }
    }

    fn isf(&self, q: f64) -> f64 {
        if q == 0.5 && self.shape == 0.0 { 0.0 } else { invert::isf(self, q) }
    }

    fn mean(&self) -> f64 {
        self.delta() * FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> f64 {
        1.0 - self.mean().powi(2)
    }

    fn skewness(&self) -> f64 {
        0.5 * (4.0 - PI) * (self.mean() / self.std()).powi(3)
    }

    fn kurtosis(&self) -> f64 {
        2.0 * (PI - 3.0) * (self.mean() / self.std()).powi(4)
    }

    fn mode(&self) -> f64 {
        let a = self.shape.abs();
        let falls = |x: f64| a * FRAC_2_PI.sqrt() / erfcx(-a * x * FRAC_1_SQRT_2) <= x; // α φ(αx)/Φ(αx)
        let mode = if a == 0.0 { 0.0 } else { invert::smallest(Support::reals(0.0, 1.0), falls) };
        mode.copysign(self.shape)
    }

    fn entropy(&self) -> f64 {
        0.5 + 0.5 * TAU.ln() - LN_2 - mean_ln_ndtr(self.shape.abs())
    }
}

/// F(x) for a shape a ≥ 0.
fn lower(x: f64, a: f64) -> f64 {
    if x.is_infinite() {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let outer = 2.0 * ln_owens_t_tail(x, a).exp();
    if x < 0.0 { outer } else { (erf(x * FRAC_1_SQRT_2) + outer).min(1.0) }
}

/// 1 − F(x) for a shape a ≥ 0.
fn upper(x: f64, a: f64) -> f64 {
    if x.is_infinite() {
        return if x > 0.0 { 0.0 } else { 1.0 };
    }
    let outer = 2.0 * ln_owens_t_tail(x, a).exp();
    if x < 0.0 { 1.0 - outer } else { 2.0 * ndtr(-x) - outer }
}

fn ln_lower(x: f64, a: f64) -> f64 {
    match x {
        f64::NEG_INFINITY => x,
        x if x < 0.0 => LN_2 + ln_owens_t_tail(x, a),
        x if x < 1.0 => lower(x, a).ln(),
        x => (-upper(x, a)).ln_1p(),
    }
}

fn ln_upper(x: f64, a: f64) -> f64 {
    if x == f64::INFINITY {
        return -x;
    }
    if x < 0.0 {
        return (-lower(x, a)).ln_1p();
    }
    let normal = ln_ndtr(-x);
    let outer = ln_owens_t_tail(x, a) - normal; // at most −ln 2
    (LN_2 + normal + if outer.is_nan() { 0.0 } else { (-outer.exp()).ln_1p() }).min(0.0)
}

/// E ln Φ(aX) by the trapezium rule, which converges exponentially for a smooth integrand that decays on both sides.
fn mean_ln_ndtr(a: f64) -> f64 {
    const STEPS_A_UNIT: f64 = 20.0;
    let (of_x, of_t) = if a > 1.0 { (a.recip(), 1.0) } else { (1.0, a) }; // over t = ax where a is large
    let term = |k: i32| {
        let s = f64::from(k) / STEPS_A_UNIT;
        let (x, t) = (of_x * s, of_t * s);
        standard::density(Double::from(x)) * ndtr(t) * ln_ndtr(t)
    };
    2.0 * of_x / STEPS_A_UNIT * (-280..=280).map(term).sum::<f64>()
}

impl SkewNormal {
    /// α/√(1 + α²).
    fn delta(&self) -> f64 {
        self.shape / self.shape.hypot(1.0)
    }

    /// Source: Henze 1986, *A probabilistic representation of the skew-normal distribution*.
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let a = self.shape;
        let rest = if a.abs() < 1e100 { (1.0 + a * a).sqrt() } else { a.abs() }.recip();
        a * rest * sample::standard_normal(rng).abs() + sample::standard_normal(rng) * rest
    }
}

impl Fit for SkewNormal {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("SkewNormal::fit", data, weights, reals)?;
        let counted = || data.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        if counted().all(|(x, _)| *x >= 0.0) || counted().all(|(x, _)| *x <= 0.0) {
            return Err(Error::data(
                "SkewNormal::fit",
                "values of one sign",
                "values of both: otherwise no shape is the best",
            ));
        }
        let mean = data::weighted_sum(data, weights) / total;
        let delta = (mean / FRAC_2_PI.sqrt()).clamp(-0.9, 0.9);
        fit::newton(&Self::new(delta / (1.0 - delta * delta).sqrt())?, data, weights)
    }
}
