//! The Gompertz distribution.

use super::expectation::{expectation, standardised_moment};
use super::exponential_integral::scaled_exponential_integral;
use super::hazard::by_hazard;
use super::standardised::exp_by;
use crate::family::{common, family};
use crate::special::Double;
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Human lifetimes: the hazard grows by the same factor every year.
    ///
    /// | | |
    /// |---|---|
    /// | density | η eˣ exp(−η (eˣ − 1)), x ≥ 0 |
    /// | mean, variance | e^η E₁(η), by quadrature |
    /// | maximum likelihood | η̂ = 1 / mean(eˣ − 1) |
    ///
    /// Time is counted in the years that multiply the hazard by e.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Gompertz};
    ///
    /// let life = Gompertz::new(1e-4)?;
    /// approx::assert_relative_eq!(life.median(), (1.0 + 2f64.ln() / 1e-4).ln(), max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Gompertz: Continuous {
        /// η, the hazard at 0.
        shape: Positive,
    }
    prepared 2
}

impl Density<1, 2> for Gompertz {
    const NAME: &'static str = "Gompertz";

    #[inline(always)]
    fn prepare<R: Real>([shape]: [R; 1]) -> [R; 2] {
        [shape, shape.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape, ln_shape]: [R; 2], x: R) -> R {
        let outside = x.lt(R::lit(0.0)).or(x.eq(R::lit(f64::INFINITY)));
        let x = R::select(outside, R::lit(0.0), x);
        R::select(outside, R::lit(f64::NEG_INFINITY), ln_shape + x - shape * x.exp_m1())
    }
}

impl Univariate for Gompertz {
    common!();
    by_hazard!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        let hazard = self.hazard(x);
        if x < 0.0 || hazard.hi.is_infinite() { 0.0 } else { exp_by(-hazard + x, |y| self.shape * y) }
    }

    fn mean(&self) -> f64 {
        scaled_exponential_integral(self.shape)
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
        if self.shape < 1.0 { -self.prepared[1] } else { 0.0 }
    }

    fn entropy(&self) -> f64 {
        1.0 - self.prepared[1] - self.mean()
    }
}

impl Gompertz {
    /// η (eˣ − 1).
    fn hazard(&self, x: f64) -> Double {
        let growth = x.max(0.0).exp_m1();
        if growth.is_finite() { Double::product(self.shape, growth) } else { Double::from(f64::INFINITY) }
    }

    fn at_hazard(&self, hazard: f64) -> f64 {
        let ratio = hazard / self.shape;
        if ratio.is_finite() { ratio.ln_1p() } else { hazard.ln() - self.prepared[1] }
    }

    fn ln_tiny_hazard(&self, x: f64) -> f64 {
        x.exp_m1().ln() + self.prepared[1]
    }

    fn at_tiny_hazard(&self, ln_hazard: f64) -> f64 {
        (ln_hazard - self.prepared[1]).exp().ln_1p()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.at_hazard(sample::standard_exponential(rng))
    }
}

impl Fit for Gompertz {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Gompertz::fit", data, weights, Support::reals(0.0, f64::INFINITY))?;
        let growths: Vec<f64> = data.iter().map(|x| x.exp_m1()).collect();
        Self::new(total / data::weighted_sum(&growths, weights))
    }
}
