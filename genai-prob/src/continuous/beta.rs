//! The beta distribution.

use crate::distribution::fill_with;
use crate::family::{common, family};
use crate::newton::maximise;
use crate::special::formula::{HALF_LN_TAU, LARGE, deviance, stirling_error};
use crate::special::{
    Double, Side, beta_quantile, beta_tail, digamma, digamma_double, ln_beta, ln_beta_double, ln_beta_weight,
};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, fill};
use genai_core::Real;
use genai_core::random::Key;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// An unknown probability, after a − 1 successes and b − 1 failures were seen.
    ///
    /// | | |
    /// |---|---|
    /// | density | x^(a−1) (1 − x)^(b−1) / B(a, b), 0 ≤ x ≤ 1 |
    /// | mean, variance | a/(a + b), ab/((a + b)² (a + b + 1)) |
    /// | maximum likelihood | ψ(â) − ψ(â + b̂) = mean(ln x), ψ(b̂) − ψ(â + b̂) = mean(ln(1 − x)) by Newton |
    ///
    /// Values against mpmath for a, b from 10⁻³ to 10¹⁰, into the tails: relative error of density and distribution
    /// function ≤ 2·10⁻¹⁴. Draws lie inside (0, 1): what rounds to an end is given as its neighbour.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Beta};
    ///
    /// let coin = Beta::new(8.0, 4.0)?; // seven heads and three tails, after a flat prior
    /// approx::assert_relative_eq!(coin.mean(), 2.0 / 3.0);
    /// assert_eq!(coin.mode(), 0.7);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Beta: Continuous {
        /// a.
        a: Positive,
        /// b.
        b: Positive,
    }
    prepared 4 drawn by Gammas(a, b)
}

impl Density<2, 4> for Beta {
    const NAME: &'static str = "Beta";

    #[inline(always)]
    fn prepare<R: Real>([a, b]: [R; 2]) -> [R; 4] {
        let n = a + b;
        let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
        [a, b, n, stirling + R::lit(0.5) * (a / n * b).ln() - R::lit(HALF_LN_TAU)]
    }

    #[inline(always)]
    fn ln_density<R: Real>([a, b, n, constant]: [R; 4], x: R) -> R {
        let (zero, one) = (R::lit(0.0), R::lit(1.0));
        let inside = zero.lt(x).and(x.lt(one));
        let t = R::select(inside, x, R::lit(0.5));
        let y = one - t;
        let value = constant - deviance(a, n * t) - deviance(b, n * y) - t.ln() - y.ln();
        let (nothing, everything) = (R::lit(f64::NEG_INFINITY), R::lit(f64::INFINITY));
        // at an end: ∞ where its parameter is below 1, the other parameter where it is 1
        let end = |own: R, other: R| R::select(own.lt(one), everything, R::select(one.lt(own), nothing, other.ln()));
        let ends = R::select(x.eq(zero), end(a, b), R::select(x.eq(one), end(b, a), nothing));
        R::select(inside, value, ends)
    }
}

impl Beta {
    fn needs_double(&self, x: f64) -> bool {
        x > 0.0 && x < 1.0 && (self.a + self.b > LARGE || x < 1e-250)
    }

    fn ln_double(&self, x: f64) -> Double {
        let (x, y) = (Double::from(x), Double::sum(1.0, -x));
        ln_beta_weight(self.a, self.b, x, y) - x.ln() - y.ln()
    }

    fn inside(x: f64) -> (Double, Double) {
        let x = x.clamp(0.0, 1.0);
        (Double::from(x), Double::sum(1.0, -x))
    }

    fn side(&self, x: f64, side: Side) -> f64 {
        let (x, y) = Self::inside(x);
        beta_tail(self.a, self.b, x, y).of(side)
    }

    fn ln_side(&self, x: f64, side: Side) -> f64 {
        let (x, y) = Self::inside(x);
        beta_tail(self.a, self.b, x, y).ln_of(side)
    }

