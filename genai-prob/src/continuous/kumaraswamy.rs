//! The Kumaraswamy distribution.

use super::expectation::{expectation, standardised_moment};
use super::gumbel::EULER;
use super::hazard::by_hazard;
use super::standardised::exp_by;
use crate::family::{common, family};
use crate::special::{Double, digamma, ln_beta, log1mexp};
use crate::{Density, Error, Fit, Support, Univariate, data, fit, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// A share between 0 and 1, shaped as a beta distribution, with distribution function and quantile in closed form.
    ///
    /// | | |
    /// |---|---|
    /// | density | ab xᵃ⁻¹ (1 − xᵃ)ᵇ⁻¹, 0 < x < 1 |
    /// | mean, variance | b B(1 + 1/a, b), by quadrature |
    /// | maximum likelihood | Newton's method |
    ///
    /// Source: Kumaraswamy 1980, *A generalized probability density function for double-bounded random processes*.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Kumaraswamy};
    ///
    /// let filled = Kumaraswamy::new(2.0, 3.0)?;
    /// approx::assert_relative_eq!(filled.sf(0.5), 0.75f64.powi(3), max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Kumaraswamy: Continuous {
        /// a, the weight towards 1.
        a: Positive,
        /// b, the weight towards 0.
        b: Positive,
    }
    prepared 3
}

impl Density<2, 3> for Kumaraswamy {
    const NAME: &'static str = "Kumaraswamy";

    #[inline(always)]
    fn prepare<R: Real>([a, b]: [R; 2]) -> [R; 3] {
        [a, b, a.ln() + b.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([a, b, ln_norm]: [R; 3], x: R) -> R {
        let (zero, one) = (R::lit(0.0), R::lit(1.0));
        let outside = x.lt(zero).or(one.lt(x));
        let ln_x = R::select(x.le(zero), zero, x).ln(); // −∞ at 0, where xᵃ⁻¹ is 0, 1 or ∞
        let rest = complement_ln(-a * ln_x);
        let inside = ln_norm + unless_zero(a - one, ln_x) + unless_zero(b - one, rest);
        R::select(outside, R::lit(f64::NEG_INFINITY), inside)
    }
}

/// ln(1 − e⁻ᵗ), t ≥ 0.
#[inline(always)]
fn complement_ln<R: Real>(t: R) -> R {
    let near = t.lt(R::lit(0.7));
    let (small, large) = (R::select(near, t, R::lit(1.0)), R::select(near, R::lit(1.0), t));
    R::select(near, (-(-small).exp_m1()).ln(), (-(-large).exp()).ln_1p())
}

/// c · y, 0 where c is 0 though y may be infinite.
#[inline(always)]
fn unless_zero<R: Real>(c: R, y: R) -> R {
    R::select(c.eq(R::lit(0.0)).and(y.eq(R::lit(f64::NEG_INFINITY))), R::lit(0.0), c * y)
}

impl Univariate for Kumaraswamy {
    common!();
    by_hazard!();

    fn support(&self) -> Support {
        Support::reals(0.0, 1.0)
    }

    fn prob(&self, x: f64) -> f64 {
        let growth = if x > 0.0 && x < 1.0 { self.steps(x).value().exp_m1() } else { 0.0 };
        if growth == 0.0 || growth > 1e300 {
            return self.ln_prob(x).exp();
        }
        exp_by(-self.hazard(x), |rest| rest * (self.a / x) * (self.b / growth))
    }

    fn mean(&self) -> f64 {
        (self.b.ln() + ln_beta(1.0 + self.a.recip(), self.b)).exp()
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
        match (self.a, self.b) {
            (a, b) if a < 1.0 || a == 1.0 && b >= 1.0 => 0.0,
            (_, b) if b < 1.0 => 1.0,
            (a, b) => ((a - 1.0) / (a * b - 1.0)).powf(a.recip()),
        }
    }

    fn entropy(&self) -> f64 {
        let harmonic = digamma(self.b + 1.0) + EULER;
        1.0 - self.b.recip() + (1.0 - self.a.recip()) * harmonic - self.prepared[2]
    }
}

impl Kumaraswamy {
    /// −b ln(1 − xᵃ).
    fn hazard(&self, x: f64) -> Double {
        match x {
            x if x <= 0.0 => Double::ZERO,
            x if x >= 1.0 => Double::from(f64::INFINITY),
            x => match self.steps(x) {
                t if t.hi > 0.7 => Double::product(-self.b, (-(-t).exp()).ln_1p()),
                t => Double::product(-self.b, log1mexp(t.value())),
            },
        }
    }

    /// −a ln x, for 0 < x < 1.
    fn steps(&self, x: f64) -> Double {
        Double::from(x).ln() * -self.a
    }

    fn at_hazard(&self, hazard: f64) -> f64 {
        (log1mexp(hazard / self.b) / self.a).exp()
    }

    fn ln_tiny_hazard(&self, x: f64) -> f64 {
        self.a * x.min(1.0).ln() + self.b.ln()
    }

    fn at_tiny_hazard(&self, ln_hazard: f64) -> f64 {
        ((ln_hazard - self.b.ln()) / self.a).exp().min(1.0)
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.at_hazard(sample::standard_exponential(rng))
    }
}

impl Fit for Kumaraswamy {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let inside = Support::reals(f64::from_bits(1), 1f64.next_down());
        data::checked("Kumaraswamy::fit", data, weights, inside)?;
        fit::newton(&Self::new(1.0, 1.0)?, data, weights)
    }
}
