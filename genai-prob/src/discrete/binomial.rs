//! The binomial distribution.

use super::entropy::entropy;
use super::ties;
use crate::domain::MOST;
use crate::family::{common, family};
use crate::special::formula::{HALF_LN_TAU, LARGE, deviance, stirling_error};
use crate::special::{Double, Side, beta_tail, ln_beta_weight};
use crate::{Density, Error, Fit, Support, Univariate, data};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Successes in n independent trials: heads among ten tosses.
    ///
    /// | | |
    /// |---|---|
    /// | mass | C(n, k) pᵏ (1 − p)^(n−k), k = 0 … n |
    /// | mean, variance | np, np(1 − p) |
    /// | maximum likelihood | p̂ = mean(k)/n̂; n̂ by search where the variance is below the mean |
    ///
    /// Values against mpmath for n to 10¹⁰, into the tails: relative error of mass and distribution function ≤ 2·10⁻¹⁴.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::Binomial};
    ///
    /// let heads = Binomial::new(10.0, 0.5)?;
    /// approx::assert_relative_eq!(heads.pmf(7.0), 120.0 / 1024.0, max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    ///
    /// Sources: Loader 2000 (mass), Hörmann 1993 (draws in constant time).
    pub struct Binomial: Discrete {
        /// n, the trials: a whole number.
        n: Count,
        /// p, the probability of a success.
        p: Probability,
    }
    prepared 3 drawn by Binomial(n, p)
}

impl Density<2, 3> for Binomial {
    const NAME: &'static str = "Binomial";

    #[inline(always)]
    fn prepare<R: Real>([n, p]: [R; 2]) -> [R; 3] {
        let some = R::lit(0.0).lt(n);
        [n, p, stirling_error(R::select(some, n, R::lit(1.0)))]
    }

    #[inline(always)]
    fn ln_density<R: Real>([n, p, stirling]: [R; 3], k: R) -> R {
        let (zero, one) = (R::lit(0.0), R::lit(1.0));
        let q = one - p;
        let inside = zero.lt(k).and(k.lt(n));
        let count = R::select(inside, k, one);
        let trials = R::select(inside, n, R::lit(2.0));
        let rest = trials - count;
        let chance = zero.lt(p).and(p.lt(one));
        let (p_in, q_in) = (R::select(chance, p, R::lit(0.5)), R::select(chance, q, R::lit(0.5)));
        let saddle = -deviance(count, trials * p_in) - deviance(rest, trials * q_in);
        let scale = R::lit(0.5) * (trials / rest / count).ln() - R::lit(HALF_LN_TAU);
        let middle = saddle + scale + R::select(inside, stirling, zero) - stirling_error(count) - stirling_error(rest);
        let middle = R::select(chance, middle, R::lit(f64::NEG_INFINITY));
        let none =
            R::select(n.eq(zero), zero, n * R::select(p.lt(one), -R::select(p.lt(one), p, zero), R::lit(-1.0)).ln_1p());
        let all = n * R::select(zero.lt(p), p, zero).ln();
        let value = R::select(inside, middle, R::select(k.eq(zero), none, all));
        let outside = k.lt(zero).or(n.lt(k)).or(k.eq(k.floor()).not());
        R::select(outside, R::lit(f64::NEG_INFINITY), value)
    }
}

impl Binomial {
    /// p and 1 − p, exactly.
    fn chances(&self) -> (Double, Double) {
        (Double::from(self.p), Double::sum(1.0, -self.p))
    }

    fn is_inside(&self, k: f64) -> bool {
        k > 0.0 && k < self.n && k.fract() == 0.0 && self.p > 0.0 && self.p < 1.0
    }

    fn needs_double(&self, k: f64) -> bool {
        self.n > LARGE && self.is_inside(k)
    }

    /// For 0 < k < n and 0 < p < 1.
    fn ln_double(&self, k: f64) -> Double {
        let (p, q) = self.chances();
        ln_beta_weight(k, self.n - k, p, q) + (Double::from(self.n) / k / (self.n - k)).ln()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.sampler.draw(rng)
    }
}