    fn point(&self, ln_p: Double, side: Side) -> f64 {
        if ln_p.hi.is_nan() { f64::NAN } else { beta_quantile(self.a, self.b, ln_p, side).x.value() }
    }

    /// From the quotient of two gamma values.
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let odds = self.sampler.quotient(rng);
        (1.0 / (1.0 + odds.recip())).clamp(f64::MIN_POSITIVE, 1.0 - 0.5 * f64::EPSILON)
    }
}

impl Univariate for Beta {
    common!(careful);
    common!(sample);

    fn fill(&self, key: Key, out: &mut [f64]) {
        if self.a.min(self.b) < 0.1 {
            return fill_with(key, out, |stream| self.draw(stream)); // by logarithms: both gamma values may underflow
        }
        fill::fill_beta(self.a, self.b, key, out);
    }

    fn support(&self) -> Support {
        Support::reals(0.0, 1.0)
    }

    fn prob(&self, x: f64) -> f64 {
        if x > 0.0 && x < 1.0 { self.ln_double(x).exp() } else { self.ln_prob(x).exp() }
    }

    common!(sides);

    common!(points);

    fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    fn variance(&self) -> f64 {
        let n = self.a + self.b;
        (self.a / n) * (self.b / n) / (n + 1.0)
    }

    fn skewness(&self) -> f64 {
        let (a, b, n) = (self.a, self.b, self.a + self.b);
        2.0 * (b - a) / (n + 2.0) * ((n + 1.0) / a / b).sqrt()
    }

    fn kurtosis(&self) -> f64 {
        let (a, b, n) = (self.a, self.b, self.a + self.b);
        let square = ((a - b) / a) * ((a - b) / b);
        6.0 * (square * (n + 1.0) / (n + 2.0) - 1.0) / (n + 3.0)
    }

    fn mode(&self) -> f64 {
        match (self.a > 1.0, self.b > 1.0) {
            (true, true) => (self.a - 1.0) / (self.a + self.b - 2.0),
            (true, false) => 1.0,
            (false, true) => 0.0,
            _ if self.a == 1.0 && self.b < 1.0 => 1.0,
            _ => 0.0,
        }
    }

    fn entropy(&self) -> f64 {
        let n = Double::sum(self.a, self.b);
        let part = |c: f64| digamma_double(Double::from(c)) * (Double::from(c) - 1.0);
        (ln_beta_double(self.a, self.b) - part(self.a) - part(self.b) + digamma_double(n) * (n - 2.0)).value()
    }
}

impl FitMoments for Beta {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let sum = mean / std * ((1.0 - mean) / std) - 1.0;
        Self::new(mean * sum, (1.0 - mean) * sum)
    }
}

impl Fit for Beta {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "Beta::fit";
        let total = data::checked(what, data, weights, Support::reals(0.0, 1.0))?;
        let used = || data.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        if used().any(|(x, _)| *x == 0.0 || *x == 1.0) {
            return Err(Error::data(what, "a value of 0 or 1", "values between them"));
        }
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        if variance <= 0.0 {
            return Err(Error::data(what, "values that do not vary", "at least two different values"));
        }
        let ln_x = data::sum(used().map(|(x, w)| w * x.ln())) / total;
        let ln_y = data::sum(used().map(|(x, w)| w * (-x).ln_1p())) / total;
        let n = (mean * (1.0 - mean) / variance - 1.0).max(0.1); // by moments
        let [a, b] = maximise(what, [(mean * n).ln(), ((1.0 - mean) * n).ln()], |u| {
            let (a, b) = (u[0].exp(), u[1].exp());
            let all = digamma(a + b);
            let gradient = [a * (ln_x - digamma(a) + all), b * (ln_y - digamma(b) + all)];
            ((a - 1.0) * ln_x + (b - 1.0) * ln_y - ln_beta(a, b), gradient)
        })?;
        Self::new(a.exp(), b.exp())
    }
}
