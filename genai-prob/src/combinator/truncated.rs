//! A distribution of one number, kept to an interval.

use super::bounds::Bounded;
use super::expectation::entropy;
use super::ln_sum_exp;
use super::moments::{Moments, by_moments};
use super::peak::peak;
use crate::special::{integrate, log1mexp};
use crate::{Error, Support, Univariate, invert, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize, Serializer};
use std::f64::consts::LN_2;
use std::fmt::{Display, Formatter, Result as Written};

/// A distribution given that its value lies in an interval: what a gauge with a limited range lets through.
///
/// | | |
/// |---|---|
/// | density | f(x) / P(a ≤ X ≤ b), a ≤ x ≤ b |
/// | quantile | the base's, of a probability on the scale of logarithms |
///
/// Everything is taken from the tail in which it is small: an interval at e^(−700) of the base's mass is like any other. In
/// very narrow intervals, where differences of probabilities lose digits, the mass is an integral of the density. Both ends
/// belong to the interval (of a distribution with atoms that is not one of whole numbers, an atom at the lower end does not).
/// Moments and entropy by integrals (10⁻¹⁰).
///
/// # Examples
///
/// ```
/// use genai_prob::{Univariate, combinator::Truncated, continuous::Exponential};
///
/// let late = Truncated::new(Exponential::new(1.0)?, 800.0, f64::INFINITY)?; // P = e^−800, below the smallest f64
/// approx::assert_relative_eq!(late.mean(), 801.0, max_relative = 1e-12);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Bounded<D>", bound(deserialize = "D: Deserialize<'de>"))]
pub struct Truncated<D: Univariate = Box<dyn Univariate>> {
    base: D,
    /// Where the interval ends, inside the base's support.
    ends: Support,
    ln_below: f64,
    ln_mass: f64,
    ln_above: f64,
}

impl<D: Univariate> TryFrom<Bounded<D>> for Truncated<D> {
    type Error = Error;

    fn try_from(bounded: Bounded<D>) -> Result<Self, Error> {
        let (base, lower, upper) = bounded.parts();
        Self::new(base, lower, upper)
    }
}

impl<D: Univariate + Serialize> Serialize for Truncated<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Bounded::new(&self.base, self.ends.lower, self.ends.upper).serialize(serializer)
    }
}

impl<D: Univariate> Truncated<D> {
    /// The base on the interval from `lower` to `upper`, which may be infinite.
    ///
    /// # Errors
    ///
    /// If an end is NaN, the interval is empty, or the base has no mass in it.
    pub fn new(base: D, lower: f64, upper: f64) -> Result<Self, Error> {
        let whole = base.support();
        let (a, b) = if whole.discrete { (lower.ceil(), upper.floor()) } else { (lower, upper) };
        let ends = Support { lower: a.max(whole.lower), upper: b.min(whole.upper), ..whole };
        let under = below(ends);
        let empty = lower.is_nan() || upper.is_nan() || under >= ends.upper;
        let ln_mass = match ends {
            _ if empty => f64::NEG_INFINITY,
            _ if ends == whole => 0.0,
            _ => ln_between(&base, under, ends.upper),
        };
        if ln_mass.is_nan() || ln_mass == f64::NEG_INFINITY {
            let found = format!("{lower} with upper {upper}");
            let expected = format!("an interval with mass, of the support from {} to {}", whole.lower, whole.upper);
            return Err(Error::parameter("Truncated", "lower", found, expected));
        }
        let (ln_below, ln_above) = (ln_below(&base, under), ln_above(&base, ends.upper));
        Ok(Self { base, ends, ln_below, ln_mass, ln_above })
    }

    /// What is truncated.
    pub fn base(&self) -> &D {
        &self.base
    }

    /// ln of the base's mass in the interval.
    pub fn ln_mass(&self) -> f64 {
        self.ln_mass
    }

    /// ln of the shares of the mass up to x and above it; the larger one as the other's complement.
    fn ln_shares(&self, x: f64) -> (f64, f64) {
        if x >= self.ends.upper {
            return (0.0, f64::NEG_INFINITY);
        }
        if x.is_nan() || x < self.ends.lower {
            return (f64::NEG_INFINITY, 0.0);
        }
        let lower = ln_between(&self.base, below(self.ends), x) - self.ln_mass;
        if lower < -LN_2 {
            return (lower, ln_complement(lower));
        }
        let upper = ln_between(&self.base, x, self.ends.upper) - self.ln_mass;
        (ln_complement(upper), upper.min(0.0))
    }

    /// The place with these logarithms of the probabilities on both sides, from the base's smaller side.
    fn place(&self, ln_p: f64, ln_q: f64) -> f64 {
        if ln_p.is_nan() || ln_p == f64::NEG_INFINITY || ln_q == f64::NEG_INFINITY {
            let end = if ln_p == f64::NEG_INFINITY { self.ends.lower } else { self.ends.upper };
            return if ln_p.is_nan() { ln_p } else { end };
        }
        let below = ln_sum_exp([self.ln_below, ln_p + self.ln_mass].into_iter());
        let above = ln_sum_exp([self.ln_above, ln_q + self.ln_mass].into_iter());
        let x = if below < above { self.base.quantile_ln(below) } else { self.base.isf_ln(above) };
        x.clamp(self.ends.lower, self.ends.upper)
    }

