//! Probabilities of several kinds, learned from counts.

use crate::domain::MOST;
use crate::{Error, data, special};

/// What is known of the probabilities of n kinds: a Dirichlet distribution, whose parameters count how often each was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct DirichletMultinomial {
    concentration: Vec<f64>,
}

impl DirichletMultinomial {
    /// Before any count: all 1 for "anything".
    ///
    /// # Errors
    ///
    /// If there is no kind, or a parameter is not a positive number.
    pub fn new(concentration: &[f64]) -> Result<Self, Error> {
        if concentration.is_empty() {
            return Err(Error::data("DirichletMultinomial", "no parameters", "one for each kind"));
        }
        if let Some(i) = concentration.iter().position(|a| !(a.is_finite() && *a > 0.0)) {
            let found = format!("parameter {i} is {}", concentration[i]);
            return Err(Error::data("DirichletMultinomial", found, "a positive number"));
        }
        Ok(Self { concentration: concentration.to_vec() })
    }

    /// The parameters αᵢ of the Dirichlet distribution.
    pub fn concentration(&self) -> &[f64] {
        &self.concentration
    }

    /// After these counts: Dirichlet(α + n).
    ///
    /// # Errors
    ///
    /// Unless there is a whole number up to 2⁵³ for each kind.
    pub fn update(&self, counts: &[f64]) -> Result<Self, Error> {
        self.check(counts)?;
        Ok(Self { concentration: self.concentration.iter().zip(counts).map(|(a, n)| a + n).collect() })
    }

    /// The probability that the next is of each kind: αᵢ / Σ α, which is also the mean of the probabilities.
    pub fn predictive(&self) -> Vec<f64> {
        let total = data::sum(self.concentration.iter().copied());
        self.concentration.iter().map(|a| a / total).collect()
    }

    /// ln P(these counts are the next): the Dirichlet-multinomial mass.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn ln_predictive(&self, counts: &[f64]) -> Result<f64, Error> {
        let evidence = self.ln_evidence(counts)?;
        let mut so_far = 0.0;
        let orders = counts.iter().map(|n| {
            so_far += n;
            special::ln_binomial(so_far, *n)
        });
        Ok(evidence + data::sum(orders))
    }

    /// ln P of one order of so many of each kind: ln Γ(A)/Γ(A + N) + Σ ln Γ(αᵢ + nᵢ)/Γ(αᵢ).
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn ln_evidence(&self, counts: &[f64]) -> Result<f64, Error> {
        self.check(counts)?;
        let rise = |a: f64, n: f64| special::ln_gamma(a + n) - special::ln_gamma(a);
        let total = data::sum(self.concentration.iter().copied());
        let each = data::sum(self.concentration.iter().zip(counts).map(|(a, n)| rise(*a, *n)));
        Ok(each - rise(total, data::sum(counts.iter().copied())))
    }

    fn check(&self, counts: &[f64]) -> Result<(), Error> {
        if counts.len() != self.concentration.len() {
            let found = format!("{} counts of {} kinds", counts.len(), self.concentration.len());
            return Err(Error::data("DirichletMultinomial", found, "a count for each kind"));
        }
        match counts.iter().position(|n| !(n.fract() == 0.0 && (0.0..=MOST).contains(n))) {
            Some(i) => {
                let found = format!("count {i} is {}", counts[i]);
                Err(Error::data("DirichletMultinomial", found, "a whole number from 0 to 2^53"))
            }
            None => Ok(()),
        }
    }
}