impl Univariate for Binomial {
    common!(careful);
    common!(tabled);

    fn cdf_in_two(&self, k: f64) -> Option<(f64, f64)> {
        if self.p == 0.0 || self.p == 1.0 {
            return None;
        }
        let odds = Double::from(self.p) / Double::sum(1.0, -self.p);
        ties::cdf(k, self.support(), |j| odds * (self.n - j + 1.0) / j)
    }

    fn support(&self) -> Support {
        Support::whole(0.0, self.n)
    }

    fn prob(&self, k: f64) -> f64 {
        if self.is_inside(k) {
            return self.ln_double(k).exp();
        }
        let (p, q) = self.chances();
        match k {
            0.0 if self.n > 0.0 && self.p < 1.0 => (q.ln() * self.n).exp(),
            k if k == self.n && k > 0.0 && self.p > 0.0 => (p.ln() * self.n).exp(),
            _ => self.ln_prob(k).exp(),
        }
    }

    fn cdf(&self, k: f64) -> f64 {
        let (p, q) = self.chances();
        match k.floor() {
            k if k < 0.0 => 0.0,
            k if k >= self.n => 1.0,
            k => beta_tail(self.n - k, k + 1.0, q, p).of(Side::Lower),
        }
    }

    fn sf(&self, k: f64) -> f64 {
        let (p, q) = self.chances();
        match k.floor() {
            k if k < 0.0 => 1.0,
            k if k >= self.n => 0.0,
            k => beta_tail(self.n - k, k + 1.0, q, p).of(Side::Upper),
        }
    }

    fn ln_cdf(&self, k: f64) -> f64 {
        let (p, q) = self.chances();
        match k.floor() {
            k if k < 0.0 => f64::NEG_INFINITY,
            k if k >= self.n => 0.0,
            k => beta_tail(self.n - k, k + 1.0, q, p).ln_of(Side::Lower),
        }
    }

    fn ln_sf(&self, k: f64) -> f64 {
        let (p, q) = self.chances();
        match k.floor() {
            k if k < 0.0 => 0.0,
            k if k >= self.n => f64::NEG_INFINITY,
            k => beta_tail(self.n - k, k + 1.0, q, p).ln_of(Side::Upper),
        }
    }

    fn mean(&self) -> f64 {
        self.n * self.p
    }

    fn variance(&self) -> f64 {
        self.n * self.p * (1.0 - self.p)
    }

    fn skewness(&self) -> f64 {
        (1.0 - 2.0 * self.p) / self.std()
    }

    fn kurtosis(&self) -> f64 {
        (1.0 - 6.0 * self.p * (1.0 - self.p)) / self.variance()
    }

    fn mode(&self) -> f64 {
        (((self.n + 1.0) * self.p).ceil() - 1.0).clamp(0.0, self.n)
    }

    fn entropy(&self) -> f64 {
        entropy(self)
    }
}

impl Fit for Binomial {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "Binomial::fit";
        let total = data::checked(what, data, weights, Support::whole(0.0, MOST))?;
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        let used = || data.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        let most = used().fold(0.0f64, |most, (k, _)| most.max(*k));
        if mean == 0.0 || variance >= mean {
            let found = format!("mean {mean} and variance {variance}");
            return Err(Error::data(
                what,
                found,
                "a positive mean above the variance: else no number of trials is best",
            ));
        }
        // what one more trial than n adds to the mean log-likelihood at the best p
        let gain = |n: f64| {
            let ways = -data::sum(used().map(|(k, w)| w * (-k / (n + 1.0)).ln_1p())) / total;
            let failures = if n > mean { (n - mean) * (mean / ((n + 1.0) * (n - mean))).ln_1p() } else { 0.0 };
            ways + (-mean / (n + 1.0)).ln_1p() + failures - mean * n.recip().ln_1p()
        };
        let n = crate::invert::smallest(Support::whole(most.max(1.0), 1e12), |n| gain(n) <= 0.0);
        Self::new(n, mean / n)
    }
}
