//! The generalised extreme value distribution.

use super::expectation::standardised_moment;
use super::gumbel::{self, EULER, Gumbel};
use super::standardised::{exp_by, standardised};
use crate::family::{common, family};
use crate::special::{Double, ln_gamma, zeta};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, fit, sample};
use genai_core::Real;
use rand_core::RngCore;

family! {
    /// The largest of many, whatever the single ones are: Weibull's, Gumbel's and Fréchet's law in one.
    ///
    /// | | |
    /// |---|---|
    /// | distribution function | exp(−(1 − cz)^(1/c)), z = (x − μ)/σ, cz < 1; exp(−e⁻ᶻ) for c = 0 |
    /// | mean, variance | μ + σ (1 − g₁)/c, σ² (g₂ − g₁²)/c² with gⱼ = Γ(1 + jc) |
    /// | maximum likelihood | Newton's method from the Gumbel fit |
    ///
    /// The sign of the shape is SciPy's: c > 0 has an upper end, c < 0 a heavy tail; ξ = −c elsewhere. All is smooth at 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::{GeneralisedExtremeValue, Gumbel}};
    ///
    /// let bounded = GeneralisedExtremeValue::new(0.5, 0.0, 1.0)?;
    /// assert_eq!(bounded.support().upper, 2.0);
    /// let nearly = GeneralisedExtremeValue::new(1e-12, 0.0, 1.0)?;
    /// approx::assert_relative_eq!(nearly.kurtosis(), Gumbel::new(0.0, 1.0)?.kurtosis(), max_relative = 1e-10);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct GeneralisedExtremeValue: Continuous {
        /// c, the shape.
        shape: Finite,
        /// μ.
        loc: Finite,
        /// σ.
        scale: Positive,
    }
    prepared 4
}

impl Density<3, 4> for GeneralisedExtremeValue {
    const NAME: &'static str = "GeneralisedExtremeValue";

    #[inline(always)]
    fn prepare<R: Real>([shape, loc, scale]: [R; 3]) -> [R; 4] {
        [shape, loc, scale, scale.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape, loc, scale, ln_scale]: [R; 4], x: R) -> R {
        let (z, one) = ((x - loc) / scale, R::lit(1.0));
        let outside = one.le(shape * z);
        let z = R::select(outside, R::lit(0.0), z);
        let y = z * ln_1p_ratio(-shape * z); // −ln(1 − cz)/c
        R::select(outside, R::lit(f64::NEG_INFINITY), (shape - one) * y - (-y).exp() - ln_scale)
    }
}

/// ln(1 + w)/w for w > −1, with its derivatives also near 0.
#[inline(always)]
pub(super) fn ln_1p_ratio<R: Real>(w: R) -> R {
    let near = w.abs().lt(R::lit(0.05));
    let small = R::select(near, w, R::lit(0.0));
    let series = (1..=14).rev().fold(R::lit(0.0), |sum, k| R::lit(1.0 / f64::from(k)) - small * sum);
    let large = R::select(near, R::lit(1.0), w);
    R::select(near, series, large.ln_1p() / large)
}

impl Univariate for GeneralisedExtremeValue {
    common!(draw);