    fn moments(&self) -> Moments {
        Moments::by_integral(self, |x| x)
    }
}

/// The largest value below the interval, of the distribution's kind.
fn below(ends: Support) -> f64 {
    if ends.discrete { ends.lower - 1.0 } else { ends.lower }
}

/// ln P(a < X ≤ b).
fn ln_between<D: Univariate>(d: &D, a: f64, b: f64) -> f64 {
    let (above, below) = (ln_above(d, a), ln_below(d, b));
    if a.is_nan() || a >= b || above == f64::NEG_INFINITY || below == f64::NEG_INFINITY {
        return f64::NEG_INFINITY;
    }
    if a == f64::NEG_INFINITY || b == f64::INFINITY {
        return if b == f64::INFINITY { above } else { below }; // one end does not cut
    }
    let difference = |larger: f64, smaller: f64| (larger + log1mexp(larger - smaller), larger - smaller);
    let (ln, gap) = if above < -LN_2 {
        difference(above, ln_above(d, b))
    } else if below < -LN_2 {
        difference(below, ln_below(d, a))
    } else {
        let outside = d.cdf(a) + d.sf(b);
        ((-outside).ln_1p(), 1.0 - outside)
    };
    let narrow = gap < 0.01 && !d.support().discrete && a.is_finite() && b.is_finite();
    narrow.then(|| ln_integral(d, a, b)).flatten().unwrap_or(ln)
}

/// ln P(X ≤ x), of infinite x too.
fn ln_below<D: Univariate>(d: &D, x: f64) -> f64 {
    if x == f64::INFINITY {
        0.0
    } else if x == f64::NEG_INFINITY {
        x
    } else {
        d.ln_cdf(x)
    }
}

/// ln P(X > x), of infinite x too.
fn ln_above<D: Univariate>(d: &D, x: f64) -> f64 {
    if x == f64::NEG_INFINITY {
        0.0
    } else if x == f64::INFINITY {
        -x
    } else {
        d.ln_sf(x)
    }
}

/// ln ∫ f over a narrow interval in which f is smooth; `None` where it is not.
fn ln_integral<D: Univariate>(d: &D, a: f64, b: f64) -> Option<f64> {
    let middle = 0.5 * (a + b);
    let top = d.ln_prob(middle);
    let f = |x: f64| (d.ln_prob(x) - top).exp();
    let (whole, halves) = (integrate(f, a, b), integrate(f, a, middle) + integrate(f, middle, b));
    ((whole - halves).abs() <= 1e-13 * halves.abs()).then(|| top + halves.ln())
}

/// ln(1 − eˣ) for x ≤ 0.
fn ln_complement(x: f64) -> f64 {
    log1mexp(-x.min(0.0))
}

impl<D: Univariate> Display for Truncated<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "Truncated({}, lower = {}, upper = {})", self.base, self.ends.lower, self.ends.upper)
    }
}

impl<D: Univariate> Univariate for Truncated<D> {
    by_moments!();

    fn support(&self) -> Support {
        self.ends
    }

    fn ln_prob(&self, x: f64) -> f64 {
        if self.ends.lower <= x && x <= self.ends.upper {
            self.base.ln_prob(x) - self.ln_mass
        } else {
            f64::NEG_INFINITY
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.ln_shares(x).0.exp()
    }

    fn sf(&self, x: f64) -> f64 {
        self.ln_shares(x).1.exp()
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        self.ln_shares(x).0
    }

    fn ln_sf(&self, x: f64) -> f64 {
        self.ln_shares(x).1
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = p.clamp(0.0, 1.0);
        if self.ends.discrete { invert::quantile(self, p) } else { self.place(p.ln(), (-p).ln_1p()) }
    }

    fn isf(&self, q: f64) -> f64 {
        let q = q.clamp(0.0, 1.0);
        if self.ends.discrete { invert::isf(self, q) } else { self.place((-q).ln_1p(), q.ln()) }
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        let ln_p = if ln_p > 0.0 { 0.0 } else { ln_p };
        if self.ends.discrete { invert::quantile_ln(self, ln_p) } else { self.place(ln_p, ln_complement(ln_p)) }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        let ln_q = if ln_q > 0.0 { 0.0 } else { ln_q };
        if self.ends.discrete { invert::isf_ln(self, ln_q) } else { self.place(ln_complement(ln_q), ln_q) }
    }

    fn mode(&self) -> f64 {
        peak(self, [self.base.mode().clamp(self.ends.lower, self.ends.upper)])
    }

    fn entropy(&self) -> f64 {
        entropy(self)
    }

    /// By inversion, from the nearer side.
    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        let u = sample::open_uniform(rng);
        if u < 0.5 { self.quantile(u) } else { self.isf(1.0 - u) }
    }
}
