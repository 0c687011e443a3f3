//! The log-normal distribution.

use super::Normal;
use super::standard_normal as standard;
use super::standardised::{exp_by, ln_probability, standardised_ln};
use crate::family::{common, family};
use crate::special::{self, Double};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::TAU;

family! {
    /// What many small independent factors multiply up to: incomes, sizes of files and of cities.
    ///
    /// | | |
    /// |---|---|
    /// | density | exp(−z²/2) / (x σ √(2π)), z = (ln x − μ)/σ, x > 0 |
    /// | mean, variance | exp(μ + σ²/2), (exp(σ²) − 1) exp(2μ + σ²) |
    /// | maximum likelihood | mean and standard deviation (÷ n) of ln x |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{FitMoments, Univariate, continuous::LogNormal};
    ///
    /// let income = LogNormal::from_moments(50.0, 30.0)?;
    /// approx::assert_relative_eq!(income.mean(), 50.0, max_relative = 1e-14);
    /// approx::assert_relative_eq!(income.std(), 30.0, max_relative = 1e-14);
    /// assert!(income.median() < income.mean());
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct LogNormal: Continuous {
        /// μ, the mean of ln x.
        mu: Finite,
        /// σ, the standard deviation of ln x.
        sigma: Positive,
    }
    prepared 3
}

impl Density<2, 3> for LogNormal {
    const NAME: &'static str = "LogNormal";

    #[inline(always)]
    fn prepare<R: Real>([mu, sigma]: [R; 2]) -> [R; 3] {
        [mu, sigma, sigma.ln() + R::lit(0.5 * TAU.ln())]
    }

    #[inline(always)]
    fn ln_density<R: Real>([mu, sigma, ln_norm]: [R; 3], x: R) -> R {
        let outside = x.le(R::lit(0.0));
        let ln_x = R::select(outside, R::lit(1.0), x).ln();
        let z = (ln_x - mu) / sigma;
        R::select(outside, R::lit(f64::NEG_INFINITY), R::lit(-0.5) * z * z - ln_norm - ln_x)
    }
}

impl Univariate for LogNormal {
    common!(draw);

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    /// In twice the precision: ln x − μ cancels where σ is small.
    fn ln_prob(&self, x: f64) -> f64 {
        self.ln_scaled(x).value() - self.sigma.ln()
    }

    fn prob(&self, x: f64) -> f64 {
        exp_by(self.ln_scaled(x), |y| y / self.sigma)
    }

    fn cdf(&self, x: f64) -> f64 {
        standard::cdf(self.z(x))
    }

    fn sf(&self, x: f64) -> f64 {
        standard::cdf(-self.z(x))
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        standard::ln_cdf(self.z(x))
    }

    fn ln_sf(&self, x: f64) -> f64 {
        standard::ln_cdf(-self.z(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.of(special::ndtri(p.clamp(0.0, 1.0)))
    }

    fn isf(&self, q: f64) -> f64 {
        self.of(-special::ndtri(q.clamp(0.0, 1.0)))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.of(special::ndtri_ln(ln_probability(ln_p)))
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.of(-special::ndtri_ln(ln_probability(ln_q)))
    }

    fn mean(&self) -> f64 {
        (self.mu + 0.5 * self.sigma * self.sigma).exp()
    }

    fn variance(&self) -> f64 {
        let square = self.sigma * self.sigma;
        (2.0 * (self.mu + square) + special::log1mexp(square)).exp()
    }

    fn skewness(&self) -> f64 {
        let square = self.sigma * self.sigma;
        (square.exp() + 2.0) * square.exp_m1().sqrt()
    }

    fn kurtosis(&self) -> f64 {
        let square = self.sigma * self.sigma;
        (4.0 * square).exp_m1() + 2.0 * (3.0 * square).exp_m1() + 3.0 * (2.0 * square).exp_m1()
    }

    fn mode(&self) -> f64 {
        (self.mu - self.sigma * self.sigma).exp()
    }

    fn entropy(&self) -> f64 {
        0.5 + self.mu + self.prepared[2]
    }
}

impl LogNormal {
    /// ln(σ f(x)).
    fn ln_scaled(&self, x: f64) -> Double {
        if x <= 0.0 || x.is_infinite() {
            return Double::from(f64::NEG_INFINITY);
        }
        standard::ln_density(self.z(x)) - Double::from(x).ln()
    }

    /// (ln x − μ)/σ.
    fn z(&self, x: f64) -> Double {
        standardised_ln(x, self.mu, self.sigma)
    }

    /// exp(μ + σz).
    fn of(&self, z: f64) -> f64 {
        if z.is_infinite() {
            return if z > 0.0 { f64::INFINITY } else { 0.0 };
        }
        (Double::product(self.sigma, z) + self.mu).exp()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        (self.mu + self.sigma * sample::standard_normal(rng)).exp()
    }
}

impl FitMoments for LogNormal {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let square = (std / mean).powi(2).ln_1p();
        Self::new(mean.ln() - 0.5 * square, square.sqrt())
    }
}

impl Fit for LogNormal {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        data::checked("LogNormal::fit", data, weights, Support::reals(f64::from_bits(1), f64::INFINITY))?;
        let logarithms: Vec<f64> = data.iter().map(|x| x.ln()).collect();
        let normal = Normal::fit_weighted(&logarithms, weights)?;
        Self::new(normal.mean(), normal.sd())
    }
}
