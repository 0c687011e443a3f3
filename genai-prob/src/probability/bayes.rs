//! Bayes' rule on lists of hypotheses.

use crate::{Error, data};

/// How far probabilities may be from a sum of 1.
pub(crate) const TOLERANCE: f64 = 1e-9;

/// Checks that the numbers are probabilities of everything that can happen: none negative, sum 1 to within 10⁻⁹.
pub(crate) fn check(what: &'static str, p: &[f64]) -> Result<(), Error> {
    if let Some(i) = p.iter().position(|p| !(p.is_finite() && *p >= 0.0)) {
        return Err(Error::data(what, format!("probability {i} is {}", p[i]), "numbers of at least 0"));
    }
    let total = data::sum(p.iter().copied());
    if (total - 1.0).abs() <= TOLERANCE {
        return Ok(());
    }
    Err(Error::data(what, format!("{} probabilities of sum {total}", p.len()), "a sum of 1, to within 1e-9"))
}

/// P(B) = Σ P(B | Aᵢ) P(Aᵢ): the law of total probability, for hypotheses of which exactly one is true.
///
/// # Errors
///
/// If the lists differ in length, the priors are not probabilities of sum 1 (to within 10⁻⁹), or a conditional probability
/// is not a number of at least 0 (densities may be larger than 1).
pub fn total_probability(prior: &[f64], conditional: &[f64]) -> Result<f64, Error> {
    if prior.len() != conditional.len() {
        let found = format!("{} priors and {} conditional probabilities", prior.len(), conditional.len());
        return Err(Error::data("total_probability", found, "one for each hypothesis"));
    }
    check("total_probability", prior)?;
    if let Some(i) = conditional.iter().position(|p| !(p.is_finite() && *p >= 0.0)) {
        let found = format!("conditional probability {i} is {}", conditional[i]);
        return Err(Error::data("total_probability", found, "a number of at least 0"));
    }
    Ok(data::sum(prior.iter().zip(conditional).map(|(p, q)| p * q)))
}

/// P(Aᵢ | B) = P(B | Aᵢ) P(Aᵢ) / P(B): what is known of each hypothesis after B was seen.
///
/// # Errors
///
/// As [`total_probability`], or if B is impossible under every hypothesis.
pub fn bayes(prior: &[f64], likelihood: &[f64]) -> Result<Vec<f64>, Error> {
    let evidence = total_probability(prior, likelihood)?;
    if evidence <= 0.0 {
        return Err(Error::data("bayes", "an event of probability 0", "one that a hypothesis allows"));
    }
    Ok(prior.iter().zip(likelihood).map(|(p, q)| p * q / evidence).collect())
}
