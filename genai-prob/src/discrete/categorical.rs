//! The categorical distribution.

use crate::domain::MOST;
use crate::fill::{self, Alias};
use crate::{Discrete, Error, Fit, Support, Univariate, data};
use genai_core::random::Key;
use rand_core::RngCore;
use std::fmt::{Display, Formatter, Result as Written};

/// One of the indices 0, 1, …, each with a probability of its own: a loaded die, the next word.
///
/// | | |
/// |---|---|
/// | mass | wₖ / Σ w |
/// | maximum likelihood | ŵₖ = how often k was seen |
///
/// Draws take constant time for any number of categories.
///
/// # Examples
///
/// ```
/// use genai_prob::{Discrete, Univariate, discrete::Categorical};
///
/// let die = Categorical::new(&[1.0, 1.0, 2.0])?;
/// assert_eq!((die.pmf(2.0), die.cdf(1.0), die.mode(), die.quantile(0.25)), (0.5, 0.5, 2.0, 0.0));
/// # Ok::<(), genai_prob::Error>(())
/// ```
///
/// Sources: Walker 1977, *An efficient method for generating discrete random variables with general distributions*; Vose 1991,
/// *A linear algorithm for generating random numbers with a given distribution*.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Weights", into = "Weights")]
pub struct Categorical {
    probabilities: Vec<f64>,
    /// P(X ≤ k) and P(X > k), each summed from its own end.
    lower: Vec<f64>,
    upper: Vec<f64>,
    table: Alias,
}

/// How the distribution is written to files.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Weights {
    probabilities: Vec<f64>,
}

impl TryFrom<Weights> for Categorical {
    type Error = Error;

    fn try_from(weights: Weights) -> Result<Self, Error> {
        Self::new(&weights.probabilities)
    }
}

impl From<Categorical> for Weights {
    fn from(of: Categorical) -> Self {
        Self { probabilities: of.probabilities }
    }
}

impl Categorical {
    /// The distribution with probabilities in proportion to these weights.
    ///
    /// # Errors
    ///
    /// If there are no weights or more than 2³², one is negative or not finite, or their sum is not positive and finite.
    pub fn new(weights: &[f64]) -> Result<Self, Error> {
        let wrong = |value: String, expected: &str| Err(Error::parameter("Categorical", "weights", value, expected));
        if weights.is_empty() || weights.len() > u32::MAX as usize {
            return wrong(format!("{} of them", weights.len()), "one to 2^32 weights");
        }
        if let Some(i) = weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
            return wrong(format!("{} at {i}", weights[i]), "finite weights of at least 0");
        }
        let total = data::sum(weights.iter().copied());
        if total <= 0.0 || !total.is_finite() {
            return wrong(format!("of sum {total}"), "a positive and finite sum");
        }
        let probabilities: Vec<f64> = weights.iter().map(|w| w / total).collect();
        let lower = cumulated(probabilities.iter());
        let mut upper = cumulated(probabilities.iter().rev());
        upper.reverse();
        upper.rotate_left(1);
        upper[weights.len() - 1] = 0.0;
        let table = Alias::new(&probabilities, 0.0);
        Ok(Self { probabilities, lower, upper, table })
    }

    /// P(X = k) for every k.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.table.draw(rng)
    }

    /// E (X − c)^j.
    fn moment(&self, centre: f64, j: i32) -> f64 {
        data::sum(self.probabilities.iter().enumerate().map(|(k, p)| p * (k as f64 - centre).powi(j)))
    }
}

/// Sums up to each value, with their rounding errors kept.
fn cumulated<'a>(values: impl Iterator<Item = &'a f64>) -> Vec<f64> {
    let (mut sum, mut lost) = (0.0f64, 0.0);
    let add = |x: &f64| {
        let next = sum + x;
        lost += if sum >= *x { (sum - next) + x } else { (x - next) + sum };
        sum = next;
        (sum + lost).min(1.0)
    };
    values.map(add).collect()
}

impl Univariate for Categorical {
    fn support(&self) -> Support {
        let first = self.probabilities.iter().position(|p| *p > 0.0).expect("the sum of the weights is positive");
        let last = self.probabilities.iter().rposition(|p| *p > 0.0).expect("the sum of the weights is positive");
        Support::whole(first as f64, last as f64)
    }

    fn ln_prob(&self, k: f64) -> f64 {
        self.prob(k).ln()
    }

    fn prob(&self, k: f64) -> f64 {
        let inside = k >= 0.0 && k.fract() == 0.0 && k < self.probabilities.len() as f64;
        if inside { self.probabilities[k as usize] } else { 0.0 }
    }

    fn cdf(&self, k: f64) -> f64 {
        if k < 0.0 {
            return 0.0;
        }
        if k >= self.support().upper { 1.0 } else { self.lower[k as usize] }
    }

    fn sf(&self, k: f64) -> f64 {
        if k < 0.0 {
            return 1.0;
        }
        self.upper.get(k as usize).copied().unwrap_or(0.0)
    }

    fn mean(&self) -> f64 {
        self.moment(0.0, 1)
    }

    fn variance(&self) -> f64 {
        self.moment(self.mean(), 2)
    }

    fn skewness(&self) -> f64 {
        self.moment(self.mean(), 3) / self.variance().powf(1.5)
    }

    fn kurtosis(&self) -> f64 {
        self.moment(self.mean(), 4) / self.variance().powi(2) - 3.0
    }

    fn mode(&self) -> f64 {
        let p = &self.probabilities;
        (0..p.len()).fold(0, |best, k| if p[k] > p[best] { k } else { best }) as f64
    }

    fn entropy(&self) -> f64 {
        data::sum(self.probabilities.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()))
    }

    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        self.draw(rng)
    }

    fn fill(&self, key: Key, out: &mut [f64]) {
        fill::fill(key, &self.table, out);
    }
}

impl Discrete for Categorical {}

impl Display for Categorical {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        const SHOWN: usize = 8;
        write!(f, "Categorical(probabilities = [")?;
        for (k, p) in self.probabilities.iter().take(SHOWN).enumerate() {
            write!(f, "{}{p}", if k > 0 { ", " } else { "" })?;
        }
        let more = self.probabilities.len().saturating_sub(SHOWN);
        if more > 0 { write!(f, ", and {more} more])") } else { f.write_str("])") }
    }
}

impl rand::distr::Distribution<f64> for Categorical {
    #[inline]
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.draw(rng)
    }
}

impl Fit for Categorical {
    /// The shares of 0, 1, …, up to the largest index seen, at most 2²⁴.
    fn fit_weighted(values: &[f64], weights: &[f64]) -> Result<Self, Error> {
        data::checked("Categorical::fit", values, weights, Support::whole(0.0, MOST))?;
        let largest = values.iter().fold(0.0, |a: f64, b| a.max(*b));
        if largest >= f64::from(1 << 24) {
            return Err(Error::data("Categorical::fit", format!("the index {largest}"), "indices below 2^24"));
        }
        let mut counts = vec![0.0; largest as usize + 1];
        values.iter().zip(weights).for_each(|(k, w)| counts[*k as usize] += w);
        Self::new(&counts)
    }
}
