//! What every distribution of one number can do.

use crate::invert;
use crate::tabulated;
use crate::{Error, Parameter};
use genai_core::kernels::parallel;
use genai_core::random::{Key, Stream};
use rand_core::RngCore;
use std::fmt::{Debug, Display};

/// Where a distribution has mass: from `lower` to `upper`, the whole numbers between them if `discrete`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Support {
    /// The lower end; −∞ if there is none.
    pub lower: f64,
    /// The upper end; ∞ if there is none.
    pub upper: f64,
    /// Whether it is made of whole numbers.
    pub discrete: bool,
}

impl Support {
    /// Real numbers from `lower` to `upper`.
    pub const fn reals(lower: f64, upper: f64) -> Self {
        Self { lower, upper, discrete: false }
    }

    /// Whole numbers from `lower` to `upper`.
    pub const fn whole(lower: f64, upper: f64) -> Self {
        Self { lower, upper, discrete: true }
    }

    /// Whether the value lies in it.
    pub fn contains(&self, x: f64) -> bool {
        self.lower <= x && x <= self.upper && (!self.discrete || x.fract() == 0.0)
    }
}

/// A distribution of one number.
///
/// Whole numbers are passed as f64 too (exact up to 2⁵³), so that mixtures, fits and tables treat every family alike. A
/// method of a finite argument ends and is not NaN, unless the quantity does not exist (the mean of a Cauchy distribution is
/// NaN) — a moment whose integral diverges is infinite.
///
/// # Examples
///
/// ```
/// use genai_prob::{Univariate, continuous::Exponential};
///
/// let wait = Exponential::new(0.5)?; // a minute; two minutes on average
/// approx::assert_relative_eq!(wait.sf(6.0), (-3.0f64).exp(), max_relative = 1e-15);
/// approx::assert_relative_eq!(wait.quantile(0.5), 2.0 * 2f64.ln(), max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
pub trait Univariate: Debug + Display + Send + Sync {
    /// Where it has mass.
    fn support(&self) -> Support;

    /// Logarithm of the density, or of the mass if it is discrete; −∞ outside the support.
    fn ln_prob(&self, x: f64) -> f64;

    /// The name of the family and the parameters in the order of its constructor; `None` of what is made of other
    /// distributions or of data.
    fn family(&self) -> Option<(&'static str, Vec<f64>)> {
        None
    }

    /// The density, or the mass if it is discrete.
    fn prob(&self, x: f64) -> f64 {
        self.ln_prob(x).exp()
    }

    /// P(X ≤ x).
    fn cdf(&self, x: f64) -> f64;

    /// P(X > x), with its own relative accuracy: never 1 − cdf where that loses digits.
    fn sf(&self, x: f64) -> f64;

    /// ln P(X ≤ x). The default is right while P(X ≤ x) does not underflow.
    fn ln_cdf(&self, x: f64) -> f64 {
        ln_of(self.cdf(x), || self.sf(x))
    }

    /// ln P(X > x). The default is right while P(X > x) does not underflow.
    fn ln_sf(&self, x: f64) -> f64 {
        ln_of(self.sf(x), || self.cdf(x))
    }

    /// The smallest x with P(X ≤ x) ≥ p. A `p` below 0 counts as 0, above 1 as 1.
    fn quantile(&self, p: f64) -> f64 {
        invert::quantile(self, p)
    }

    /// The smallest x with P(X > x) ≤ q: the quantile counted from above, accurate where 1 − q rounds to 1.
    fn isf(&self, q: f64) -> f64 {
        invert::isf(self, q)
    }

    /// The quantile of a probability given by its logarithm, down to probabilities that f64 cannot hold.
    fn quantile_ln(&self, ln_p: f64) -> f64 {
        invert::quantile_ln(self, ln_p)
    }

    /// [`isf`](Self::isf) of a probability given by its logarithm.
    fn isf_ln(&self, ln_q: f64) -> f64 {
        invert::isf_ln(self, ln_q)
    }

    /// P(X ≤ k) as a sum of two numbers, to some 28 digits, where masses follow from each other by fractions: it tells
    /// whether a quantile is met exactly.
    #[doc(hidden)]
    fn cdf_in_two(&self, _: f64) -> Option<(f64, f64)> {
        None
    }

    /// The central interval that holds a share `level` of the mass: the quantiles of (1 − level)/2 on both sides.
    fn interval(&self, level: f64) -> (f64, f64) {
        let tail = 0.5 * (1.0 - level.clamp(0.0, 1.0));
        (self.quantile(tail), self.isf(tail))
    }

    /// E X.
    fn mean(&self) -> f64;

    /// E (X − E X)².
    fn variance(&self) -> f64;

    /// √variance.
    fn std(&self) -> f64 {
        self.variance().sqrt()
    }

    /// E (X − E X)³ / std³.
    fn skewness(&self) -> f64;

    /// E (X − E X)⁴ / std⁴ − 3: the excess over a normal distribution.
    fn kurtosis(&self) -> f64;

    /// Where the density or mass is largest; the smallest such place if there are several.
    fn mode(&self) -> f64;

