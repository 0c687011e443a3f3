//! Conjugate posteriors: the chain rule, what is known in closed form, and simulation-free checks by quadrature.
#![cfg(test)]

use approx::assert_relative_eq;
use genai_prob::continuous::{Beta, Gamma, Normal};
use genai_prob::likelihood::conjugate::{
    BetaBinomial, DirichletMultinomial, GammaExponential, GammaPoisson, NormalInverseGamma, NormalNormal,
};
use genai_prob::{Error, Univariate, probability};

/// What all but the first two share: P(x₁, x₂, …) = P(x₁) P(x₂ | x₁) …, one prediction after another.
macro_rules! chain_rule {
    ($prior:expr, $data:expr) => {
        let (mut state, mut ln) = ($prior, 0.0);
        for x in $data {
            ln += state.predictive().unwrap().ln_prob(x);
            state = state.update(&[x]).unwrap();
        }
        assert_relative_eq!($prior.ln_evidence(&$data).unwrap(), ln, max_relative = 1e-12);
        assert_eq!($prior.ln_evidence(&[]).unwrap(), 0.0);
    };
}

#[test]
fn predictions_chain_to_the_evidence() {
    let gamma = Gamma::new(2.5, 0.7).unwrap();
    chain_rule!(GammaPoisson::new(gamma), [3.0, 0.0, 2.0, 5.0]);
    chain_rule!(GammaExponential::new(gamma), [0.3, 1.2, 0.05, 4.0]);
    chain_rule!(NormalNormal::new(Normal::new(1.0, 3.0).unwrap(), 0.5).unwrap(), [1.5, 2.0, 0.7]);
    chain_rule!(NormalInverseGamma::new(1.0, 0.5, 2.0, 3.0).unwrap(), [1.5, 2.0, 0.7, -1.0]);
}

#[test]
fn evidence_is_prior_times_likelihood_integrated() {
    let counts = [3.0, 0.0, 2.0, 5.0];
    let prior = GammaPoisson::new(Gamma::new(2.0, 1.0).unwrap());
    assert_relative_eq!(prior.ln_evidence(&counts).unwrap(), -9.083345495905365, max_relative = 1e-13); // mpmath
    let factorials: f64 = 6.0 * 1.0 * 2.0 * 120.0;
    let integral =
        probability::expectation(prior.distribution(), |rate| rate.powi(10) * (-4.0 * rate).exp() / factorials);
    assert_relative_eq!(integral.unwrap().ln(), -9.083345495905365, max_relative = 1e-12);
    let coin = BetaBinomial::new(Beta::new(2.0, 3.0).unwrap());
    let integral = probability::expectation(coin.distribution(), |p| p.powi(7) * (1.0 - p).powi(3));
    assert_relative_eq!(coin.ln_evidence(7.0, 10.0).unwrap(), integral.unwrap().ln(), max_relative = 1e-12);
}

#[test]
fn posteriors_are_sums() {
    let gamma = Gamma::new(2.0, 1.0).unwrap();
    let after = GammaPoisson::new(gamma).update(&[3.0, 0.0, 2.0, 5.0]).unwrap();
    assert_eq!((after.distribution().shape(), after.distribution().rate()), (12.0, 5.0));
    let after = GammaExponential::new(gamma).update(&[0.5, 1.5]).unwrap();
    assert_eq!((after.distribution().shape(), after.distribution().rate()), (4.0, 3.0));
    let after = NormalNormal::new(Normal::new(0.0, 1.0).unwrap(), 2.0).unwrap().update(&[4.0, 6.0]).unwrap();
    assert_relative_eq!(after.distribution().mean(), 10.0 / 4.0 / 1.5, max_relative = 1e-14);
    assert_relative_eq!(after.distribution().sd(), 1.5f64.sqrt().recip(), max_relative = 1e-14);
    // In one step or in two: the order of learning does not matter.
    let prior = NormalInverseGamma::new(1.0, 0.5, 2.0, 3.0).unwrap();
    let once = prior.update(&[1.5, 2.0, 0.7, -1.0]).unwrap().parameters();
    let twice = prior.update(&[-1.0, 0.7]).unwrap().update(&[2.0, 1.5]).unwrap().parameters();
    for (a, b) in once.into_iter().zip(twice) {
        assert_relative_eq!(a, b, max_relative = 1e-14);
    }
    // Murphy 2007, eqs. 85–89: mean (κ₀ μ₀ + n x̄)/κₙ, shape + n/2, scale + ½ Σ (x − x̄)² + κ₀ n (x̄ − μ₀)²/(2 κₙ).
    let squares = 4.0 * (1.5f64 * 1.5 + 4.0 + 0.49 + 1.0) / 4.0 - 4.0 * 0.8 * 0.8;
    let truth = [(0.5 + 3.2) / 4.5, 4.5, 4.0, 3.0 + 0.5 * squares + 0.5 * 4.0 * 0.04 / (2.0 * 4.5)];
    for (a, b) in once.into_iter().zip(truth) {
        assert_relative_eq!(a, b, max_relative = 1e-13);
    }
}

