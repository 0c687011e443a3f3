//! The Cauchy distribution.

use super::standardised::ln_probability;
use crate::family::{common, family};
use crate::{Density, Error, Fit, Support, Univariate, data, fit, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{FRAC_1_PI, PI};

family! {
    /// Where a beam from a lamp that spins at random meets a straight wall: a bell without mean or variance.
    ///
    /// | | |
    /// |---|---|
    /// | density | 1 / (πγ (1 + z²)), z = (x − x₀)/γ |
    /// | mean, variance | do not exist, infinite |
    /// | maximum likelihood | Newton's method; the maximum is the only one (Copas 1975) |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Cauchy};
    ///
    /// let wall = Cauchy::new(0.0, 1.0)?;
    /// approx::assert_relative_eq!(wall.sf(1e30), 3.183098861837907e-31, max_relative = 1e-15);
    /// assert!(wall.mean().is_nan());
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Cauchy: Continuous {
        /// x₀, the middle.
        loc: Finite,
        /// γ, half the distance of the quartiles.
        scale: Positive,
    }
    prepared 3
}

impl Density<2, 3> for Cauchy {
    const NAME: &'static str = "Cauchy";

    #[inline(always)]
    fn prepare<R: Real>([loc, scale]: [R; 2]) -> [R; 3] {
        [loc, scale, scale.ln() + R::lit(PI.ln())]
    }

    #[inline(always)]
    fn ln_density<R: Real>([loc, scale, ln_norm]: [R; 3], x: R) -> R {
        -ln_1p_square((x - loc) / scale) - ln_norm
    }
}

/// ln(1 + z²), also where z² overflows.
#[inline(always)]
pub(super) fn ln_1p_square<R: Real>(z: R) -> R {
    let far = R::lit(1e9).lt(z.abs());
    let near = R::select(far, R::lit(1.0), z);
    R::select(far, R::lit(2.0) * R::select(far, z.abs(), R::lit(1.0)).ln(), (near * near).ln_1p())
}

impl Univariate for Cauchy {
    common!();

    fn support(&self) -> Support {
        Support::reals(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        let h = self.z(x).hypot(1.0);
        FRAC_1_PI / h / h / self.scale
    }

    fn cdf(&self, x: f64) -> f64 {
        lower(x - self.loc, self.scale)
    }

    fn sf(&self, x: f64) -> f64 {
        lower(self.loc - x, self.scale)
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        ln_lower(x - self.loc, self.scale)
    }

    fn ln_sf(&self, x: f64) -> f64 {
        ln_lower(self.loc - x, self.scale)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.loc + self.scale * standard_quantile(p.clamp(0.0, 1.0))
    }

    fn isf(&self, q: f64) -> f64 {
        self.loc - self.scale * standard_quantile(q.clamp(0.0, 1.0))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        let x = self.loc + self.scaled_quantile_ln(ln_probability(ln_p));
        if ln_p > f64::NEG_INFINITY { x.max(-f64::MAX) } else { x }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.loc - self.scaled_quantile_ln(ln_probability(ln_q))
    }

    common!(heavy f64::NAN);

    fn mode(&self) -> f64 {
        self.loc
    }

    fn median(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        self.prepared[2] + 4f64.ln()
    }
}

/// ½ + atan(x/γ)/π.
fn lower(x: f64, scale: f64) -> f64 {
    match x {
        x if x < -scale => FRAC_1_PI * (scale / -x).atan(),
        x if x > scale => 1.0 - FRAC_1_PI * (scale / x).atan(),
        x => 0.5 + FRAC_1_PI * (x / scale).atan(),
    }
}

fn ln_lower(x: f64, scale: f64) -> f64 {
    match x {
        x if x > 0.0 => (-lower(-x, scale)).ln_1p(),
        x if -x > 1e9 * scale => scale.ln() - (-x).ln() - PI.ln(),
        x => lower(x, scale).ln(),
    }
}

/// −cot πp.
fn standard_quantile(p: f64) -> f64 {
    match p.abs() {
        0.25 => -1.0,
        0.75 => 1.0,
        p if p < 0.25 => -(PI * p).tan().recip(),
        p if p > 0.75 => (PI * (1.0 - p)).tan().recip(),
        p => (PI * (p - 0.5)).tan(),
    }
}

impl Cauchy {
    /// (x − x₀)/γ.
    fn z(&self, x: f64) -> f64 {
        (x - self.loc) / self.scale
    }

    fn scaled_quantile_ln(&self, ln_p: f64) -> f64 {
        match ln_p {
            l if l < -40.0 => -(self.scale.ln() - PI.ln() - l).exp(), // −γ / πp
            l if l > -0.3 => -self.scale * standard_quantile(-l.exp_m1()),
            l => self.scale * standard_quantile(l.exp()),
        }
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.loc + self.scale * (PI * (sample::open_uniform(rng) - 0.5)).tan()
    }
}

impl Fit for Cauchy {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let reals = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked("Cauchy::fit", data, weights, reals)?;
        let loc = data::weighted_median(data, weights, total);
        let distances: Vec<f64> = data.iter().map(|x| (x - loc).abs()).collect();
        let scale = data::weighted_median(&distances, weights, total);
        fit::newton(&Self::new(loc, scale)?, data, weights)
    }
}
