//! The Lévy distribution.

use super::gumbel::EULER;
use super::standardised::{exp_by, ln_probability};
use crate::family::{common, family};
use crate::special::{self, Double};
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, LN_2, TAU};

family! {
    /// How long a drunkard's walk on a line takes to reach a place: it always does, and takes for ever on average.
    ///
    /// | | |
    /// |---|---|
    /// | density | √(c/2π) exp(−c/2x) / x^(3/2), x > 0 |
    /// | mean, variance | infinite |
    /// | maximum likelihood | ĉ = 1 / mean(1/x) |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Levy};
    ///
    /// let walk = Levy::new(1.0)?;
    /// approx::assert_relative_eq!(walk.sf(1e20), 7.978845608028654e-11, max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Levy: Continuous {
        /// c, the square of the distance to the place.
        scale: Positive,
    }
    prepared 2
}

impl Density<1, 2> for Levy {
    const NAME: &'static str = "Levy";

    #[inline(always)]
    fn prepare<R: Real>([scale]: [R; 1]) -> [R; 2] {
        [scale, R::lit(0.5) * (scale.ln() - R::lit(TAU.ln()))]
    }

    #[inline(always)]
    fn ln_density<R: Real>([scale, ln_norm]: [R; 2], x: R) -> R {
        let outside = x.le(R::lit(0.0));
        let x = R::select(outside, R::lit(1.0), x);
        let inside = ln_norm - R::lit(0.5) * scale / x - R::lit(1.5) * x.ln();
        R::select(outside, R::lit(f64::NEG_INFINITY), inside)
    }
}

impl Univariate for Levy {
    common!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x <= 0.0 || x.is_infinite() {
            return 0.0;
        }
        exp_by(-self.half_square(x), |fall| fall * ((self.scale / TAU).sqrt() / x / x.sqrt()))
    }

    fn cdf(&self, x: f64) -> f64 {
        let square = self.half_square(x);
        if square.hi > 0.25 { special::erfcx(square.hi.sqrt()) * (-square).exp() } else { 1.0 - self.sf(x) }
    }

    fn sf(&self, x: f64) -> f64 {
        let square = self.half_square(x).hi;
        if square > 0.25 { 1.0 - self.cdf(x) } else { special::erf(square.sqrt()) }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let square = self.half_square(x).hi;
        if square > 0.25 { special::erfcx(square.sqrt()).ln() - square } else { (-self.sf(x)).ln_1p() }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.of(special::erfc_inv(p.clamp(0.0, 1.0)))
    }

    fn isf(&self, q: f64) -> f64 {
        self.of(special::erf_inv(q.clamp(0.0, 1.0)))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        match ln_probability(ln_p) {
            l if l > -LN_2 => self.isf(-l.exp_m1()),
            l => self.of(-FRAC_1_SQRT_2 * special::ndtri_ln(l - LN_2)),
        }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        match ln_probability(ln_q) {
            l if l > -LN_2 => self.quantile(-l.exp_m1()),
            l if l > -300.0 => self.isf(l.exp()),
            l => (self.scale.ln() - FRAC_PI_2.ln() - 2.0 * l).exp(), // erf is a straight line
        }
    }

    common!(heavy f64::INFINITY);

    fn mode(&self) -> f64 {
        self.scale / 3.0
    }

    fn entropy(&self) -> f64 {
        0.5 + 1.5 * EULER + 0.5 * (8.0 * TAU).ln() + self.scale.ln()
    }
}

impl Levy {
    /// c/2x, ∞ for x ≤ 0.
    fn half_square(&self, x: f64) -> Double {
        let plain = 0.5 * self.scale / x.max(0.0);
        if plain < 1e290 && x.is_finite() { Double::from(0.5 * self.scale) / x } else { Double::from(plain) }
    }

    /// The x at which √(c/2x) is t.
    fn of(&self, t: f64) -> f64 {
        0.5 * self.scale / t / t
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let z = sample::standard_normal(rng);
        (self.scale / (z * z)).min(f64::MAX)
    }
}

impl Fit for Levy {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Levy::fit", data, weights, Support::reals(f64::from_bits(1), f64::INFINITY))?;
        let reciprocals: Vec<f64> = data.iter().map(|x| x.recip()).collect();
        Self::new(total / data::weighted_sum(&reciprocals, weights))
    }
}
