//! A distribution of one number, seen through a monotone map.

use super::Monotone;
use super::expectation::expectation;
use super::moments::Moments;
use super::peak::peak;
use crate::{Error, Support, Univariate};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter, Result as Written};

/// Y = g(X) for a map that only rises or only falls: a log-normal is e to the power of a normal.
///
/// | | |
/// |---|---|
/// | density | f(g⁻¹(y)) / \|g′(g⁻¹(y))\| |
/// | distribution function | F(g⁻¹(y)), or 1 − F where the map falls |
/// | entropy | H(X) + E ln \|g′(X)\| |
///
/// Moments of an affine map follow from the base's; others, and the entropy's second term, by integrals (10⁻¹⁰).
///
/// # Examples
///
/// ```
/// use genai_prob::{Univariate, combinator::{Exp, Transformed}, continuous::Exponential};
///
/// let pareto = Transformed::new(Exponential::new(3.0)?, Exp)?; // P(Y > y) = y⁻³, y ≥ 1
/// approx::assert_relative_eq!(pareto.sf(2.0), 0.125, max_relative = 1e-15);
/// approx::assert_relative_eq!(pareto.mean(), 1.5, max_relative = 1e-10);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "Fields<D, M>", bound(deserialize = "D: Deserialize<'de>, M: Deserialize<'de>"))]
pub struct Transformed<D: Univariate, M: Monotone> {
    base: D,
    map: M,
}

/// How it is read from files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<D, M> {
    base: D,
    map: M,
}

impl<D: Univariate, M: Monotone> TryFrom<Fields<D, M>> for Transformed<D, M> {
    type Error = Error;

    fn try_from(fields: Fields<D, M>) -> Result<Self, Error> {
        Self::new(fields.base, fields.map)
    }
}

impl<D: Univariate, M: Monotone> Transformed<D, M> {
    /// The distribution of the map of a value of the base.
    ///
    /// # Errors
    ///
    /// If the base is one of whole numbers, or its support reaches out of the map's domain.
    pub fn new(base: D, map: M) -> Result<Self, Error> {
        let (support, (low, high)) = (base.support(), map.domain());
        if support.discrete || support.lower < low || support.upper > high {
            let found = format!("{base} from {} to {}", support.lower, support.upper);
            let expected = format!("a distribution of real numbers from {low} to {high}");
            return Err(Error::parameter("Transformed", "base", found, expected));
        }
        Ok(Self { base, map })
    }

    /// What is mapped.
    pub fn base(&self) -> &D {
        &self.base
    }

    /// The map.
    pub fn map(&self) -> &M {
        &self.map
    }

    /// x of y; the base's end that belongs to where y lies beyond the support.
    fn back(&self, y: f64) -> f64 {
        let (base, support) = (self.base.support(), self.support());
        let (first, last) = if self.map.is_increasing() { (base.lower, base.upper) } else { (base.upper, base.lower) };
        if y < support.lower {
            first
        } else if y > support.upper {
            last
        } else {
            self.map.inverse(y)
        }
    }

    /// What the base says from below where the map rises, from above where it falls.
    fn side(&self, rising: impl Fn(&D) -> f64, falling: impl Fn(&D) -> f64) -> f64 {
        if self.map.is_increasing() { rising(&self.base) } else { falling(&self.base) }
    }

    fn moments(&self) -> Moments {
        Moments::by_integral(&self.base, |x| self.map.forward(x))
    }
}

impl<D: Univariate, M: Monotone> Display for Transformed<D, M> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "Transformed({}, {})", self.base, self.map)
    }
}

impl<D: Univariate, M: Monotone> Univariate for Transformed<D, M> {
    fn support(&self) -> Support {
        let support = self.base.support();
        let (a, b) = (self.map.forward(support.lower), self.map.forward(support.upper));
        Support::reals(a.min(b), a.max(b))
    }

    fn ln_prob(&self, y: f64) -> f64 {
        let x = self.back(y);
        let ln = self.base.ln_prob(x);
        if !self.support().contains(y) || ln == f64::NEG_INFINITY {
            f64::NEG_INFINITY
        } else {
            ln - self.map.ln_slope(x)
        }
    }

    fn cdf(&self, y: f64) -> f64 {
        let x = self.back(y);
        self.side(|d| d.cdf(x), |d| d.sf(x))
    }

    fn sf(&self, y: f64) -> f64 {
        let x = self.back(y);
        self.side(|d| d.sf(x), |d| d.cdf(x))
    }

    fn ln_cdf(&self, y: f64) -> f64 {
        let x = self.back(y);
        self.side(|d| d.ln_cdf(x), |d| d.ln_sf(x))
    }

    fn ln_sf(&self, y: f64) -> f64 {
        let x = self.back(y);
        self.side(|d| d.ln_sf(x), |d| d.ln_cdf(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.map.forward(self.side(|d| d.quantile(p), |d| d.isf(p)))
    }

    fn isf(&self, q: f64) -> f64 {
        self.map.forward(self.side(|d| d.isf(q), |d| d.quantile(q)))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        self.map.forward(self.side(|d| d.quantile_ln(ln_p), |d| d.isf_ln(ln_p)))
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.map.forward(self.side(|d| d.isf_ln(ln_q), |d| d.quantile_ln(ln_q)))
    }

    fn mean(&self) -> f64 {
        self.map.affine().map_or_else(|| self.moments().mean, |(shift, scale)| shift + scale * self.base.mean())
    }

    fn variance(&self) -> f64 {
        let scaled = |(_, scale): (f64, f64)| scale * scale * self.base.variance();
        self.map.affine().map_or_else(|| self.moments().variance, scaled)
    }

    fn skewness(&self) -> f64 {
        let turned = |(_, scale): (f64, f64)| scale.signum() * self.base.skewness();
        self.map.affine().map_or_else(|| self.moments().skewness(), turned)
    }

    fn kurtosis(&self) -> f64 {
        self.map.affine().map_or_else(|| self.moments().kurtosis(), |_| self.base.kurtosis())
    }

    fn mode(&self) -> f64 {
        let of_base = self.map.forward(self.base.mode());
        self.map.affine().map_or_else(|| peak(self, [of_base]), |_| of_base)
    }

    fn entropy(&self) -> f64 {
        let stretch = || expectation(&self.base, |x| self.map.ln_slope(x));
        self.base.entropy() + self.map.affine().map_or_else(stretch, |(_, scale)| scale.abs().ln())
    }

    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        self.map.forward(self.base.sample(rng))
    }
}
