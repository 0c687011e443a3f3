//! The Gumbel distribution.

use super::standardised::{exp_by, ln_complement, ln_probability, standardised};
use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, fit, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::PI;

/// Euler's constant γ.
pub(super) const EULER: f64 = 0.577_215_664_901_532_9;

family! {
    /// The largest of many: the year's highest flood, the noise that turns a maximum into a draw.
    ///
    /// | | |
    /// |---|---|
    /// | density | exp(−z − e⁻ᶻ) / β, z = (x − μ)/β |
    /// | mean, variance | μ + γβ, π²β²/6 |
    /// | maximum likelihood | Newton's method |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Gumbel};
    ///
    /// let flood = Gumbel::new(3.0, 0.5)?;
    /// approx::assert_relative_eq!(flood.cdf(3.0), (-1.0f64).exp(), max_relative = 1e-15);
    /// approx::assert_relative_eq!(flood.sf(30.0), 3.532628572200807e-24, max_relative = 1e-14);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Gumbel: Continuous {
        /// μ, the mode.
        loc: Finite,
        /// β.
        scale: Positive,
    }
    prepared 3
}

impl Density<2, 3> for Gumbel {
    const NAME: &'static str = "Gumbel";

    #[inline(always)]
    fn prepare<R: Real>([loc, scale]: [R; 2]) -> [R; 3] {
        [loc, scale, scale.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([loc, scale, ln_scale]: [R; 3], x: R) -> R {
        let z = R::max((x - loc) / scale, R::lit(-750.0)); // where e⁻ᶻ has overflowed
        -z - (-z).exp() - ln_scale
    }
}

impl Univariate for Gumbel {
    common!();

    fn support(&self) -> Support {
        Support::reals(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        let y = self.z(x);
        if y.hi < -750.0 { 0.0 } else { exp_by(-y - (-y).exp(), |p| p / self.scale) }
    }

    fn cdf(&self, x: f64) -> f64 {
        cdf(self.z(x))
    }

    fn sf(&self, x: f64) -> f64 {
        sf(self.z(x))
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        -(-self.z(x)).exp()
    }

    fn ln_sf(&self, x: f64) -> f64 {
        ln_sf(self.z(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.loc + self.scale * quantile(p)
    }

    fn isf(&self, q: f64) -> f64 {
        self.loc + self.scale * isf(q)
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.loc + self.scale * quantile_ln(ln_p)
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.loc + self.scale * isf_ln(ln_q)
    }

    fn mean(&self) -> f64 {
        self.loc + self.scale * EULER
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        self.scale * PI / 6f64.sqrt()
    }

    fn skewness(&self) -> f64 {
        1.139_547_099_404_648_7 // 12 √6 ζ(3) / π³
    }

    fn kurtosis(&self) -> f64 {
        2.4
    }

    fn mode(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        self.prepared[2] + EULER + 1.0
    }
}

/// exp(−e⁻ʸ).
pub(super) fn cdf(y: Double) -> f64 {
    (-(-y).exp()).exp()
}

/// 1 − exp(−e⁻ʸ).
pub(super) fn sf(y: Double) -> f64 {
    -(-(-y).exp()).exp_m1()
}

/// Its logarithm: −y where e⁻ʸ is small.
pub(super) fn ln_sf(y: Double) -> f64 {
    match y.hi {
        high if high > 40.0 => -high,
        low if low < 0.0 => (-cdf(y)).ln_1p(),
        _ => sf(y).ln(),
    }
}

/// −ln(−ln p).
pub(super) fn quantile(p: f64) -> f64 {
    quantile_ln(p.clamp(0.0, 1.0).ln())
}

/// −ln(−ln(1 − q)).
pub(super) fn isf(q: f64) -> f64 {
    -(-(-q.clamp(0.0, 1.0)).ln_1p()).ln()
}

/// −ln(−ln p) from ln p.
pub(super) fn quantile_ln(ln_p: f64) -> f64 {
    -(-ln_probability(ln_p)).ln()
}

/// −ln(−ln(1 − q)) from ln q.
pub(super) fn isf_ln(ln_q: f64) -> f64 {
    if ln_q < -40.0 { -ln_q } else { -(-ln_complement(ln_q)).ln() }
}

impl Gumbel {
    /// (x − μ)/β.
    fn z(&self, x: f64) -> Double {
        standardised(x, self.loc, self.scale)
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.loc - self.scale * sample::standard_exponential(rng).ln()
    }
}

impl FitMoments for Gumbel {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let scale = std * 6f64.sqrt() / PI;
        Self::new(mean - EULER * scale, scale)
    }
}

impl Fit for Gumbel {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("Gumbel::fit", data, weights, reals)?;
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        fit::newton(&Self::from_moments(mean, variance.sqrt())?, data, weights)
    }
}
