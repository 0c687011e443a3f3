//! The Pareto distribution.

use super::hazard::by_hazard;
use super::standardised::{exp_by, ln_ratio};
use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use rand_core::RngCore;

family! {
    /// Wealth, file sizes, sizes of cities beyond a minimum: every doubling leaves the same share.
    ///
    /// | | |
    /// |---|---|
    /// | density | α mᵅ / xᵅ⁺¹, x ≥ m |
    /// | mean, variance | αm/(α − 1) (α > 1), αm² / ((α − 1)² (α − 2)) (α > 2) |
    /// | maximum likelihood | m̂ = min(x), α̂ = 1 / mean(ln(x/m̂)) |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Pareto};
    ///
    /// let wealth = Pareto::new(1.16, 1.0)?; // the law of 80 and 20
    /// approx::assert_relative_eq!(wealth.sf(10.0), 10f64.powf(-1.16), max_relative = 1e-15);
    /// assert_eq!(wealth.variance(), f64::INFINITY);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Pareto: Continuous {
        /// α; the tail falls as x^(−α).
        shape: Positive,
        /// m, the smallest value.
        minimum: Positive,
    }
    prepared 3
}

impl Density<2, 3> for Pareto {
    const NAME: &'static str = "Pareto";

    #[inline(always)]
    fn prepare<R: Real>([shape, minimum]: [R; 2]) -> [R; 3] {
        [shape, minimum, shape.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape, minimum, ln_shape]: [R; 3], x: R) -> R {
        let outside = x.lt(minimum);
        let x = R::select(outside, minimum, x);
        R::select(outside, R::lit(f64::NEG_INFINITY), ln_shape - x.ln() - shape * ln_ratio(x, minimum))
    }
}

impl Univariate for Pareto {
    common!();
    by_hazard!();

    fn support(&self) -> Support {
        Support::reals(self.minimum, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x < self.minimum { 0.0 } else { exp_by(-self.hazard(x), |rest| rest * (self.shape / x)) }
    }

    fn mean(&self) -> f64 {
        if self.shape <= 1.0 { f64::INFINITY } else { self.minimum * (self.shape / (self.shape - 1.0)) }
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        let a = self.shape;
        if a <= 2.0 { f64::INFINITY } else { self.minimum * (a / (a - 2.0)).sqrt() / (a - 1.0) }
    }

    fn skewness(&self) -> f64 {
        match self.shape {
            a if a <= 2.0 => f64::NAN,
            a if a <= 3.0 => f64::INFINITY,
            a => 2.0 * ((1.0 + a) / (a - 3.0)) * (1.0 - 2.0 / a).sqrt(),
        }
    }

    fn kurtosis(&self) -> f64 {
        match self.shape {
            a if a <= 2.0 => f64::NAN,
            a if a <= 4.0 => f64::INFINITY,
            a => 6.0 * ((1.0 + (1.0 - (6.0 + 2.0 / a) / a) / a) / ((1.0 - 3.0 / a) * (1.0 - 4.0 / a))),
        }
    }

    fn mode(&self) -> f64 {
        self.minimum
    }

    fn entropy(&self) -> f64 {
        self.minimum.ln() - self.prepared[2] + 1.0 + self.shape.recip()
    }
}

impl Pareto {
    /// α ln(x/m).
    fn hazard(&self, x: f64) -> Double {
        if x <= self.minimum || x.is_infinite() {
            return Double::from(if x > 0.0 && x.is_infinite() { x } else { 0.0 });
        }
        let excess = Double::sum(x, -self.minimum) / self.minimum;
        let ln = if excess.hi < 1.0 { excess.ln_1p() } else { Double::from(x).ln() - Double::from(self.minimum).ln() };
        ln * self.shape
    }

    fn at_hazard(&self, hazard: f64) -> f64 {
        self.minimum * (hazard / self.shape).exp()
    }

    fn ln_tiny_hazard(&self, x: f64) -> f64 {
        ((x - self.minimum) / self.minimum).ln() + self.prepared[2]
    }

    fn at_tiny_hazard(&self, ln_hazard: f64) -> f64 {
        self.at_hazard(ln_hazard.exp())
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.at_hazard(sample::standard_exponential(rng)).min(f64::MAX)
    }
}

impl Fit for Pareto {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Pareto::fit", data, weights, Support::reals(f64::from_bits(1), f64::INFINITY))?;
        let counted = data.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        let minimum = counted.fold(f64::INFINITY, |least, (x, _)| least.min(*x));
        let logarithms: Vec<f64> = data.iter().map(|x| (x.max(minimum) / minimum).ln()).collect();
        Self::new(total / data::weighted_sum(&logarithms, weights), minimum)
    }
}
