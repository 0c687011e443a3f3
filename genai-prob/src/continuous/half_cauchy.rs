//! The half-Cauchy distribution.

use super::cauchy::ln_1p_square;
use super::standardised::ln_probability;
use crate::family::{common, family};
use crate::{Density, Error, Fit, Support, Univariate, data, fit, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, LN_2, PI};

family! {
    /// The size of a Cauchy value: a prior for scales that mostly stay small and may be huge.
    ///
    /// | | |
    /// |---|---|
    /// | density | 2 / (πγ (1 + z²)), z = x/γ ≥ 0 |
    /// | mean, variance | infinite |
    /// | maximum likelihood | Newton's method |
    ///
    /// Source: Gelman 2006, *Prior distributions for variance parameters in hierarchical models*.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::HalfCauchy};
    ///
    /// let scale = HalfCauchy::new(2.5)?;
    /// approx::assert_relative_eq!(scale.median(), 2.5, max_relative = 1e-15);
    /// assert_eq!(scale.mean(), f64::INFINITY);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct HalfCauchy: Continuous {
        /// γ, the median.
        scale: Positive,
    }
    prepared 2
}

impl Density<1, 2> for HalfCauchy {
    const NAME: &'static str = "HalfCauchy";

    #[inline(always)]
    fn prepare<R: Real>([scale]: [R; 1]) -> [R; 2] {
        [scale, scale.ln() + R::lit(FRAC_PI_2.ln())]
    }

    #[inline(always)]
    fn ln_density<R: Real>([scale, ln_norm]: [R; 2], x: R) -> R {
        R::select(x.lt(R::lit(0.0)), R::lit(f64::NEG_INFINITY), -ln_1p_square(x / scale) - ln_norm)
    }
}

impl Univariate for HalfCauchy {
    common!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        let h = (x / self.scale).hypot(1.0);
        FRAC_2_PI / h / h / self.scale
    }

    fn cdf(&self, x: f64) -> f64 {
        let x = x.max(0.0);
        if x > self.scale { 1.0 - self.sf(x) } else { FRAC_2_PI * (x / self.scale).atan() }
    }

    fn sf(&self, x: f64) -> f64 {
        let x = x.max(0.0);
        if x > self.scale { FRAC_2_PI * (self.scale / x).atan() } else { 1.0 - self.cdf(x) }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        match x {
            x if x > self.scale => (-self.sf(x)).ln_1p(),
            x if x > 0.0 && x < 1e-9 * self.scale => x.ln() - self.prepared[1],
            x => self.cdf(x).ln(),
        }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        match x {
            x if x < self.scale => (-self.cdf(x)).ln_1p(),
            x if x > 1e9 * self.scale => self.scale.ln() - x.ln() - FRAC_PI_2.ln(),
            x => self.sf(x).ln(),
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = p.clamp(0.0, 1.0).abs();
        self.scale * if p > 0.5 { (FRAC_PI_2 * (1.0 - p)).tan().recip() } else { (FRAC_PI_2 * p).tan() }
    }

    fn isf(&self, q: f64) -> f64 {
        let q = q.clamp(0.0, 1.0).abs();
        self.scale * if q > 0.5 { (FRAC_PI_2 * (1.0 - q)).tan() } else { (FRAC_PI_2 * q).tan().recip() }
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        match ln_probability(ln_p) {
            l if l < -40.0 => (l + self.scale.ln() + FRAC_PI_2.ln()).exp(), // γ πp/2
            l if l > -LN_2 => self.isf(-l.exp_m1()),
            l => self.quantile(l.exp()),
        }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        match ln_probability(ln_q) {
            l if l < -40.0 => (self.scale.ln() - FRAC_PI_2.ln() - l).exp(),
            l if l > -LN_2 => self.quantile(-l.exp_m1()),
            l => self.isf(l.exp()),
        }
    }

    common!(heavy f64::INFINITY);

    fn mode(&self) -> f64 {
        0.0
    }

    fn median(&self) -> f64 {
        self.scale
    }

    fn entropy(&self) -> f64 {
        self.scale.ln() + (2.0 * PI).ln()
    }
}

impl HalfCauchy {
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.scale / (FRAC_PI_2 * sample::open_uniform(rng)).tan()
    }
}

impl Fit for HalfCauchy {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("HalfCauchy::fit", data, weights, Support::reals(0.0, f64::INFINITY))?;
        fit::newton(&Self::new(data::weighted_median(data, weights, total))?, data, weights)
    }
}