    fn support(&self) -> Support {
        let end = self.loc + self.scale / self.shape;
        match self.shape {
            c if c > 0.0 => Support::reals(f64::NEG_INFINITY, end),
            c if c < 0.0 => Support::reals(end, f64::INFINITY),
            _ => Support::reals(f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// In twice the precision: 1 − cz cancels near the end of the support.
    fn ln_prob(&self, x: f64) -> f64 {
        self.ln_scaled(x).value() - self.prepared[3]
    }

    fn prob(&self, x: f64) -> f64 {
        exp_by(self.ln_scaled(x), |y| y / self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        gumbel::cdf(self.reduced(x))
    }

    fn sf(&self, x: f64) -> f64 {
        gumbel::sf(self.reduced(x))
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        -(-self.reduced(x)).exp()
    }

    fn ln_sf(&self, x: f64) -> f64 {
        gumbel::ln_sf(self.reduced(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.of(gumbel::quantile(p))
    }

    fn isf(&self, q: f64) -> f64 {
        self.of(gumbel::isf(q))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.of(gumbel::quantile_ln(ln_p))
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.of(gumbel::isf_ln(ln_q))
    }

    fn mean(&self) -> f64 {
        if self.shape <= -1.0 { f64::INFINITY } else { self.loc - self.scale * gamma_slope(self.shape) }
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        self.scale * standard_deviation(self.shape)
    }

    fn skewness(&self) -> f64 {
        match self.shape {
            c if c <= -0.5 => f64::NAN,
            c if c <= -1.0 / 3.0 => f64::INFINITY,
            c if c.abs() < 0.1 => standardised_moment(&self.standard(), 3),
            c => -powers(c).0 * c.signum(),
        }
    }

    fn kurtosis(&self) -> f64 {
        match self.shape {
            c if c <= -0.5 => f64::NAN,
            c if c <= -0.25 => f64::INFINITY,
            c if c.abs() < 0.1 => standardised_moment(&self.standard(), 4) - 3.0,
            c => powers(c).1,
        }
    }

    fn mode(&self) -> f64 {
        if self.shape >= 1.0 { self.support().upper } else { self.of(-(-self.shape).ln_1p()) }
    }

    fn entropy(&self) -> f64 {
        self.prepared[3] + EULER * (1.0 - self.shape) + 1.0
    }
}

/// (Γ(1 + c) − 1)/c.
fn gamma_slope(c: f64) -> f64 {
    if c.abs() < 0.1 {
        let ln = -EULER * c + zeta_series(c, |_| 1.0);
        return if c == 0.0 { -EULER } else { ln.exp_m1() / c };
    }
    ln_gamma(1.0 + c).exp_m1() / c
}

/// The standard deviation of (1 − Eᶜ)/c for a standard exponential E.
pub(super) fn standard_deviation(c: f64) -> f64 {
    if c <= -0.5 {
        return f64::INFINITY;
    }
    if c.abs() < 1e-20 {
        return std::f64::consts::PI / 6f64.sqrt();
    }
    let ratio = ln_moment_ratio(c, 2);
    (ln_gamma(1.0 + c) + 0.5 * ratio.exp_m1().ln()).exp() / c.abs()
}

/// Skewness (without the sign of c) and excess kurtosis of Eᶜ; cancels near c = 0.
fn powers(c: f64) -> (f64, f64) {
    let [l2, l3, l4] = [2, 3, 4].map(|j| ln_moment_ratio(c, j));
    if l2 > 40.0 {
        return ((l3 - 1.5 * l2).exp(), (l4 - 2.0 * l2).exp());
    }
    let variance = l2.exp_m1();
    let third = l3.exp_m1() - 3.0 * variance;
    let fourth = l4.exp_m1() - 4.0 * l3.exp_m1() + 6.0 * variance;
    (third / variance.powf(1.5), fourth / (variance * variance) - 3.0)
}

/// ln(Γ(1 + jc) / Γ(1 + c)ʲ), the logarithm of a moment of Eᶜ over that of its mean.
fn ln_moment_ratio(c: f64, j: i32) -> f64 {
    if c.abs() < 0.1 {
        return zeta_series(c, |k| f64::from(j).powi(k) - f64::from(j));
    }
    ln_gamma(1.0 + f64::from(j) * c) - f64::from(j) * ln_gamma(1.0 + c)
}

/// Σ ζ(k) (−c)ᵏ / k · factor(k) over k ≥ 2: ln Γ(1 + c) + γc where the factor is 1.
fn zeta_series(c: f64, factor: impl Fn(i32) -> f64) -> f64 {
    (2..=60).rev().map(|k| zeta(f64::from(k)) * (-c).powi(k) / f64::from(k) * factor(k)).sum()
}

impl GeneralisedExtremeValue {
    /// ln(σ f(x)).
    fn ln_scaled(&self, x: f64) -> Double {
        let y = self.reduced(x);
        if y.hi.is_infinite() { Double::from(f64::NEG_INFINITY) } else { y * (self.shape - 1.0) - (-y).exp() }
    }

    /// The Gumbel value that stands for x: −ln(1 − cz)/c.
    fn reduced(&self, x: f64) -> Double {
        let z = standardised(x, self.loc, self.scale);
        if self.shape == 0.0 || z.hi.is_infinite() && z.hi * self.shape < 0.0 {
            return z;
        }
        let inside = Double::from(1.0) - z * self.shape;
        if inside.hi > 0.0 {
            return -((z * -self.shape).ln_1p() / self.shape);
        }
        Double::from(f64::INFINITY.copysign(self.shape))
    }

    /// The x that stands for a Gumbel value: μ + σ (1 − e^(−cy))/c.
    fn of(&self, y: f64) -> f64 {
        let z = if self.shape == 0.0 { y } else { -(-self.shape * y).exp_m1() / self.shape };
        let support = self.support();
        if y.is_infinite() {
            return if y > 0.0 { support.upper } else { support.lower };
        }
        (self.loc + self.scale * z).clamp(support.lower, support.upper)
    }

    /// The same shape at 0 with scale 1.
    fn standard(&self) -> Self {
        Self { loc: 0.0, scale: 1.0, prepared: [self.shape, 0.0, 1.0, 0.0], ..*self }
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.of(-sample::standard_exponential(rng).ln()).clamp(-f64::MAX, f64::MAX)
    }
}

impl Fit for GeneralisedExtremeValue {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("GeneralisedExtremeValue::fit", data, weights, reals)?;
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        let start = Gumbel::from_moments(mean, variance.sqrt())?;
        fit::newton(&Self::new(0.0, start.loc(), start.scale())?, data, weights)
    }
}
