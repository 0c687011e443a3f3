//! A smooth density through data.

use super::empirical::running;
use super::improved_sheather_jones::improved_sheather_jones;
use super::moments::{Moments, by_moments};
use super::peak::peak;
use super::{ln_sum_exp, shares};
use crate::special::{ln_ndtr, ndtr};
use crate::{Domain, Error, Support, Univariate, data, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;
use std::fmt::{Display, Formatter, Result as Written};

/// How wide the kernels are.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Bandwidth {
    /// A standard deviation of this size.
    Fixed(f64),
    /// 0.9 min(s, IQR/1.34) n^(−1/5): Silverman 1986, *Density estimation*, eq. 3.31. IQR is the interquartile range.
    Silverman,
    /// 1.06 s n^(−1/5), best for normal data: Scott 1992, *Multivariate density estimation*; here (4/3)^(1/5) for 1.06.
    Scott,
    /// The width that balances bias and variance by the data themselves, of no assumed shape: right for separate hills too,
    /// which the other rules blur. That of Silverman where the data are too few to tell.
    ///
    /// Source: Botev, Grotowski & Kroese 2010, [arXiv:1011.2602](https://arxiv.org/abs/1011.2602), algorithm 1.
    ImprovedSheatherJones,
}

/// Gaussian hills on the data: a histogram without bins.
///
/// | | |
/// |---|---|
/// | density | Σ wᵢ φ((x − xᵢ)/h) / h |
/// | mean, variance | those of the data, h² added to the variance |
/// | sampling | a value of the data, moved by a normal value of size h |
///
/// Only hills within 39 h are summed, found by bisection: what is farther is 0 in f64. Entropy by the trapezoid rule (10⁻¹⁰).
///
/// # Examples
///
/// ```
/// use genai_prob::{Univariate, combinator::{Bandwidth, KernelDensity}};
///
/// let hills = KernelDensity::new(&[1.0, 2.0, 4.0], Bandwidth::Fixed(0.5))?;
/// approx::assert_relative_eq!(hills.mean(), 7.0 / 3.0, max_relative = 1e-15);
/// assert!(hills.prob(1.5) > hills.prob(3.0));
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Fields")]
pub struct KernelDensity {
    /// Ascending.
    values: Vec<f64>,
    weights: Vec<f64>,
    /// Sums of the weights before each value and from it on; one more than values.
    #[serde(skip_serializing)]
    before: Vec<f64>,
    #[serde(skip_serializing)]
    from: Vec<f64>,
    bandwidth: f64,
}

/// Beyond so many bandwidths φ and its integral are 0 in f64.
const REACH: f64 = 39.0;

/// How it is read from files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    values: Vec<f64>,
    weights: Vec<f64>,
    bandwidth: f64,
}

impl TryFrom<Fields> for KernelDensity {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self, Error> {
        Self::weighted(&fields.values, &fields.weights, Bandwidth::Fixed(fields.bandwidth))
    }
}

impl KernelDensity {
    /// Hills of this width on the values.
    ///
    /// # Errors
    ///
    /// If there are no values, one is not finite, a fixed width is not positive, or a rule gives width 0: all values are
    /// equal.
    pub fn new(values: &[f64], bandwidth: Bandwidth) -> Result<Self, Error> {
        Self::weighted(values, &vec![1.0; values.len()], bandwidth)
    }

    /// Hills whose areas are in proportion to weights; the rules count Kish's effective number of values.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), or if there is not one weight for each value, one is negative or all are 0.
    pub fn weighted(values: &[f64], weights: &[f64], bandwidth: Bandwidth) -> Result<Self, Error> {
        let everywhere = Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        data::checked("KernelDensity", values, weights, everywhere)?;
        let weights = shares("KernelDensity", weights, values.len())?;
        let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights).filter(|(_, w)| *w > 0.0).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (values, weights): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let mut from = running([0.0].iter().chain(weights.iter().rev()));
        from.reverse();
        let before = running([0.0].iter().chain(&weights));
        let width = width(&values, &weights, &before, bandwidth);
        Domain::Positive.check("KernelDensity", "bandwidth", width)?;
        Ok(Self { values, weights, before, from, bandwidth: width })
    }

    /// h, the standard deviation of each hill.
    pub fn bandwidth(&self) -> f64 {
        self.bandwidth
    }

    /// The hills that reach x: their places, from and up to.
    fn near(&self, x: f64) -> (usize, usize) {
        let reach = REACH * self.bandwidth;
        (self.values.partition_point(|v| *v < x - reach), self.values.partition_point(|v| *v <= x + reach))
    }

    /// Σ w f((x − xᵢ)/h) over the hills near x.
    fn over(&self, x: f64, (first, last): (usize, usize), f: impl Fn(f64) -> f64) -> f64 {
        let hills = self.values[first..last].iter().zip(&self.weights[first..last]);
        hills.map(|(v, w)| w * f((x - v) / self.bandwidth)).sum()
    }

    /// ln Σ w e^f over all hills, where none is near.
    fn ln_over(&self, x: f64, f: impl Fn(f64) -> f64) -> f64 {
        ln_sum_exp(self.values.iter().zip(&self.weights).map(|(v, w)| w.ln() + f((x - v) / self.bandwidth)))
    }

    fn moments(&self) -> Moments {
        let square = self.bandwidth * self.bandwidth;
        let hill = |mean| Moments { mean, variance: square, third: 0.0, fourth: 3.0 * square * square };
        Moments::pooled(&self.weights.iter().zip(&self.values).map(|(w, x)| (*w, hill(*x))).collect::<Vec<_>>())
    }
}