    /// The quantile of ½.
    fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// −E ln f(X), in nats: differential entropy for densities.
    fn entropy(&self) -> f64;

    /// One draw.
    fn sample(&self, rng: &mut dyn RngCore) -> f64;

    /// `n` draws.
    fn sample_n(&self, n: usize, rng: &mut dyn RngCore) -> Vec<f64> {
        (0..n).map(|_| self.sample(rng)).collect()
    }

    /// Fills with draws, on all threads; the same key gives the same bits for any number of them.
    fn fill(&self, key: Key, out: &mut [f64]) {
        fill_with(key, out, |stream| self.sample(stream));
    }

    /// `ln_prob` of every element.
    ///
    /// # Panics
    ///
    /// If the slices differ in length.
    #[track_caller]
    fn ln_prob_into(&self, x: &[f64], out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "ln_prob_into reads {} values and writes {}", x.len(), out.len());
        x.iter().zip(out).for_each(|(x, y)| *y = self.ln_prob(*x));
    }

    /// `cdf` of every element, within a relative 10⁻¹³: long arrays read the smooth part of a density's distribution function
    /// off a table of polynomials that is checked against it, on all threads.
    ///
    /// # Panics
    ///
    /// If the slices differ in length.
    #[track_caller]
    fn cdf_into(&self, x: &[f64], out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "cdf_into reads {} values and writes {}", x.len(), out.len());
        tabulated::evaluate(&|x| self.cdf(x), || range(self), x, out);
    }

    /// `sf` of every element, as [`cdf_into`](Self::cdf_into).
    ///
    /// # Panics
    ///
    /// If the slices differ in length.
    #[track_caller]
    fn sf_into(&self, x: &[f64], out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "sf_into reads {} values and writes {}", x.len(), out.len());
        tabulated::evaluate(&|x| self.sf(x), || range(self), x, out);
    }
}

/// Where all but 2·10⁻⁹ of the mass lies, and the range of its middle half; nothing for whole numbers.
fn range(d: &(impl Univariate + ?Sized)) -> [f64; 3] {
    if d.support().discrete {
        return [0.0; 3];
    }
    [d.quantile(1e-9), d.isf(1e-9), d.quantile(0.75) - d.quantile(0.25)]
}

/// A distribution with a density.
pub trait Continuous: Univariate {
    /// The density at x: probability for a unit of x.
    fn pdf(&self, x: f64) -> f64 {
        self.prob(x)
    }

    /// ln of the density.
    fn ln_pdf(&self, x: f64) -> f64 {
        self.ln_prob(x)
    }
}

/// A distribution of whole numbers.
pub trait Discrete: Univariate {
    /// P(X = k); 0 where k is not whole.
    fn pmf(&self, k: f64) -> f64 {
        self.prob(k)
    }

    /// ln P(X = k).
    fn ln_pmf(&self, k: f64) -> f64 {
        self.ln_prob(k)
    }
}

/// A family with named parameters: what fitting, likelihoods and tables of parameters work with.
pub trait Parametric: Univariate + Sized {
    /// The name of the family.
    const NAME: &'static str;
    /// Names and domains, in the order of the constructor.
    const PARAMETERS: &'static [Parameter];

    /// The values, in that order.
    fn parameters(&self) -> Vec<f64>;

    /// The member of the family with these parameters.
    ///
    /// # Errors
    ///
    /// If there are too few or too many, or one lies outside its domain.
    fn from_parameters(values: &[f64]) -> Result<Self, Error>;

    /// ∂ ln f(x) / ∂θ of every parameter, into `out`; exact (dual numbers), not differences.
    fn score(&self, x: f64, out: &mut [f64]);
}

/// A family that can be fitted to data.
pub trait Fit: Univariate + Sized {
    /// The parameters that make the data most likely, each value counted by its weight.
    ///
    /// # Errors
    ///
    /// If the data are empty, not finite, outside the family's support or admit no maximum; if a weight is negative or
    /// all are 0, or there are more or fewer than values.
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error>;

    /// The parameters that make the data most likely.
    ///
    /// # Errors
    ///
    /// As [`fit_weighted`](Self::fit_weighted).
    fn fit(data: &[f64]) -> Result<Self, Error> {
        Self::fit_weighted(data, &vec![1.0; data.len()])
    }
}

/// Values that one task draws: a constant, so that the bits depend on the key and the place alone.
const CHUNK: usize = 4096;

/// What a draw takes, in nanoseconds.
const DRAW: usize = 10;

/// Fills with draws, chunk by chunk, each chunk from a stream of its own.
pub(crate) fn fill_with<T: Send>(key: Key, out: &mut [T], draw: impl Fn(&mut Stream) -> T + Sync) {
    parallel::chunks(out, CHUNK, CHUNK * DRAW, |i, chunk| {
        let mut stream = key.split(i as u64).stream();
        chunk.iter_mut().for_each(|x| *x = draw(&mut stream));
    });
}

/// ln p, from the complement where p is near 1.
fn ln_of(p: f64, complement: impl Fn() -> f64) -> f64 {
    if p > 0.5 { (-complement()).ln_1p() } else { p.ln() }
}
