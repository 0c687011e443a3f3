//! The truncated normal distribution.

use super::standardised::standardised;
use crate::family::{common, family};
use crate::optimize::root;
use crate::special::{Double, integrate};
use crate::{Density, Error, Fit, Support, Univariate, data, invert, sample};
use genai_core::Real;
use rand_core::RngCore;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

family! {
    /// A normal value of which only those between two bounds are kept.
    ///
    /// | | |
    /// |---|---|
    /// | density | φ(z) / (σ (Φ(β) − Φ(α))), z = (x − μ)/σ, α ≤ z ≤ β |
    /// | mean, variance | by quadrature of the positive integrands, so that neither cancels |
    /// | maximum likelihood | the bounds are the smallest and the largest value; μ̂, σ̂ give the values' mean and variance |
    ///
    /// All is counted from the place between the bounds that is nearest to μ, and keeps its digits however many σ that is away.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::TruncatedNormal};
    ///
    /// let far = TruncatedNormal::new(0.0, 1.0, 30.0, 31.0)?;
    /// approx::assert_relative_eq!(far.mean() - 30.0, 0.0332597, max_relative = 1e-5);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct TruncatedNormal: Continuous {
        /// μ, the mean before truncation.
        mu: Finite,
        /// σ, the standard deviation before truncation.
        sigma: Positive,
        /// The lower bound.
        low: Finite,
        /// The upper bound.
        high: Finite,
    }
    prepared 6
    where |mu, sigma, low, high| low < high && ((high - mu) / sigma).is_finite() && ((low - mu) / sigma).is_finite() =>
        high, "a number above low, at a finite number of σ from the mean"
}

impl Density<4, 6> for TruncatedNormal {
    const NAME: &'static str = "TruncatedNormal";

