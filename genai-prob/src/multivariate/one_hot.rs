//! The one-hot categorical distribution.

use super::parameters::parameters;
use super::{Multivariate, Region, check_size};
use crate::{Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};

/// One of k things, as a vector with a 1 in its place: what a classifier's softmax says.
///
/// | | |
/// |---|---|
/// | mass | pₖ where xₖ = 1 |
/// | mean | p |
/// | covariance | pⱼ [j = k] − pⱼ pₖ |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Multivariate, OneHotCategorical};
///
/// let coin = OneHotCategorical::from_logits(&[0.0, 0.0])?;
/// assert_eq!(coin.entropy(), Some(2f64.ln()));
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::OneHotCategorical", into = "fields::OneHotCategorical")]
pub struct OneHotCategorical {
    probabilities: Vec<f64>,
    ln_probabilities: Vec<f64>,
}

const NAME: &str = "OneHotCategorical";

parameters!(OneHotCategorical {
    /// p: `[k]`.
    probabilities: Vec<f64> => &[f64],
});

impl OneHotCategorical {
    /// The distribution with these probabilities.
    ///
    /// # Errors
    ///
    /// If there are none, one is negative, or their sum differs from 1 by more than 10⁻⁹ (what is less is scaled away).
    pub fn new(probabilities: &[f64]) -> Result<Self, Error> {
        let probabilities = normalised(NAME, probabilities)?;
        let ln_probabilities = probabilities.iter().map(|p| p.ln()).collect();
        Ok(Self { probabilities, ln_probabilities })
    }

    /// The distribution with probabilities in proportion to e^logit; −∞ is a probability of 0.
    ///
    /// # Errors
    ///
    /// If there are none, one is NaN or ∞, or all are −∞.
    pub fn from_logits(logits: &[f64]) -> Result<Self, Error> {
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !most.is_finite() || logits.iter().any(|x| x.is_nan()) {
            return Err(Error::parameter(
                NAME,
                "logits",
                format!("{logits:?}"),
                "numbers below infinity, one at least finite",
            ));
        }
        let ln_sum = logits.iter().map(|x| (x - most).exp()).sum::<f64>().ln();
        let ln_probabilities: Vec<f64> = logits.iter().map(|x| x - most - ln_sum).collect();
        Ok(Self { probabilities: ln_probabilities.iter().map(|x| x.exp()).collect(), ln_probabilities })
    }

    /// ln p: `[k]`.
    pub fn ln_probabilities(&self) -> &[f64] {
        &self.ln_probabilities
    }
}

impl Multivariate for OneHotCategorical {
    fn shape(&self) -> Vec<usize> {
        vec![self.probabilities.len()]
    }

    fn support(&self) -> Region {
        Region::OneHot
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.probabilities.len());
        let place = x.iter().position(|x| *x == 1.0).filter(|_| Region::OneHot.contains(x));
        place.map_or(f64::NEG_INFINITY, |k| self.ln_probabilities[k])
    }

    fn mean(&self) -> Vec<f64> {
        self.probabilities.clone()
    }

    fn covariance(&self) -> Vec<f64> {
        counts_covariance(&self.probabilities, 1.0)
    }

    fn entropy(&self) -> Option<f64> {
        let terms = self.probabilities.iter().zip(&self.ln_probabilities);
        Some(terms.map(|(p, ln_p)| if *p > 0.0 { -p * ln_p } else { 0.0 }).sum())
    }

    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        check_size(NAME, "a draw into", out.len(), self.probabilities.len());
        out.fill(0.0);
        out[choose(&self.probabilities, rng)] = 1.0;
    }
}

/// Probabilities, scaled to the sum 1 from which they differ by rounding.
pub(super) fn normalised(name: &'static str, probabilities: &[f64]) -> Result<Vec<f64>, Error> {
    let expected = "numbers of at least 0 whose sum is 1 within 1e-9";
    if let Some(i) = probabilities.iter().position(|p| !(*p >= 0.0 && p.is_finite())) {
        let found = format!("{} at place {i}", probabilities[i]);
        return Err(Error::parameter(name, "probabilities", found, expected));
    }
    let sum = crate::data::sum(probabilities.iter().copied());
    if sum.is_nan() || (sum - 1.0).abs() > 1e-9 {
        return Err(Error::parameter(name, "probabilities", format!("of sum {sum}"), expected));
    }
    Ok(probabilities.iter().map(|p| p / sum).collect())
}

/// s (pⱼ [j = k] − pⱼ pₖ).
pub(super) fn counts_covariance(p: &[f64], scale: f64) -> Vec<f64> {
    let entry = |(j, k): (usize, usize)| if j == k { scale * p[j] * (1.0 - p[j]) } else { -scale * p[j] * p[k] };
    (0..p.len() * p.len()).map(|at| (at / p.len(), at % p.len())).map(entry).collect()
}

/// A place, each as likely as its share of weights of sum 1.
pub(crate) fn choose<R: RngCore + ?Sized>(probabilities: &[f64], rng: &mut R) -> usize {
    let mut left = sample::uniform(rng);
    let mut last = 0;
    for (i, p) in probabilities.iter().enumerate() {
        if *p > 0.0 {
            if left < *p {
                return i;
            }
            (left, last) = (left - p, i);
        }
    }
    last
}
