//! Fisher's F distribution.

use crate::family::{common, family};
use crate::newton::{likelihood, maximise};
use crate::special::formula::{HALF_LN_TAU, LARGE, deviance, stirling_error};
use crate::special::{
    Double, Side, beta_lower_at_zero, beta_quantile, beta_tail, digamma_double, ln_beta_double, ln_beta_weight,
};
use crate::{Density, Error, Fit, Support, Univariate, data};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// The ratio of two mean squares of normal values: what says whether groups differ more than their members do.
    ///
    /// | | |
    /// |---|---|
    /// | density | uᵃ vᵇ / (B(a, b) x), u = d₁x/(d₁x + d₂), v = 1 − u, a = d₁/2, b = d₂/2 |
    /// | mean | d₂/(d₂ − 2) for d₂ > 2 |
    /// | maximum likelihood | Newton on ln d₁, ln d₂ |
    ///
    /// Values against mpmath for degrees of freedom to 10¹⁰: relative error of density and distribution function ≤ 2·10⁻¹⁴.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::FisherF};
    ///
    /// let ratio = FisherF::new(5.0, 8.0)?;
    /// approx::assert_relative_eq!(ratio.mean(), 4.0 / 3.0);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct FisherF: Continuous {
        /// Degrees of freedom above the line.
        d1: Positive,
        /// Degrees of freedom below the line.
        d2: Positive,
    }
    prepared 4 drawn by Gammas(0.5 * d1, 0.5 * d2)
}

impl Density<2, 4> for FisherF {
    const NAME: &'static str = "FisherF";

    #[inline(always)]
    fn prepare<R: Real>([d1, d2]: [R; 2]) -> [R; 4] {
        let (a, b) = (R::lit(0.5) * d1, R::lit(0.5) * d2);
        let n = a + b;
        let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
        [a, b, n, stirling + R::lit(0.5) * (a / n * b).ln() - R::lit(HALF_LN_TAU)]
    }

    #[inline(always)]
    fn ln_density<R: Real>([a, b, n, constant]: [R; 4], x: R) -> R {
        let (zero, one) = (R::lit(0.0), R::lit(1.0));
        let positive = zero.lt(x).and(x.lt(R::lit(f64::INFINITY)));
        let t = R::select(positive, x, one);
        let whole = R::min(a * t, R::lit(1e300)) + b;
        let value = constant - deviance(a, n * (a * t / whole)) - deviance(b, n * (b / whole)) - t.ln();
        let (nothing, everything) = (R::lit(f64::NEG_INFINITY), R::lit(f64::INFINITY));
        let at_zero = R::select(a.lt(one), everything, R::select(one.lt(a), nothing, zero));
        R::select(positive, value, R::select(x.eq(zero), at_zero, nothing))
    }
}

impl FisherF {
    /// d₁x/(d₁x + d₂) and its complement.
    fn share(&self, x: f64) -> (Double, Double) {
        let x = x.max(0.0);
        if x > 1e280 || self.d1 * x > 1e280 {
            let y = Double::from(self.d2) / self.d1 / x;
            return (Double::ONE - y, y);
        }
        let u = Double::product(self.d1, x);
        let whole = u + self.d2;
        (u / whole, Double::from(self.d2) / whole)
    }

    fn halves(&self) -> (f64, f64) {
        (0.5 * self.d1, 0.5 * self.d2)
    }

    fn tail(&self, x: f64) -> crate::special::Tail {
        let (a, b) = self.halves();
        if x > 0.0 && x < f64::INFINITY && x.ln() + (self.d1 / self.d2).ln() > 90.0 {
            let ln_y = Double::from(self.d2).ln() - Double::from(self.d1).ln() - Double::from(x).ln();
            return beta_lower_at_zero(b, a, ln_y).mirrored();
        }
        let (u, v) = self.share(x);
        beta_tail(a, b, u, v)
    }

    fn needs_double(&self, x: f64) -> bool {
        let large = self.d1 + self.d2 > LARGE || !(1e-100..1e100).contains(&x);
        large && x > 0.0 && x < f64::INFINITY
    }

