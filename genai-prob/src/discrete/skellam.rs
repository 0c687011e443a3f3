//! The Skellam distribution.

use super::debye;
use super::tails::{self, Tails};
use crate::domain::MOST;
use crate::family::{common, family};
use crate::newton::{likelihood, maximise};
use crate::special::{Double, deviance_double, ln_poisson_weight};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;
use std::f64::consts::TAU;

family! {
    /// The difference of two Poisson counts: goals at home less goals away, photons here less photons there.
    ///
    /// | | |
    /// |---|---|
    /// | mass | e^(−μ₁ − μ₂) (μ₁/μ₂)^(k/2) I_k(2 √(μ₁ μ₂)), k = …, −1, 0, 1, … |
    /// | mean, variance | μ₁ − μ₂, μ₁ + μ₂ |
    /// | maximum likelihood | μ̂₁ − μ̂₂ = mean(x), the smaller of the two by Newton |
    ///
    /// Masses keep their relative accuracy at any rate: the power series of the Bessel function beside a Poisson mass, or Debye's
    /// expansion beside the two deviances at the saddle point.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::Skellam};
    ///
    /// let goals = Skellam::new(1.5, 1.5)?;
    /// assert_eq!((goals.mean(), goals.variance()), (0.0, 3.0));
    /// assert_eq!(goals.pmf(2.0), goals.pmf(-2.0));
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    ///
    /// Source: Skellam 1946, *The frequency distribution of the difference between two Poisson variates*.
    pub struct Skellam: Discrete {
        /// μ₁, the mean of the count that counts up.
        mu1: Positive,
        /// μ₂, the mean of the count that counts down.
        mu2: Positive,
    }
    prepared 2
}

/// √(k² + 4 μ₁ μ₂) from which on Debye's expansion has all digits.
const WIDE: f64 = 60.0;
/// Terms of the power series below that.
const TERMS: u32 = 90;

impl Density<2, 2> for Skellam {
    const NAME: &'static str = "Skellam";

    #[inline(always)]
    fn prepare<R: Real>([mu1, mu2]: [R; 2]) -> [R; 2] {
        [mu1, mu2]
    }

    #[inline(always)]
    fn ln_density<R: Real>([mu1, mu2]: [R; 2], k: R) -> R {
        let (zero, one) = (R::lit(0.0), R::lit(1.0));
        let whole = k.eq(k.floor());
        let order = R::select(whole, k.abs(), zero);
        let up = zero.le(k);
        let (ahead, behind) = (R::select(up, mu1, mu2), R::select(up, mu2, mu1));
        let product = ahead * behind;
        let root = (order * order + R::lit(4.0) * product).sqrt();
        let small = R::lit(2.0) * product / (root + order); // the count of the smaller side at the saddle point
        let deviance = |x: R, m: R| x * (x / m).ln() + m - x;
        let wide = root.max(one);
        let saddle =
            -deviance(small + order, ahead) - deviance(small, behind) - R::lit(0.5) * (R::lit(TAU) * wide).ln();
        let saddle = saddle + debye::sum(order / wide, one / wide).ln();
        let limited = product.min(R::lit(WIDE * WIDE / 4.0));
        let (mut term, mut sum) = (one, one);
        for j in 1..TERMS {
            let j = R::lit(f64::from(j));
            term = term * limited / (j * (j + order));
            sum = sum + term;
        }
        let series = order * ahead.ln() - ahead - behind - (order + one).ln_gamma() + sum.ln();
        let inside = R::select(root.lt(R::lit(WIDE)), series, saddle);
        R::select(whole.not(), R::lit(f64::NEG_INFINITY), inside)
    }
}

impl Skellam {
    /// ln of the mass at real k.
    fn ln_mass(&self) -> impl Fn(f64) -> Double {
        let (mu1, mu2) = (self.mu1, self.mu2);
        move |k: f64| {
            let (ahead, behind) = if k < 0.0 { (mu2, mu1) } else { (mu1, mu2) };
            let order = k.abs();
            let geometric = mu1.sqrt() * mu2.sqrt();
            let root = order.hypot(2.0 * geometric);
            if root < WIDE {
                let poisson = if order == 0.0 { Double::from(-ahead) } else { ln_poisson_weight(order, ahead) };
                return poisson - behind + series(order, mu1 * mu2).ln();
            }
            let small = 2.0 * geometric * (geometric / (root + order));
            let exponent = deviance_double(Double::sum(small, order), Double::from(ahead))
                + deviance_double(Double::from(small), Double::from(behind));
            -exponent - 0.5 * (TAU * root).ln() + debye::sum(order / root, 1.0 / root).ln()
        }
    }

