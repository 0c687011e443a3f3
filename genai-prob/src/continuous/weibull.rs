//! The Weibull distribution.

use super::generalised_extreme_value::standard_deviation;
use super::hazard::by_hazard;
use super::standardised::{exp_by, ln_ratio, power_ln};
use super::{GeneralisedExtremeValue, Gumbel, gumbel::EULER};
use crate::family::{common, family};
use crate::special::{Double, ln_gamma};
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Time until something breaks, where wear (k > 1) or early faults (k < 1) change the hazard.
    ///
    /// | | |
    /// |---|---|
    /// | density | (k/λ) zᵏ⁻¹ exp(−zᵏ), z = x/λ ≥ 0 |
    /// | mean, variance | λ Γ(1 + 1/k), λ² (Γ(1 + 2/k) − Γ(1 + 1/k)²) |
    /// | maximum likelihood | that of the [Gumbel](super::Gumbel) for −ln x |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Weibull};
    ///
    /// let bulb = Weibull::new(2.0, 1000.0)?;
    /// approx::assert_relative_eq!(bulb.sf(2000.0), (-4.0f64).exp(), max_relative = 1e-15);
    /// approx::assert_relative_eq!(bulb.isf_ln(-1e6), 1e6, max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Weibull: Continuous {
        /// k.
        shape: Positive,
        /// λ, outlived by 37 %.
        scale: Positive,
    }
    prepared 3
}

impl Density<2, 3> for Weibull {
    const NAME: &'static str = "Weibull";

    #[inline(always)]
    fn prepare<R: Real>([shape, scale]: [R; 2]) -> [R; 3] {
        [shape, scale, shape.ln() - scale.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape, scale, ln_norm]: [R; 3], x: R) -> R {
        let (zero, one) = (R::lit(0.0), R::lit(1.0));
        let outside = x.le(zero).or(x.eq(R::lit(f64::INFINITY)));
        let ln_z = ln_ratio(R::select(outside, scale, x), scale);
        let inside = ln_norm + (shape - one) * ln_z - (shape * ln_z).exp();
        let steep = R::select(shape.lt(one), R::lit(f64::INFINITY), R::lit(f64::NEG_INFINITY));
        let at_zero = R::select(shape.eq(one), ln_norm, steep);
        R::select(outside, R::select(x.eq(zero), at_zero, R::lit(f64::NEG_INFINITY)), inside)
    }
}

impl Univariate for Weibull {
    common!();
    by_hazard!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        let z = power_ln(x, self.scale, self.shape); // k ln(x/λ)
        if z.hi.is_infinite() || x.is_infinite() {
            return self.ln_prob(x).exp();
        }
        exp_by(z - z.exp() - Double::from(x).ln(), |y| self.shape * y)
    }

    fn mean(&self) -> f64 {
        self.scale * ln_gamma(1.0 + self.shape.recip()).exp()
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        self.scale * standard_deviation(self.shape.recip()) / self.shape
    }

    fn skewness(&self) -> f64 {
        -self.mirrored().map_or(f64::NEG_INFINITY, |d| d.skewness())
    }

    fn kurtosis(&self) -> f64 {
        self.mirrored().map_or(f64::INFINITY, |d| d.kurtosis())
    }

    fn mode(&self) -> f64 {
        if self.shape <= 1.0 { 0.0 } else { self.scale * ((-self.shape.recip()).ln_1p() / self.shape).exp() }
    }

    fn entropy(&self) -> f64 {
        EULER * (1.0 - self.shape.recip()) - self.prepared[2] + 1.0
    }
}

impl Weibull {
    /// (x/λ)ᵏ.
    fn hazard(&self, x: f64) -> Double {
        Double::from(power_ln(x, self.scale, self.shape).exp())
    }

    fn at_hazard(&self, hazard: f64) -> f64 {
        self.scale * (hazard.ln() / self.shape).exp()
    }

    fn ln_tiny_hazard(&self, x: f64) -> f64 {
        power_ln(x, self.scale, self.shape).value()
    }

    fn at_tiny_hazard(&self, ln_hazard: f64) -> f64 {
        self.scale * (ln_hazard / self.shape).exp()
    }

    /// (1 − z)k has this distribution, unless 1/k overflows.
    fn mirrored(&self) -> Option<GeneralisedExtremeValue> {
        GeneralisedExtremeValue::new(self.shape.recip(), 0.0, 1.0).ok()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        (self.scale * sample::standard_exponential(rng).powf(self.shape.recip())).min(f64::MAX)
    }
}

impl Fit for Weibull {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        data::checked("Weibull::fit", data, weights, Support::reals(f64::from_bits(1), f64::INFINITY))?;
        let middle = data::weighted_median(data, weights, data::sum(weights.iter().copied()));
        let logarithms: Vec<f64> = data.iter().map(|x| -ln_ratio(*x, middle)).collect();
        let gumbel = Gumbel::fit_weighted(&logarithms, weights)?;
        Self::new(gumbel.scale().recip(), middle * (-gumbel.loc()).exp())
    }
}
