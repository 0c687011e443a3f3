//! The gamma distribution, and what its relatives share with it.

use crate::family::{common, family};
use crate::special::formula::{HALF_LN_TAU, LARGE, deviance, stirling_error};
use crate::special::{
    Double, Side, digamma, digamma_double, gamma_quantile, gamma_tail, ln_gamma_double, ln_poisson_weight_double,
    trigamma,
};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, fill};
use genai_core::Real;
use genai_core::random::Key;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Time until the a-th event of a constant rate, for any real a: rainfall, insurance claims, waiting in line.
    ///
    /// | | |
    /// |---|---|
    /// | density | βᵃ x^(a−1) e^(−βx) / Γ(a), x ≥ 0 |
    /// | mean, variance | a/β, a/β² |
    /// | maximum likelihood | ln â − ψ(â) = ln mean(x) − mean(ln x) by Newton, β̂ = â / mean(x) |
    ///
    /// Values against mpmath for shapes from 10⁻³ to 10¹⁰, into the tails: relative error of density and distribution
    /// function ≤ 2·10⁻¹⁴. Draws below the smallest normal f64 (shapes below 0.01 or so) are given as that number.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Gamma};
    ///
    /// let claims = Gamma::new(3.0, 2.0)?;
    /// assert_eq!((claims.mean(), claims.variance(), claims.mode()), (1.5, 0.75, 1.0));
    /// approx::assert_relative_eq!(claims.sf(1.0), 5.0 * (-2.0f64).exp(), max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    ///
    /// Sources: Loader 2000 (density), Marsaglia & Tsang 2000 (draws), Minka 2002, *Estimating a gamma distribution* (start).
    pub struct Gamma: Continuous {
        /// a, the number of events waited for.
        shape: Positive,
        /// β, events in a unit of time.
        rate: Positive,
    }
    prepared 4 drawn by Gamma(shape)
}

impl Density<2, 4> for Gamma {
    const NAME: &'static str = "Gamma";

    #[inline(always)]
    fn prepare<R: Real>([shape, rate]: [R; 2]) -> [R; 4] {
        [shape, rate, ln_scale(shape), rate.ln() - shape.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([shape, rate, ln_scale, ln_ratio]: [R; 4], x: R) -> R {
        let (zero, one, infinity) = (R::lit(0.0), R::lit(1.0), R::lit(f64::INFINITY));
        let inside = zero.lt(x).and(x.lt(infinity));
        let y = R::select(inside, x, one);
        let (m, ln_y) = (rate * y, y.ln());
        // The deviance written out, where it is so small that nothing cancels which counts.
        let small = ln_scale - ((m - shape) - shape * (ln_y + ln_ratio));
        let value = R::select(shape.lt(R::lit(SMALL)), small, kernel(shape, ln_scale, m)) - ln_y;
        let at_zero = R::select(shape.lt(one), infinity, R::select(one.lt(shape), -infinity, rate.ln()));
        R::select(inside, value, R::select(x.eq(zero), at_zero, -infinity))
    }
}

/// ½ ln(a/2π) − δ(a).
#[inline(always)]
pub(super) fn ln_scale<R: Real>(shape: R) -> R {
    R::lit(0.5) * shape.ln() - R::lit(HALF_LN_TAU) - stirling_error(shape)
}

/// Shapes below which the formula writes the deviance out.
const SMALL: f64 = 12.0;

/// ln of mᵃ e^(−m) / Γ(a): the density of ln X for X of rate 1.
#[inline(always)]
pub(super) fn kernel<R: Real>(shape: R, ln_scale: R, m: R) -> R {
    let m = R::select(m.lt(R::lit(1e300)), m, R::lit(1e300));
    ln_scale - deviance(shape, R::select(R::lit(1e-300).lt(m), m, R::lit(1e-300)))
}

/// The same in twice the precision.
pub(super) fn kernel_double(shape: f64, m: Double) -> Double {
    ln_poisson_weight_double(shape, m) + Double::from(shape).ln()
}

/// Whether the saddle point must be evaluated in twice the precision.
#[expect(clippy::manual_range_contains, reason = "without branches, for arrays of them")]
pub(super) fn needs_double(shape: f64, x: f64) -> bool {
    (x > 0.0) & (x < f64::INFINITY) & ((shape > LARGE) | (x < 1e-250) | (x >= 1e250))
}

impl Gamma {
    fn ln_double(&self, x: f64) -> Double {
        let (m, ln_x) = (Double::product(self.rate, x), Double::from(x).ln());
        if m.hi == f64::INFINITY {
            return Double::from(f64::NEG_INFINITY);
        }
        if m.hi > 1e-280 {
            return kernel_double(self.shape, m) - ln_x;
        }
        let ln_m = Double::from(self.rate).ln() + ln_x; // m itself underflows
        ln_m * self.shape - ln_gamma_double(Double::from(self.shape)) - ln_x
    }

    fn needs_double(&self, x: f64) -> bool {
        needs_double(self.shape, x) | needs_double(self.shape, self.rate * x)
    }

    fn side(&self, x: f64, side: Side) -> f64 {
        gamma_tail(self.shape, Double::product(self.rate, x.max(0.0))).of(side)
    }

    fn ln_side(&self, x: f64, side: Side) -> f64 {
        gamma_tail(self.shape, Double::product(self.rate, x.max(0.0))).ln_of(side)
    }

    #[inline]
    pub(super) fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        (self.sampler.draw(rng) * self.rate.recip()).max(f64::MIN_POSITIVE)
    }
}

impl Univariate for Gamma {
    common!(careful);
    common!(sample);