    fn tails(&self, k: f64) -> Tails {
        Tails::at(k, self.support(), self.mean(), self.ln_mass())
    }

    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        sample::poisson(self.mu1, rng) - sample::poisson(self.mu2, rng)
    }
}

/// Σ xʲ / (j! (order + 1)ⱼ).
fn series(order: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for j in 1..TERMS {
        term *= x / (f64::from(j) * (f64::from(j) + order));
        sum += term;
        if term < 1e-18 * sum {
            break;
        }
    }
    sum
}

impl Univariate for Skellam {
    common!(draw);

    fn support(&self) -> Support {
        Support::whole(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn ln_prob(&self, k: f64) -> f64 {
        let inside = k.fract() == 0.0; // not at infinities
        let ln = if inside { self.ln_mass()(k).value() } else { f64::NEG_INFINITY };
        if ln.is_nan() { f64::NEG_INFINITY } else { ln.min(0.0) } // ln k! beyond what doubles hold
    }

    fn prob(&self, k: f64) -> f64 {
        if self.ln_prob(k) > -800.0 { self.ln_mass()(k).exp().min(1.0) } else { 0.0 }
    }

    fn cdf(&self, k: f64) -> f64 {
        if k.is_infinite() { f64::from(u8::from(k > 0.0)) } else { self.tails(k).cdf() }
    }

    fn sf(&self, k: f64) -> f64 {
        if k.is_infinite() { f64::from(u8::from(k < 0.0)) } else { self.tails(k).sf() }
    }

    fn ln_cdf(&self, k: f64) -> f64 {
        if k.is_infinite() { self.cdf(k).ln() } else { self.tails(k).ln_cdf() }
    }

    fn ln_sf(&self, k: f64) -> f64 {
        if k.is_infinite() { self.sf(k).ln() } else { self.tails(k).ln_sf() }
    }

    fn mean(&self) -> f64 {
        self.mu1 - self.mu2
    }

    fn variance(&self) -> f64 {
        self.mu1 + self.mu2
    }

    fn skewness(&self) -> f64 {
        self.mean() / self.variance().powf(1.5)
    }

    fn kurtosis(&self) -> f64 {
        self.variance().recip()
    }

    fn mode(&self) -> f64 {
        tails::climb(self.mean().round(), self.support(), self.ln_mass())
    }

    fn entropy(&self) -> f64 {
        tails::entropy(self.support(), self.mode(), self.ln_mass())
    }
}

impl FitMoments for Skellam {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let variance = std * std;
        Self::new(0.5 * (variance + mean), 0.5 * (variance - mean))
    }
}

impl Fit for Skellam {
    /// k p(k) = μ₁ p(k − 1) − μ₂ p(k + 1) makes the difference of the best rates the mean; one number is left to search.
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "Skellam::fit";
        let total = data::checked(what, data, weights, Support::whole(-MOST, MOST))?;
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        if variance == 0.0 {
            return Err(Error::data(what, format!("all values {mean}"), "values that differ"));
        }
        let (values, weights) = data::distinct(data, weights);
        let rates = |smaller: f64| [smaller + mean.max(0.0), smaller + (-mean).max(0.0)];
        let least = 1e-12 * variance; // one rate may want to vanish
        let start = (0.5 * (variance - mean.abs())).max(1e-3 * variance);
        let at = |u: &[f64; 1]| u[0].exp().max(least);
        let best = maximise(what, [start.ln()], |u| {
            let smaller = at(u);
            let (value, slopes) = likelihood::<Self, 2, 2>(&values, &weights, total, rates(smaller));
            let [up, down] = rates(smaller);
            (value, [smaller * (slopes[0] / up + slopes[1] / down)])
        })?;
        let [up, down] = rates(at(&best));
        Self::new(up, down)
    }
}
