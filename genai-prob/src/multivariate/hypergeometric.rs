//! The multivariate hypergeometric distribution.

use super::multinomial::ln_binomial_mass;
use super::one_hot::counts_covariance;
use super::parameters::parameters;
use super::{Multivariate, Region, check_size};
use crate::domain::MOST;
use crate::{Domain, Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};

/// Balls of each colour among n drawn from an urn without putting back.
///
/// | | |
/// |---|---|
/// | mass | Π C(mₖ, xₖ) / C(M, n), M = Σ mₖ, Σ xₖ = n |
/// | mean | n pₖ, p = m/M |
/// | covariance | n (M − n)/(M − 1) · (pⱼ [j = k] − pⱼ pₖ) |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Multivariate, MultivariateHypergeometric};
///
/// let hand = MultivariateHypergeometric::new(&[4.0, 48.0], 5.0)?; // aces in five cards
/// approx::assert_relative_eq!(hand.mean()[0], 20.0 / 52.0, max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::MultivariateHypergeometric", into = "fields::MultivariateHypergeometric")]
pub struct MultivariateHypergeometric {
    population: Vec<f64>,
    n: f64,
    total: f64,
}

const NAME: &str = "MultivariateHypergeometric";

parameters!(MultivariateHypergeometric {
    /// m, the balls of each colour: `[k]`.
    population: Vec<f64> => &[f64],
    /// n, the balls drawn.
    n: f64 => f64,
});

impl MultivariateHypergeometric {
    /// The distribution of n balls from an urn with these numbers of each colour.
    ///
    /// # Errors
    ///
    /// If a number is not whole or not from 0 to 2⁵³, there is no colour, or n exceeds the sum.
    pub fn new(population: &[f64], n: f64) -> Result<Self, Error> {
        population.iter().try_for_each(|m| Domain::Count.check(NAME, "population", *m))?;
        let total = population.iter().sum::<f64>();
        if population.is_empty() || total > MOST {
            return Err(Error::parameter(
                NAME,
                "population",
                format!("of sum {total}"),
                "one colour at least, a sum up to 2^53",
            ));
        }
        Domain::Count.check(NAME, "n", n)?;
        if n > total {
            return Err(Error::parameter(NAME, "n", n, format!("a number up to the population's {total}")));
        }
        Ok(Self { population: population.to_vec(), n, total })
    }
}

impl Multivariate for MultivariateHypergeometric {
    fn shape(&self) -> Vec<usize> {
        vec![self.population.len()]
    }

    fn support(&self) -> Region {
        Region::Counts { total: self.n, most: self.population.clone() }
    }

    /// As binomial masses of any probability, here n/M: no difference of large factorials.
    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.population.len());
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        let p = self.n / self.total;
        let terms = x.iter().zip(&self.population).map(|(x, m)| ln_binomial_mass(*x, *m, p));
        terms.sum::<f64>() - ln_binomial_mass(self.n, self.total, p)
    }

    fn mean(&self) -> Vec<f64> {
        self.population.iter().map(|m| self.n * (m / self.total)).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        let p: Vec<f64> = self.population.iter().map(|m| m / self.total).collect();
        let left = if self.total > 1.0 { (self.total - self.n) / (self.total - 1.0) } else { 0.0 };
        counts_covariance(&p, self.n * left)
    }

    /// A sum over each count's hypergeometric distribution: O(n k), so it is given up to n = 10⁶.
    fn entropy(&self) -> Option<f64> {
        if self.n > 1e6 {
            return None;
        }
        let p = self.n / self.total;
        let whole = ln_binomial_mass(self.n, self.total, p);
        let place = |m: &f64| {
            let rest = self.total - m;
            let term = |x: f64| ln_binomial_mass(x, *m, p);
            let mass = |x: f64| (term(x) + ln_binomial_mass(self.n - x, rest, p) - whole).exp();
            let first = (self.n - rest).max(0.0) as u64;
            let values = (first..=m.min(self.n) as u64).map(|x| x as f64);
            crate::data::sum(values.map(|x| mass(x) * term(x)))
        };
        Some(whole - self.population.iter().map(place).sum::<f64>())
    }

    /// One count after the other, hypergeometric of what is left.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        check_size(NAME, "a draw into", out.len(), self.population.len());
        let (mut balls, mut draws) = (self.total, self.n);
        for (x, m) in out.iter_mut().zip(&self.population) {
            *x = sample::Hypergeometric::new(balls, *m, draws).draw(rng);
            (balls, draws) = (balls - m, draws - *x);
        }
    }
}
