//! A distribution of one number that is only known to lie beyond a limit.

use super::bounds::Bounded;
use super::expectation::entropy;
use super::moments::{Moments, by_moments};
use crate::{Error, Support, Univariate};
use rand_core::RngCore;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt::{Display, Formatter, Result as Written};

/// A value that reads as the limit where it lies beyond: patients still alive at the end of a study, a needle at the stop.
///
/// | | |
/// |---|---|
/// | density | f(x) between the limits; at the lower P(X ≤ a), at the upper P(X ≥ b), as masses |
/// | quantile | the base's, kept to the limits |
///
/// Its `ln_prob` is a censored observation's likelihood. Entropy is by that measure: masses at the limits, density between.
/// Moments and entropy by integrals (10⁻¹⁰).
///
/// # Examples
///
/// ```
/// use genai_prob::{Univariate, combinator::Censored, continuous::Exponential};
///
/// let study = Censored::new(Exponential::new(0.1)?, 0.0, 5.0)?; // years
/// approx::assert_relative_eq!(study.ln_prob(5.0), -0.5, max_relative = 1e-15); // still alive
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Bounded<D>", bound(deserialize = "D: Deserialize<'de>"))]
pub struct Censored<D: Univariate = Box<dyn Univariate>> {
    base: D,
    limits: [f64; 2],
    support: Support,
    /// ln of the masses at the limits.
    ln_masses: [f64; 2],
}

impl<D: Univariate> TryFrom<Bounded<D>> for Censored<D> {
    type Error = Error;

    fn try_from(bounded: Bounded<D>) -> Result<Self, Error> {
        let (base, lower, upper) = bounded.parts();
        Self::new(base, lower, upper)
    }
}

impl<D: Univariate + Serialize> Serialize for Censored<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Bounded::new(&self.base, self.limits[0], self.limits[1]).serialize(serializer)
    }
}

impl<D: Univariate> Censored<D> {
    /// The base read through limits, which may be infinite.
    ///
    /// # Errors
    ///
    /// If a limit is NaN, `lower` is not below `upper`, or (for whole numbers) a finite limit is not whole.
    pub fn new(base: D, lower: f64, upper: f64) -> Result<Self, Error> {
        let whole = base.support();
        let fits = |x: f64| !whole.discrete || x.is_infinite() || x.fract() == 0.0;
        if !(lower < upper && fits(lower) && fits(upper)) {
            let found = format!("{lower} with upper {upper}");
            return Err(Error::parameter(
                "Censored",
                "lower",
                found,
                "a limit below upper, of the base's kind of numbers",
            ));
        }
        let keep = |x: f64| x.clamp(lower, upper);
        let support = Support { lower: keep(whole.lower), upper: keep(whole.upper), ..whole };
        let below_upper = if whole.discrete { upper - 1.0 } else { upper };
        let ln_masses = [base.ln_cdf(lower), base.ln_sf(below_upper)];
        Ok(Self { base, limits: [lower, upper], support, ln_masses })
    }

    /// What is read.
    pub fn base(&self) -> &D {
        &self.base
    }

    fn keep(&self, x: f64) -> f64 {
        x.clamp(self.support.lower, self.support.upper)
    }

    /// What the base says of x between the limits, or what holds below and above them.
    fn inside(&self, x: f64, below: f64, above: f64, of_base: impl Fn(f64) -> f64) -> f64 {
        if x >= self.support.upper {
            above
        } else if x < self.support.lower {
            below
        } else {
            of_base(x)
        }
    }

    fn moments(&self) -> Moments {
        Moments::by_integral(&self.base, |x| self.keep(x))
    }
}

impl<D: Univariate> Display for Censored<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "Censored({}, lower = {}, upper = {})", self.base, self.support.lower, self.support.upper)
    }
}

impl<D: Univariate> Univariate for Censored<D> {
    by_moments!();

    fn support(&self) -> Support {
        self.support
    }

    fn ln_prob(&self, x: f64) -> f64 {
        let [lower, upper] = self.ln_masses;
        if x < self.support.lower || x > self.support.upper {
            f64::NEG_INFINITY
        } else if x == self.support.lower && lower > f64::NEG_INFINITY {
            lower
        } else if x == self.support.upper && upper > f64::NEG_INFINITY {
            upper
        } else {
            self.base.ln_prob(x)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.inside(x, 0.0, 1.0, |x| self.base.cdf(x))
    }

    fn sf(&self, x: f64) -> f64 {
        self.inside(x, 1.0, 0.0, |x| self.base.sf(x))
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        self.inside(x, f64::NEG_INFINITY, 0.0, |x| self.base.ln_cdf(x))
    }

    fn ln_sf(&self, x: f64) -> f64 {
        self.inside(x, 0.0, f64::NEG_INFINITY, |x| self.base.ln_sf(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.keep(self.base.quantile(p))
    }

    fn isf(&self, q: f64) -> f64 {
        self.keep(self.base.isf(q))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.keep(self.base.quantile_ln(ln_p))
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.keep(self.base.isf_ln(ln_q))
    }

    /// A limit or the base's mode, whichever has the largest `ln_prob`.
    fn mode(&self) -> f64 {
        let places = [self.keep(self.base.mode()), self.support.upper];
        places
            .into_iter()
            .fold(self.support.lower, |best, x| if self.ln_prob(x) > self.ln_prob(best) { x } else { best })
    }

    fn entropy(&self) -> f64 {
        entropy(self)
    }

    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        self.keep(self.base.sample(rng))
    }
}
