//! The Dirichlet-multinomial distribution.

use super::dirichlet::{concentrations, shares};
use super::multinomial::counts;
use super::one_hot::counts_covariance;
use super::parameters::parameters;
use super::{Multivariate, Region, check_size};
use crate::special::ln_beta;
use crate::{Domain, Error};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};

/// Counts whose probabilities are themselves Dirichlet: words that come in bursts; Pólya's urn.
///
/// | | |
/// |---|---|
/// | mass | n B(A, n) / Π xₖ B(αₖ, xₖ) over xₖ > 0, A = Σ αₖ, Σ xₖ = n |
/// | mean | n αₖ/A |
/// | covariance | n (n + A)/(1 + A) · (pⱼ [j = k] − pⱼ pₖ), p = α/A |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{DirichletMultinomial, Multivariate};
///
/// let urn = DirichletMultinomial::new(2.0, &[1.0, 1.0])?; // 0, 1 and 2 are equally likely
/// approx::assert_relative_eq!(urn.ln_prob(&[1.0, 1.0]), (1.0f64 / 3.0).ln(), max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::DirichletMultinomial", into = "fields::DirichletMultinomial")]
pub struct DirichletMultinomial {
    n: f64,
    alpha: Vec<f64>,
    total: f64,
}

const NAME: &str = "DirichletMultinomial";

parameters!(DirichletMultinomial {
    /// n, the trials.
    n: f64 => f64,
    /// α, the concentrations: `[k]`.
    alpha: Vec<f64> => &[f64],
});

impl DirichletMultinomial {
    /// The distribution of n trials with these concentrations, two at least.
    ///
    /// # Errors
    ///
    /// If n is not a whole number from 0 to 2⁵³, there are fewer than two concentrations, or one is not positive.
    pub fn new(n: f64, alpha: &[f64]) -> Result<Self, Error> {
        Domain::Count.check(NAME, "n", n)?;
        Ok(Self { n, alpha: alpha.to_vec(), total: concentrations(NAME, alpha)? })
    }

    /// ln(x B(a, x)): the logarithm of Γ(a) x! / Γ(a + x).
    fn term(a: f64, x: f64) -> f64 {
        if x == 0.0 { 0.0 } else { x.ln() + ln_beta(a, x) }
    }
}

impl Multivariate for DirichletMultinomial {
    fn shape(&self) -> Vec<usize> {
        vec![self.alpha.len()]
    }

    fn support(&self) -> Region {
        Region::Counts { total: self.n, most: vec![self.n; self.alpha.len()] }
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.alpha.len());
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        Self::term(self.total, self.n) - x.iter().zip(&self.alpha).map(|(x, a)| Self::term(*a, *x)).sum::<f64>()
    }

    fn mean(&self) -> Vec<f64> {
        self.alpha.iter().map(|a| self.n * (a / self.total)).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        let p: Vec<f64> = self.alpha.iter().map(|a| a / self.total).collect();
        counts_covariance(&p, self.n * ((self.n + self.total) / (1.0 + self.total)))
    }

    /// A sum over each count's beta-binomial distribution: O(n k), so it is given up to n = 10⁶.
    fn entropy(&self) -> Option<f64> {
        if self.n > 1e6 {
            return None;
        }
        let whole = Self::term(self.total, self.n);
        let place = |a: &f64| {
            let rest = self.total - a;
            let mass = |x: f64| (whole - Self::term(*a, x) - Self::term(rest, self.n - x)).exp();
            crate::data::sum((1..=self.n as u64).map(|x| x as f64).map(|x| mass(x) * Self::term(*a, x)))
        };
        Some(self.alpha.iter().map(place).sum::<f64>() - whole)
    }

    /// Shares from the Dirichlet distribution, counts from the multinomial with them.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        check_size(NAME, "a draw into", out.len(), self.alpha.len());
        let mut p = vec![0.0; self.alpha.len()];
        shares(&self.alpha, rng, &mut p);
        counts(self.n, &p, rng, out);
    }
}
