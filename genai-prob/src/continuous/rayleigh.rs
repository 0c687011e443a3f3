//! The Rayleigh distribution.

use super::gumbel::EULER;
use super::hazard::by_hazard;
use super::standardised::{exp_by, square, standardised};
use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{LN_2, PI, SQRT_2};

family! {
    /// The length of a vector of two normal numbers: how far from the middle a dart lands.
    ///
    /// | | |
    /// |---|---|
    /// | density | (x/σ²) exp(−x²/2σ²), x ≥ 0 |
    /// | mean, variance | σ √(π/2), (2 − π/2) σ² |
    /// | maximum likelihood | σ̂² = mean(x²)/2 |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Rayleigh};
    ///
    /// let miss = Rayleigh::new(1.0)?;
    /// approx::assert_relative_eq!(miss.sf(2.0), (-2.0f64).exp(), max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Rayleigh: Continuous {
        /// σ, the standard deviation of one coordinate.
        scale: Positive,
    }
    prepared 2
}

impl Density<1, 2> for Rayleigh {
    const NAME: &'static str = "Rayleigh";

    #[inline(always)]
    fn prepare<R: Real>([scale]: [R; 1]) -> [R; 2] {
        [scale, scale.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([scale, ln_scale]: [R; 2], x: R) -> R {
        let outside = x.le(R::lit(0.0));
        let z = R::min(R::select(outside, R::lit(1.0), x) / scale, R::lit(1e200)); // ∞ − ∞ is no number
        R::select(outside, R::lit(f64::NEG_INFINITY), z.ln() - R::lit(0.5) * z * z - ln_scale)
    }
}

impl Univariate for Rayleigh {
    common!();
    by_hazard!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { exp_by(-self.hazard(x), |rest| x / self.scale / self.scale * rest) }
    }

    fn mean(&self) -> f64 {
        self.scale * (0.5 * PI).sqrt()
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        self.scale * (2.0 - 0.5 * PI).sqrt()
    }

    fn skewness(&self) -> f64 {
        2.0 * PI.sqrt() * (PI - 3.0) / (4.0 - PI).powf(1.5)
    }

    fn kurtosis(&self) -> f64 {
        (PI * (24.0 - 6.0 * PI) - 16.0) / (4.0 - PI).powi(2)
    }

    fn mode(&self) -> f64 {
        self.scale
    }

    fn entropy(&self) -> f64 {
        1.0 + self.prepared[1] - 0.5 * LN_2 + 0.5 * EULER
    }
}

impl Rayleigh {
    /// x²/2σ².
    fn hazard(&self, x: f64) -> Double {
        let square = square(standardised(x.max(0.0), 0.0, self.scale));
        if square.hi.is_finite() { square * 0.5 } else { square }
    }

    fn at_hazard(&self, hazard: f64) -> f64 {
        self.scale * (2.0 * hazard).sqrt()
    }

    fn ln_tiny_hazard(&self, x: f64) -> f64 {
        2.0 * (x.ln() - self.prepared[1]) - LN_2
    }

    fn at_tiny_hazard(&self, ln_hazard: f64) -> f64 {
        self.scale * SQRT_2 * (0.5 * ln_hazard).exp()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.at_hazard(sample::standard_exponential(rng))
    }
}

impl Fit for Rayleigh {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Rayleigh::fit", data, weights, Support::reals(f64::from_bits(1), f64::INFINITY))?;
        let squares: Vec<f64> = data.iter().map(|x| x * x).collect();
        Self::new((0.5 * data::weighted_sum(&squares, weights) / total).sqrt())
    }
}