    /// Mean, sd, bounds, the nearest place to the mean, and the logarithm of the integral counted from there.
    #[inline(always)]
    fn prepare<R: Real>([mean, sd, low, high]: [R; 4]) -> [R; 6] {
        let anchor = R::select(mean.lt(low), low, R::select(high.lt(mean), high, mean));
        let (a, b) = ((low - mean) / sd, (high - mean) / sd);
        let outside = mean.lt(low);
        let one_sided = fall(R::max(a, -b), (high - low) / sd);
        let beside = R::select(outside, one_sided, R::select(high.lt(mean), one_sided, around(-a, b)));
        [mean, sd, low, high, anchor, beside.ln() + sd.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([mean, sd, low, high, anchor, ln_norm]: [R; 6], x: R) -> R {
        use genai_core::real::Mask;
        let outside = x.lt(low).or(high.lt(x));
        let x = R::select(outside, anchor, x);
        let drop = R::lit(0.5) * ((x - anchor) / sd) * ((x - mean) / sd + (anchor - mean) / sd);
        R::select(outside, R::lit(f64::NEG_INFINITY), -drop - ln_norm)
    }
}

/// ∫ e^(−z²/2) dz from −a to b, both at least 0.
#[inline(always)]
fn around<R: Real>(a: R, b: R) -> R {
    let root = R::lit(FRAC_1_SQRT_2);
    R::lit(FRAC_PI_2.sqrt()) * ((a * root).erf() + (b * root).erf())
}

/// ∫ e^(−ts − s²/2) ds from 0 to w: the normal integral over [t, t + w], counted from its density at t ≥ 0.
#[inline(always)]
fn fall<R: Real>(t: R, w: R) -> R {
    let (zero, one, root) = (R::lit(0.0), R::lit(1.0), R::lit(FRAC_1_SQRT_2));
    let t = R::max(t, zero);
    let drop = w * (t + R::lit(0.5) * w);
    let near = drop.lt(R::lit(0.7));
    let (narrow, wide) = (R::select(near, w, zero), R::select(near, one, w));
    let rest = (-wide * (t + R::lit(0.5) * wide)).exp() * ((t + wide) * root).erfcx();
    R::select(
        near,
        fall_series(R::select(near, t, zero), narrow),
        R::lit(FRAC_PI_2.sqrt()) * ((t * root).erfcx() - rest),
    )
}

/// The same term by term: the coefficients of e^(−ts − s²/2) in powers of s follow cₙ₊₁ = −(t cₙ + cₙ₋₁)/(n + 1).
#[inline(always)]
fn fall_series<R: Real>(t: R, w: R) -> R {
    let (slope, square) = (t * w, w * w);
    let (mut before, mut term, mut sum) = (R::lit(0.0), R::lit(1.0), R::lit(1.0));
    for n in 0..24 {
        let n = f64::from(n);
        (before, term) = (term, -(slope * term + square * before) * R::lit(1.0 / (n + 1.0)));
        sum = sum + term * R::lit(1.0 / (n + 2.0));
    }
    sum * w
}

/// 1/(2σ²) of the flattest member that a fit gives, on values from 0 to 1: that of σ = 10³. What is flatter, or curved
/// upward, has no largest likelihood; this differs from an exponential or uniform density by less than 10⁻⁶.
const FLATTEST: f64 = 5e-7;

impl Fit for TruncatedNormal {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "TruncatedNormal::fit";
        let total = data::checked(what, data, weights, Support::reals(f64::NEG_INFINITY, f64::INFINITY))?;
        let (low, high) = data::range(data, weights);
        let width = high - low;
        if width == 0.0 || !width.is_finite() {
            return Err(Error::data(what, format!("values over {width}"), "values that differ, at finite distances"));
        }
        let places: Vec<f64> = data.iter().map(|x| (x - low) / width).collect();
        let (mean, variance) = data::mean_and_variance(&places, weights, total);
        let excess = |curve: f64| Ok::<_, Error>(Self::tilted(mean, curve)?.variance() - variance);
        let (mut flat, mut curved) = (FLATTEST, FLATTEST);
        while excess(curved)? > 0.0 {
            (flat, curved) = (curved, 4.0 * curved);
        }
        let curve = root(flat, curved, 0.0, |curve| excess(curve).unwrap_or(f64::NAN));
        let best = Self::tilted(mean, if curved > flat { curve } else { FLATTEST })?;
        Self::new(low + width * best.mu, width * best.sigma, low, high)
    }
}

impl TruncatedNormal {
    /// The member on [0, 1] of density e^(αt − curve·t²), up to a factor, that has this mean.
    fn tilted(mean: f64, curve: f64) -> Result<Self, Error> {
        let sigma = (2.0 * curve).sqrt().recip();
        let member = |alpha: f64| Self::new(alpha / (2.0 * curve), sigma, 0.0, 1.0);
        let excess = |alpha: f64| member(alpha).map_or(f64::NAN, |d| d.mean() - mean);
        let (centre, mut reach) = (2.0 * curve * mean, 1.0);
        while excess(centre - reach) > 0.0 || excess(centre + reach) < 0.0 {
            reach *= 4.0;
        }
        member(root(centre - reach, centre + reach, 0.0, excess))
    }
}

impl Univariate for TruncatedNormal {
    common!();

    fn support(&self) -> Support {
        Support::reals(self.low, self.high)
    }

    fn cdf(&self, x: f64) -> f64 {
        let (below, above) = (self.ln_share(self.low, x), self.ln_share(x, self.high));
        if below.hi > above.hi { 1.0 - above.exp() } else { below.exp() }
    }

    fn sf(&self, x: f64) -> f64 {
        let (below, above) = (self.ln_share(self.low, x), self.ln_share(x, self.high));
        if below.hi > above.hi { above.exp() } else { 1.0 - below.exp() }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let (below, above) = (self.ln_share(self.low, x), self.ln_share(x, self.high));
        if below.hi > above.hi { (-above.exp()).ln_1p() } else { below.value() }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        let (below, above) = (self.ln_share(self.low, x), self.ln_share(x, self.high));
        if below.hi > above.hi { above.value() } else { (-below.exp()).ln_1p() }
    }

    fn quantile(&self, p: f64) -> f64 {
        if p == 0.5 && self.mu - self.low == self.high - self.mu { self.mu } else { invert::quantile(self, p) }
    }

    fn isf(&self, q: f64) -> f64 {
        if q == 0.5 && self.mu - self.low == self.high - self.mu { self.mu } else { invert::isf(self, q) }
    }

    fn mean(&self) -> f64 {
        self.anchor() + self.sigma * self.average(|y| y)
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        let mean = self.average(|y| y);
        self.sigma * self.average(|y| (y - mean).powi(2)).sqrt()
    }