    fn ln_double(&self, x: f64) -> Double {
        let ((a, b), (u, v), ln_x) = (self.halves(), self.share(x), Double::from(x).ln());
        if u.hi > 1e-280 && v.hi > 1e-280 {
            return ln_beta_weight(a, b, u, v) - ln_x;
        }
        let ln_odds = Double::from(self.d1).ln() - Double::from(self.d2).ln() + ln_x; // u or v underflows
        let power = if u.hi < v.hi { ln_odds * a } else { -ln_odds * b };
        power - ln_beta_double(a, b) - ln_x
    }

    fn point(&self, ln_p: Double, side: Side) -> f64 {
        if ln_p.hi.is_nan() {
            return f64::NAN;
        }
        let (a, b) = self.halves();
        let at = beta_quantile(a, b, ln_p, side);
        if at.logit.abs() > 600.0 {
            return (at.logit + (self.d2 / self.d1).ln()).exp();
        }
        (at.x / at.y * self.d2 / self.d1).value()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        (self.d2 / self.d1 * self.sampler.quotient(rng)).clamp(f64::MIN_POSITIVE, f64::MAX)
    }
}

impl Univariate for FisherF {
    common!(careful);
    common!(draw);

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x > 0.0 && x < f64::INFINITY { self.ln_double(x).exp() } else { self.ln_prob(x).exp() }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.tail(x).of(Side::Lower)
    }

    fn sf(&self, x: f64) -> f64 {
        self.tail(x).of(Side::Upper)
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        self.tail(x).ln_of(Side::Lower)
    }

    fn ln_sf(&self, x: f64) -> f64 {
        self.tail(x).ln_of(Side::Upper)
    }

    common!(points);

    fn mean(&self) -> f64 {
        if self.d2 > 2.0 { self.d2 / (self.d2 - 2.0) } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        let (a, b) = (self.d1, self.d2);
        if b > 4.0 { 2.0 * (b / (b - 2.0)).powi(2) * ((a + b - 2.0) / a) / (b - 4.0) } else { f64::INFINITY }
    }

    fn skewness(&self) -> f64 {
        let (a, b) = (self.d1, self.d2);
        if b > 6.0 {
            (2.0 * a + b - 2.0) / (b - 6.0) * (8.0 * (b - 4.0) / a / (a + b - 2.0)).sqrt()
        } else {
            f64::INFINITY
        }
    }

    fn kurtosis(&self) -> f64 {
        let (a, b) = (self.d1, self.d2);
        if b <= 8.0 {
            return f64::INFINITY;
        }
        let n = a + b - 2.0;
        12.0 * ((5.0 * b - 22.0) / (b - 6.0) / (b - 8.0)
            + (b - 4.0) / a / n * ((b - 2.0) / (b - 6.0)) * ((b - 2.0) / (b - 8.0)))
    }

    fn mode(&self) -> f64 {
        ((self.d1 - 2.0) / self.d1).max(0.0) * (self.d2 / (self.d2 + 2.0))
    }

    fn entropy(&self) -> f64 {
        let (a, b) = self.halves();
        let psi = |c: Double| digamma_double(c);
        let (da, db, n) = (Double::from(a), Double::from(b), Double::sum(a, b));
        let sum = psi(da) * (Double::ONE - da) - psi(db) * (db + 1.0) + psi(n) * n;
        (ln_beta_double(a, b) + sum + Double::from(self.d2).ln() - Double::from(self.d1).ln()).value()
    }
}

impl Fit for FisherF {
    /// Data without a maximum at finite degrees of freedom give an error past 10⁸.
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "FisherF::fit";
        let total = data::checked(what, data, weights, Support::reals(0.0, f64::INFINITY))?;
        if data.iter().zip(weights).any(|(x, w)| *x == 0.0 && *w > 0.0) {
            return Err(Error::data(what, "a value of 0", "positive values"));
        }
        let [d1, d2] = maximise(what, [5f64.ln(), 8f64.ln()], |u| {
            likelihood::<Self, 2, 4>(data, weights, total, u.map(|v| v.min(40.0).exp()))
        })?;
        if d1.max(d2) > 1e8f64.ln() {
            return Err(Error::data(what, "values that no finite degrees of freedom fit best", "a spread of ratios"));
        }
        Self::new(d1.exp(), d2.exp())
    }
}