/// The width that a rule gives.
fn width(values: &[f64], weights: &[f64], before: &[f64], rule: Bandwidth) -> f64 {
    let effective = weights.iter().map(|w| w * w).sum::<f64>().recip(); // n where all are equal
    let (_, variance) = data::mean_and_variance(values, weights, 1.0);
    let spread = if effective > 1.0 { (variance * effective / (effective - 1.0)).sqrt() } else { 0.0 };
    let shrink = effective.powf(-0.2);
    let quantile = |p: f64| values[before[1..].partition_point(|sum| *sum < p).min(values.len() - 1)];
    match rule {
        Bandwidth::Fixed(h) => h,
        Bandwidth::Scott => (4.0f64 / 3.0).powf(0.2) * spread * shrink,
        Bandwidth::ImprovedSheatherJones => improved_sheather_jones(values, weights, effective)
            .unwrap_or_else(|| width(values, weights, before, Bandwidth::Silverman)),
        Bandwidth::Silverman => {
            let middle = (quantile(0.75) - quantile(0.25)) / 1.34;
            0.9 * if middle > 0.0 { spread.min(middle) } else { spread } * shrink
        }
    }
}

impl Display for KernelDensity {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "KernelDensity({} values, bandwidth = {})", self.values.len(), self.bandwidth)
    }
}

impl Univariate for KernelDensity {
    by_moments!();

    fn support(&self) -> Support {
        Support::reals(f64::NEG_INFINITY, f64::INFINITY)
    }

    fn ln_prob(&self, x: f64) -> f64 {
        let density = self.prob(x);
        if density > 1e-290 {
            density.ln()
        } else {
            self.ln_over(x, |z| -0.5 * z * z) - (self.bandwidth * TAU.sqrt()).ln()
        }
    }

    fn prob(&self, x: f64) -> f64 {
        self.over(x, self.near(x), |z| (-0.5 * z * z).exp()) / (self.bandwidth * TAU.sqrt())
    }

    fn cdf(&self, x: f64) -> f64 {
        let (first, last) = self.near(x);
        (self.before[first] + self.over(x, (first, last), ndtr)).min(1.0)
    }

    fn sf(&self, x: f64) -> f64 {
        let (first, last) = self.near(x);
        (self.from[last] + self.over(x, (first, last), |z| ndtr(-z))).min(1.0)
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let (below, above) = (self.cdf(x), self.sf(x));
        if above < 0.5 {
            (-above).ln_1p()
        } else if below > 1e-290 {
            below.ln()
        } else {
            self.ln_over(x, ln_ndtr)
        }
    }

    fn ln_sf(&self, x: f64) -> f64 {
        let (below, above) = (self.cdf(x), self.sf(x));
        if below < 0.5 {
            (-below).ln_1p()
        } else if above > 1e-290 {
            above.ln()
        } else {
            self.ln_over(x, |z| ln_ndtr(-z))
        }
    }

    fn mode(&self) -> f64 {
        let step = (self.values.len() / 1000).max(1);
        peak(self, self.values.iter().copied().step_by(step))
    }

    /// −∫ f ln f in steps of h/8 wherever a hill is within 9 h.
    fn entropy(&self) -> f64 {
        let (step, reach) = (0.125 * self.bandwidth, 9.0 * self.bandwidth);
        let mut total = 0.0;
        let mut done = f64::NEG_INFINITY; // steps are counted from 0, so that stretches share one grid
        for v in &self.values {
            let (first, last) = (((v - reach) / step).floor(), ((v + reach) / step).ceil());
            let mut k = first.max(done + 1.0);
            while k <= last {
                let density = self.prob(k * step);
                total -= if density > 0.0 { density * density.ln() } else { 0.0 };
                k += 1.0;
            }
            done = done.max(last);
        }
        total * step
    }

    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        let u = sample::uniform(rng);
        let at = self.before[1..].partition_point(|sum| *sum <= u).min(self.values.len() - 1);
        self.values[at] + self.bandwidth * sample::standard_normal(rng)
    }
}