#[test]
fn predictions_are_distributions() {
    let coin = BetaBinomial::new(Beta::new(8.0, 4.0).unwrap());
    let mass: f64 = (0..=20).map(|k| coin.ln_predictive(f64::from(k), 20.0).unwrap().exp()).sum();
    assert_relative_eq!(mass, 1.0, max_relative = 1e-13);
    let kinds = DirichletMultinomial::new(&[1.0, 2.0, 0.5]).unwrap();
    let mut mass = 0.0;
    for i in 0..=6 {
        for j in 0..=6 - i {
            mass += kinds.ln_predictive(&[f64::from(i), f64::from(j), f64::from(6 - i - j)]).unwrap().exp();
        }
    }
    assert_relative_eq!(mass, 1.0, max_relative = 1e-13);
    assert_relative_eq!(
        kinds.ln_predictive(&[0.0, 1.0, 0.0]).unwrap().exp(),
        kinds.predictive()[1],
        max_relative = 1e-13
    );
    assert_eq!(kinds.update(&[3.0, 0.0, 1.0]).unwrap().concentration(), [4.0, 2.0, 1.5]);
    // Two kinds are a coin.
    let two = DirichletMultinomial::new(&[8.0, 4.0]).unwrap();
    let (a, b) = (two.ln_predictive(&[3.0, 2.0]).unwrap(), coin.ln_predictive(3.0, 5.0).unwrap());
    assert_relative_eq!(a, b, max_relative = 1e-13);
    let next = GammaPoisson::new(Gamma::new(12.0, 5.0).unwrap()).predictive().unwrap();
    assert_relative_eq!(next.mean(), 12.0 / 5.0, max_relative = 1e-13);
    let next = GammaExponential::new(Gamma::new(4.0, 3.0).unwrap()).predictive().unwrap();
    assert_relative_eq!(next.sf(3.0), 2f64.powi(-4), max_relative = 1e-13);
    let nig = NormalInverseGamma::new(1.0, 4.0, 3.0, 2.0).unwrap();
    assert_relative_eq!(nig.variance().unwrap().mean(), 1.0, max_relative = 1e-13); // scale/(shape − 1)
    assert_relative_eq!(nig.mean().unwrap().variance(), 0.25, max_relative = 1e-13); // E σ²/count
    assert_relative_eq!(nig.predictive().unwrap().variance(), 1.25, max_relative = 1e-13);
}

#[test]
fn bad_input_is_named() {
    let gamma = Gamma::new(2.0, 1.0).unwrap();
    let coin = BetaBinomial::new(Beta::new(1.0, 1.0).unwrap());
    let kinds = DirichletMultinomial::new(&[1.0, 1.0]).unwrap();
    let wrong: Vec<(Result<(), Error>, &str)> = vec![
        (coin.update(3.0, 2.0).map(drop), "3 successes of 2 trials"),
        (coin.update(0.5, 2.0).map(drop), "0.5 successes"),
        (coin.ln_predictive(f64::NAN, 2.0).map(drop), "NaN successes"),
        (kinds.update(&[1.0]).map(drop), "1 counts of 2 kinds"),
        (kinds.ln_evidence(&[1.0, -1.0]).map(drop), "count 1 is -1"),
        (DirichletMultinomial::new(&[]).map(drop), "no parameters"),
        (DirichletMultinomial::new(&[1.0, 0.0]).map(drop), "parameter 1 is 0"),
        (GammaPoisson::new(gamma).update(&[1.5]).map(drop), "value 0 is 1.5"),
        (GammaExponential::new(gamma).update(&[-1.0]).map(drop), "value 0 is -1"),
        (NormalNormal::new(Normal::new(0.0, 1.0).unwrap(), 0.0).map(drop), "sd is 0"),
        (NormalInverseGamma::new(0.0, -1.0, 1.0, 1.0).map(drop), "count is -1"),
        (NormalInverseGamma::new(0.0, 1.0, 1.0, 1.0).unwrap().update(&[f64::NAN]).map(drop), "value 0 is NaN"),
    ];
    for (result, part) in wrong {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("expected"), "{error} does not say {part:?}");
    }
}