    fn skewness(&self) -> f64 {
        let (mean, std) = (self.average(|y| y), self.std() / self.sigma);
        self.average(|y| ((y - mean) / std).powi(3))
    }

    fn kurtosis(&self) -> f64 {
        let (mean, std) = (self.average(|y| y), self.std() / self.sigma);
        self.average(|y| ((y - mean) / std).powi(4)) - 3.0
    }

    fn mode(&self) -> f64 {
        self.anchor()
    }

    fn entropy(&self) -> f64 {
        let z = self.anchored_z();
        self.prepared[5] + self.average(|y| y * (z + 0.5 * y))
    }
}

impl TruncatedNormal {
    /// The place between the bounds that is nearest to μ.
    fn anchor(&self) -> f64 {
        self.prepared[4]
    }

    /// Its distance from μ in σ.
    fn anchored_z(&self) -> f64 {
        (self.anchor() - self.mu) / self.sigma
    }

    /// ln P(from ≤ X ≤ to).
    fn ln_share(&self, from: f64, to: f64) -> Double {
        let (from, to) = (from.clamp(self.low, self.high), to.clamp(self.low, self.high));
        if from >= to {
            return Double::from(f64::NEG_INFINITY);
        }
        let place = |x: f64| standardised(x, self.mu, self.sigma);
        let (nearest, integral) = match (place(from).value(), place(to).value()) {
            (a, _) if a > 0.0 => (from, fall(a, (to - from) / self.sigma)),
            (_, b) if b < 0.0 => (to, fall(-b, (to - from) / self.sigma)),
            (a, b) => (self.mu, around(-a, b)),
        };
        let drop = standardised(nearest, self.anchor(), self.sigma) * (place(nearest) + place(self.anchor()));
        drop * -0.5 + (integral.ln() - (self.prepared[5] - self.sigma.ln()))
    }

    /// E g(Y) for Y = (X − anchor)/σ, whose density is e^(−zy − y²/2) up to a factor, z the anchor's distance from μ.
    ///
    /// Beyond e^(−40) of its peak the density is left out.
    fn average(&self, g: impl Fn(f64) -> f64) -> f64 {
        let z = self.anchored_z();
        let far = 80.0 / (z.abs() + (z * z + 80.0).sqrt());
        let bound = |x: f64| ((x - self.anchor()) / self.sigma).clamp(-far, far);
        let (from, to) = (bound(self.low), bound(self.high));
        let panel = (to - from) / 8.0;
        let over = |h: &dyn Fn(f64) -> f64| -> f64 {
            let density = |y: f64| (-y * (z + 0.5 * y)).exp() * h(y);
            (0..8).map(|k| from + f64::from(k) * panel).map(|start| integrate(density, start, start + panel)).sum()
        };
        over(&g) / over(&|_| 1.0)
    }

    /// An exponential, a uniform or a normal proposal, whichever is accepted at least half of the time.
    ///
    /// Source: Robert 1995, *Simulation of truncated normal variables*.
    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let (z, width) = (self.anchored_z(), (self.high - self.low) / self.sigma);
        let y = if z != 0.0 {
            draw_fall(z.abs(), width, rng).copysign(z)
        } else {
            draw_around((self.low - self.mu) / self.sigma, width, rng)
        };
        (self.anchor() + self.sigma * y).clamp(self.low, self.high)
    }
}

/// A draw of density e^(−ts − s²/2) on [0, w].
fn draw_fall<R: RngCore + ?Sized>(t: f64, w: f64, rng: &mut R) -> f64 {
    let rate = 0.5 * (t + t.hypot(2.0));
    let share = (-rate * w).exp_m1();
    loop {
        let s = -(sample::uniform(rng) * share).ln_1p() / rate;
        let off = s - (rate - t);
        if sample::standard_exponential(rng) >= 0.5 * off * off {
            return s;
        }
    }
}

/// A standard normal draw within [a, a + w], which holds 0.
fn draw_around<R: RngCore + ?Sized>(a: f64, w: f64, rng: &mut R) -> f64 {
    loop {
        if w > 2.5 {
            let y = sample::standard_normal(rng);
            if a <= y && y <= a + w {
                return y;
            }
        } else {
            let y = a + w * sample::uniform(rng);
            if sample::standard_exponential(rng) >= 0.5 * y * y {
                return y;
            }
        }
    }
}
