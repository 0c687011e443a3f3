//! The arcsine distribution.

use super::standardised::ln_probability;
use crate::family::{common, family};
use crate::special::{Double, cos_pi};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, LN_2, PI};

family! {
    /// Where a pendulum is seen at a random moment: mostly near its turning points.
    ///
    /// | | |
    /// |---|---|
    /// | density | 1 / (π √((x − a)(a + w − x))), a ≤ x ≤ a + w |
    /// | mean, variance | a + w/2, w²/8 |
    /// | maximum likelihood | â = min(x), ŵ = max(x) − min(x): the density is infinite at both ends, this is its narrowest member |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Arcsine};
    ///
    /// let lead = Arcsine::new(0.0, 1.0)?; // the share of time that one of two equal players leads
    /// approx::assert_relative_eq!(lead.cdf(0.25), 1.0 / 3.0, max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Arcsine: Continuous {
        /// a, the lower end.
        low: Finite,
        /// w, the distance of the ends.
        width: Positive,
    }
    prepared 2
    where |low, width| low + width > low && (low + width).is_finite() => width, "a width that moves the lower end"
}

impl Density<2, 2> for Arcsine {
    const NAME: &'static str = "Arcsine";

    #[inline(always)]
    fn prepare<R: Real>([low, width]: [R; 2]) -> [R; 2] {
        [low, low + width]
    }

    #[inline(always)]
    fn ln_density<R: Real>([low, high]: [R; 2], x: R) -> R {
        let (zero, above) = (R::lit(0.0), x - low);
        let below = high - x;
        let outside = above.lt(zero).or(below.lt(zero));
        let [above, below] = [above, below].map(|distance| R::select(outside, R::lit(1.0), distance).ln());
        R::select(outside, R::lit(f64::NEG_INFINITY), R::lit(-0.5) * (above + below) - R::lit(PI.ln()))
    }
}

impl Univariate for Arcsine {
    common!(draw);

    fn support(&self) -> Support {
        Support::reals(self.low, self.low + self.width)
    }

    /// With what the rounding of a + w left over: beside a far larger a it is most of the distance to the upper end.
    fn ln_prob(&self, x: f64) -> f64 {
        let (above, below) = self.distances(x);
        if self.support().contains(x) { -0.5 * (above.ln() + below.ln()) - PI.ln() } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (u, v) = self.shares(x);
        if u > 0.5 { 1.0 - FRAC_2_PI * v.sqrt().asin() } else { FRAC_2_PI * u.sqrt().asin() }
    }

    fn sf(&self, x: f64) -> f64 {
        let (u, v) = self.shares(x);
        if u > 0.5 { FRAC_2_PI * v.sqrt().asin() } else { 1.0 - FRAC_2_PI * u.sqrt().asin() }
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = p.clamp(0.0, 1.0);
        if p > 0.5 { self.below_the_upper_end(1.0 - p) } else { self.above_the_lower_end(p) }
    }

    fn isf(&self, q: f64) -> f64 {
        let q = q.clamp(0.0, 1.0);
        if q > 0.5 { self.above_the_lower_end(1.0 - q) } else { self.below_the_upper_end(q) }
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        match ln_probability(ln_p) {
            l if l > -LN_2 => self.isf(-l.exp_m1()),
            l if l > -300.0 => self.quantile(l.exp()),
            l => self.low + (2.0 * (l + FRAC_PI_2.ln()) + self.width.ln()).exp(),
        }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        match ln_probability(ln_q) {
            l if l > -LN_2 => self.quantile(-l.exp_m1()),
            l => self.isf(l.exp()),
        }
    }

    fn mean(&self) -> f64 {
        self.low + 0.5 * self.width
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        self.width / 8f64.sqrt()
    }

    fn skewness(&self) -> f64 {
        0.0
    }

    fn kurtosis(&self) -> f64 {
        -1.5
    }

    fn mode(&self) -> f64 {
        self.low
    }

    fn entropy(&self) -> f64 {
        (0.25 * PI).ln() + self.width.ln()
    }
}

impl Arcsine {
    /// The shares of the width below and above x.
    fn shares(&self, x: f64) -> (f64, f64) {
        let (above, below) = self.distances(x);
        ((above / self.width).min(1.0), (below / self.width).min(1.0))
    }

    /// How far x is above a and below a + w, whose ends are those of the support.
    fn distances(&self, x: f64) -> (f64, f64) {
        let high = Double::sum(self.low, self.width);
        let x = x.clamp(self.low, high.hi);
        let below = if x == high.hi { 0.0 } else { (high - x).value() };
        (if below == 0.0 { self.width } else { x - self.low }, below)
    }

    /// a + w sin²(πp/2).
    fn above_the_lower_end(&self, p: f64) -> f64 {
        self.low + self.width * share(p)
    }

    /// a + w − w sin²(πq/2).
    fn below_the_upper_end(&self, q: f64) -> f64 {
        (Double::sum(self.low, self.width) - self.width * share(q)).value()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.quantile(sample::open_uniform(rng))
    }
}

/// sin²(πp/2); in the middle as ½ − ½ cos πp, which is exactly a half there.
fn share(p: f64) -> f64 {
    if (p - 0.5).abs() < 0.25 { 0.5 - 0.5 * cos_pi(p) } else { (FRAC_PI_2 * p).sin().powi(2) }
}

impl FitMoments for Arcsine {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let width = std * 8f64.sqrt();
        Self::new(mean - 0.5 * width, width)
    }
}

impl Fit for Arcsine {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        data::checked("Arcsine::fit", data, weights, Support::reals(f64::NEG_INFINITY, f64::INFINITY))?;
        let (low, high) = data::range(data, weights);
        let width = high - low;
        let reaches = width == 0.0 || low + width >= high; // the sum may round to below the largest value
        Self::new(low, if reaches { width } else { high.next_up() - low })
    }
}