    fn fill(&self, key: Key, out: &mut [f64]) {
        fill::fill(key, &fill::Gamma::new(self.shape, self.rate.recip()), out);
    }

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        if x > 0.0 && x < f64::INFINITY { self.ln_double(x).exp() } else { self.ln_prob(x).exp() }
    }

    common!(sides);

    fn quantile(&self, p: f64) -> f64 {
        gamma_quantile(self.shape, ln_of(p), Side::Lower) / self.rate
    }

    fn isf(&self, q: f64) -> f64 {
        gamma_quantile(self.shape, ln_of(q), Side::Upper) / self.rate
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        gamma_quantile(self.shape, Double::from(ln_p.min(0.0)), Side::Lower) / self.rate
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        gamma_quantile(self.shape, Double::from(ln_q.min(0.0)), Side::Upper) / self.rate
    }

    fn mean(&self) -> f64 {
        self.shape / self.rate
    }

    fn variance(&self) -> f64 {
        self.shape / self.rate / self.rate
    }

    fn skewness(&self) -> f64 {
        2.0 / self.shape.sqrt()
    }

    fn kurtosis(&self) -> f64 {
        6.0 / self.shape
    }

    fn mode(&self) -> f64 {
        (self.shape - 1.0).max(0.0) / self.rate
    }

    fn entropy(&self) -> f64 {
        (standard_entropy(self.shape) - Double::from(self.rate).ln()).value()
    }
}

/// a + ln Γ(a) + (1 − a) ψ(a), the entropy at rate 1.
pub(super) fn standard_entropy(shape: f64) -> Double {
    let a = Double::from(shape);
    a + ln_gamma_double(a) - (a - 1.0) * digamma_double(a)
}

/// ln p of a probability, p cut to [0, 1]; NaN for NaN.
pub(crate) fn ln_of(p: f64) -> Double {
    Double::from(p.clamp(0.0, 1.0)).ln()
}

/// The maximum-likelihood shape of data whose ln mean(x) − mean(ln x) is `spread` > 0.
///
/// Source: Minka 2002, eq. 10: Newton on 1/a; from his start four steps suffice.
pub(super) fn shape_of_spread(spread: f64) -> f64 {
    let mut a = (3.0 - spread + ((spread - 3.0).powi(2) + 24.0 * spread).sqrt()) / (12.0 * spread);
    for _ in 0..20 {
        let miss = digamma_gap(a) - spread; // ln a − ψ(a) falls with a
        let step = miss / (a * a * (1.0 / a - trigamma(a)));
        let next = 1.0 / (1.0 / a + step);
        let next = if next > 0.0 && next.is_finite() { next } else { 0.5 * a };
        let done = (next - a).abs() <= 1e-14 * a;
        a = next;
        if done {
            break;
        }
    }
    a
}

/// ln a − ψ(a), without cancellation.
fn digamma_gap(a: f64) -> f64 {
    if a < 1e4 {
        return a.ln() - digamma(a);
    }
    (Double::from(a).ln() - digamma_double(Double::from(a))).value()
}

/// The spread ln mean(x) − mean(ln x) and the mean of positive data.
///
/// # Errors
///
/// If they hold a zero or do not vary.
pub(super) fn spread(what: &'static str, data: &[f64], weights: &[f64]) -> Result<(f64, f64), Error> {
    let total = data::checked(what, data, weights, Support::reals(0.0, f64::INFINITY))?;
    if data.iter().zip(weights).any(|(x, w)| *x == 0.0 && *w > 0.0) {
        return Err(Error::data(what, "a value of 0", "positive values"));
    }
    let mean = data::weighted_sum(data, weights) / total;
    let positive = data.iter().zip(weights).filter(|(_, w)| **w > 0.0);
    // mean of ln(mean/x), each term from x − mean where that is small
    let spread = data::sum(positive.map(|(x, w)| {
        let u = (x - mean) / mean;
        w * (u - u.ln_1p())
    })) / total;
    if spread > 0.0 && spread.is_finite() {
        Ok((spread, mean))
    } else {
        Err(Error::data(what, "values that do not vary", "at least two different values"))
    }
}

impl FitMoments for Gamma {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let rate = mean / std / std;
        Self::new(mean * rate, rate)
    }
}

impl Fit for Gamma {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let (spread, mean) = spread("Gamma::fit", data, weights)?;
        let shape = shape_of_spread(spread);
        Self::new(shape, shape / mean)
    }
}
