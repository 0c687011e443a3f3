//! Input that no answer belongs to gives an error that names it and says what was expected: a line for each mistake.
#![cfg(test)]

use genai_core::random::Key;
use genai_prob::combinator::{Bandwidth, Censored, Empirical, Histogram, KernelDensity, Mixture, Product, Truncated};
use genai_prob::continuous::{Beta, Gamma, InverseGaussian, LogNormal, Normal, TruncatedNormal, Uniform};
use genai_prob::describe::Summary;
use genai_prob::discrete::{BetaBinomial, Binomial, Categorical, Hypergeometric, NegativeBinomial, Poisson, Skellam};
use genai_prob::multivariate::{
    Dirichlet, DirichletMultinomial, FitRows, InverseWishart, Lkj, LogisticNormal, LowRankNormal, MatrixNormal,
    Multinomial, MultivariateHypergeometric, MultivariateNormal, MultivariateStudentT, OneHotCategorical,
    VonMisesFisher, Wishart,
};
use genai_prob::{Error, Fit, FitMoments, choose_rows, goodness, information, probability};
use std::fmt::Debug;

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;
/// 2⁵³ + 2.
const TOO_MANY: f64 = 9_007_199_254_740_994.0;

/// What was given, in words; what came back; what the message must name.
type Line = (&'static str, Result<String, Error>, &'static str);

fn line<T: Debug>(what: &'static str, result: Result<T, Error>, names: &'static str) -> Line {
    (what, result.map(|value| format!("{value:?}")), names)
}

fn check(lines: Vec<Line>) {
    let mut wrong = Vec::new();
    for (what, result, names) in lines {
        match result {
            Ok(value) => wrong.push(format!("{what} gives {value}")),
            Err(error) => {
                let words = error.to_string();
                if !(words.contains(names) && words.contains("expected")) {
                    wrong.push(format!("{what}: {words:?} does not name {names:?} and what was expected"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} mistakes:\n{}", wrong.len(), wrong.join("\n"));
}

fn normal() -> Normal {
    Normal::new(0.0, 1.0).unwrap()
}

/// Scalar parameters are tried for every family in `laws`; here are those of vectors and combinators.
#[test]
fn nan_infinities_and_negative_scales() {
    let (one, unit) = ([1.0, 1.0], [1.0, 0.0, 0.0, 1.0]);
    check(vec![
        line("a mean of NaN", MultivariateNormal::new(&[NAN, 0.0], &unit), "mean"),
        line("an infinite mean", MultivariateNormal::new(&[INFINITY, 0.0], &unit), "mean"),
        line("a covariance of NaN", MultivariateNormal::new(&one, &[1.0, NAN, NAN, 1.0]), "covariance"),
        line("an infinite covariance", MultivariateNormal::new(&one, &[INFINITY, 0.0, 0.0, 1.0]), "covariance"),
        line("a precision of NaN", MultivariateNormal::from_precision(&one, &[NAN; 4]), "precision"),
        line("a factor of NaN", MultivariateNormal::from_cholesky(&one, &[NAN; 4]), "cholesky"),
        line("degrees of freedom of NaN", MultivariateStudentT::new(NAN, &one, &unit), "df"),
        line("negative degrees of freedom", MultivariateStudentT::new(-1.0, &one, &unit), "df"),
        line("too few degrees of freedom", Wishart::new(0.5, &unit), "df"),
        line("too few degrees of freedom", InverseWishart::new(NAN, &unit), "df"),
        line("a concentration of NaN", Dirichlet::new(&[NAN, 1.0]), "alpha"),
        line("a concentration of 0", Dirichlet::new(&[0.0, 1.0]), "alpha"),
        line("an infinite concentration", Dirichlet::new(&[INFINITY, 1.0]), "alpha"),
        line("a negative concentration", DirichletMultinomial::new(5.0, &[-1.0, 1.0]), "alpha"),
        line("eta of 0", Lkj::new(3, 0.0), "eta"),
        line("eta of NaN", Lkj::new(3, NAN), "eta"),
        line("a direction of NaN", VonMisesFisher::new(&[NAN, 0.0], 1.0), "direction"),
        line("a direction of no length", VonMisesFisher::new(&[0.0, 0.0], 1.0), "direction"),
        line("a negative concentration", VonMisesFisher::new(&[1.0, 0.0], -1.0), "concentration"),
        line("a negative diagonal", LowRankNormal::new(&one, &[1.0, 1.0], &[-1.0, 1.0]), "diagonal"),
        line("a scale of NaN", LogisticNormal::new(&one, &[NAN, 1.0]), "scale"),
        line("a truncation at NaN", Truncated::new(normal(), NAN, 1.0), "lower"),
        line("a truncation to nothing", Truncated::new(normal(), 2.0, 1.0), "lower"),
        line("a limit of NaN", Censored::new(normal(), 0.0, NAN), "lower"),
        line("a bandwidth of NaN", KernelDensity::new(&[1.0], Bandwidth::Fixed(NAN)), "bandwidth"),
        line("a negative bandwidth", KernelDensity::new(&[1.0], Bandwidth::Fixed(-1.0)), "bandwidth"),
        line("an infinite value", KernelDensity::new(&[INFINITY], Bandwidth::Fixed(1.0)), "inf"),
        line("a value of NaN", Empirical::new(&[NAN]), "values"),
        line("an edge of NaN", Histogram::new(&[0.0, NAN], &[1.0]), "edges"),
        line("moments of NaN", Normal::from_moments(NAN, 1.0), "NaN"),
        line("a spread of 0", Gamma::from_moments(1.0, 0.0), "expected"),
        line("a negative spread", Uniform::from_moments(0.0, -1.0), "expected"),
        line("a mean outside", Beta::from_moments(1.5, 0.1), "expected"),
        line("a mean of 0", LogNormal::from_moments(0.0, 1.0), "expected"),
        line("a negative mean", InverseGaussian::from_moments(-1.0, 1.0), "expected"),
        line("a variance below the mean", NegativeBinomial::from_moments(4.0, 1.0), "expected"),
        line("a variance below the mean", Skellam::from_moments(4.0, 1.0), "expected"),
    ]);
}

#[test]
fn probabilities_that_do_not_sum_to_one_and_empty_weights() {
    check(vec![
        line("probabilities of sum 0.9", Multinomial::new(3.0, &[0.5, 0.4]), "1e-9"),
        line("probabilities of sum 1 + 2e-9", Multinomial::new(3.0, &[0.5, 0.500_000_002]), "1e-9"),
        line("a negative probability", Multinomial::new(3.0, &[-0.5, 1.5]), "probabilities"),
        line("a probability of NaN", OneHotCategorical::new(&[NAN, 0.5]), "probabilities"),
        line("no probabilities", OneHotCategorical::new(&[]), "probabilities"),
        line("logits of NaN", OneHotCategorical::from_logits(&[NAN, 0.0]), "NaN"),
        line("priors of sum 0.9", probability::bayes(&[0.5, 0.4], &[0.1, 0.2]), "1e-9"),
        line("probabilities of sum 2", information::vectors::entropy(&[1.0, 1.0]), "1e-9"),
        line("no weights", Categorical::new(&[]), "weights"),
        line("a negative weight", Categorical::new(&[1.0, -1.0]), "weights"),
        line("a weight of NaN", Categorical::new(&[1.0, NAN]), "weights"),
        line("weights of sum 0", Categorical::new(&[0.0, 0.0]), "weights"),
        line("weights of sum infinity", Categorical::new(&[1e308, 1e308]), "weights"),
        line("no components", Mixture::<Normal>::new(&[], vec![]), "weights"),
        line("a weight too few", Mixture::new(&[1.0], vec![normal(), normal()]), "weights"),
        line("weights of 0", Mixture::new(&[0.0], vec![normal()]), "weights"),
        line("no parts", Product::<Normal>::new(vec![]), "parts"),
        line("no values", Empirical::new(&[]), "weights"),
        line("no values", KernelDensity::new(&[], Bandwidth::Scott), "no values"),
        line("no masses", Histogram::new(&[], &[]), "weights"),
        line("rows of no weight", choose_rows(&[0.0, 0.0], 2, Key::new(1)), "expected"),
        line("rows of NaN", choose_rows(&[NAN as f32, 1.0], 2, Key::new(1)), "expected"),
    ]);
}

#[test]
fn matrices_that_are_not_positive_and_lengths_that_do_not_fit() {
    let (two, unit, indefinite) = ([0.0, 0.0], [1.0, 0.0, 0.0, 1.0], [1.0, 2.0, 2.0, 1.0]);
    check(vec![
        line("an indefinite covariance", MultivariateNormal::new(&two, &indefinite), "positive definite"),
        line("a singular covariance", MultivariateNormal::new(&two, &[1.0; 4]), "positive definite"),
        line("a lopsided covariance", MultivariateNormal::new(&two, &[1.0, 0.5, 0.0, 1.0]), "symmetric"),
        line("an indefinite precision", MultivariateNormal::from_precision(&two, &indefinite), "positive definite"),
        line("a factor with 0", MultivariateNormal::from_cholesky(&two, &[0.0, 0.0, 1.0, 1.0]), "cholesky"),
        line("an indefinite scale", MultivariateStudentT::new(3.0, &two, &indefinite), "positive definite"),
        line("an indefinite scale", Wishart::new(5.0, &indefinite), "positive definite"),
        line("an indefinite scale", InverseWishart::new(5.0, &indefinite), "positive definite"),
        line("an indefinite covariance", MatrixNormal::new(&[0.0; 4], &indefinite, &unit), "positive definite"),
        line("a mean of 2 for 3 × 3", MultivariateNormal::new(&two, &[1.0; 9]), "covariance"),
        line("a mean of nothing", MultivariateNormal::new(&[], &[]), "expected"),
        line("a scale of 3 numbers", Wishart::new(5.0, &[1.0; 3]), "scale"),
        line("a mean of 3 for 2 × 2", MatrixNormal::new(&[0.0; 3], &unit, &unit), "mean"),
        line("a factor of 3 numbers", LowRankNormal::new(&two, &[1.0; 3], &[1.0; 2]), "factor"),
        line("a diagonal of 3 numbers", LowRankNormal::new(&two, &[1.0; 2], &[1.0; 3]), "diagonal"),
        line("scales of 1 for 2", LogisticNormal::new(&two, &[1.0]), "scale"),
        line("5 numbers in rows of 2", MultivariateNormal::fit_rows(&[1.0, 2.0, 3.0, 4.0, 5.0], 2), "expected"),
        line("rows of 0", MultivariateNormal::fit_rows(&[1.0], 0), "expected"),
        line("rows on a line", MultivariateNormal::fit_rows(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0], 2), "expected"),
        line("rows of NaN", Dirichlet::fit_rows(&[NAN, 0.5, 0.5, 0.5], 2), "expected"),
        line("a ragged table", choose_rows(&[1.0, 1.0, 1.0], 2, Key::new(1)), "expected"),
        line("vectors of two lengths", information::vectors::kl(&[1.0], &[0.5, 0.5]), "expected"),
    ]);
}

/// Every family's `fit` gets such data in `laws`; here is what else works with data.
#[test]
fn zero_constant_and_missing_data() {
    let constant = [2.0; 9];
    check(vec![
        line("zeros", Gamma::fit(&[0.0; 5]), "0"),
        line("zeros", LogNormal::fit(&[0.0; 5]), "0"),
        line("constant data", Normal::fit(&constant), "expected"),
        line("constant data", Gamma::fit(&constant), "expected"),
        line("constant data", Beta::fit(&[0.5; 9]), "expected"),
        line("constant data", TruncatedNormal::fit(&constant), "expected"),
        line("constant data", Normal::fit_moments(&constant), "expected"),
        line("no data", Normal::fit_moments(&[]), "no values"),
        line("data of NaN", Gamma::fit_moments(&[1.0, NAN]), "value 1"),
        line("a negative weight", Gamma::fit_moments_weighted(&[1.0, 2.0], &[1.0, -1.0]), "weight 1"),
        line("constant counts", BetaBinomial::fit(&constant), "expected"),
        line("constant counts", Hypergeometric::fit(&constant), "expected"),
        line("constant counts", Skellam::fit(&constant), "expected"),
        line("no success at all", Hypergeometric::fit_population(5.0, 3.0, &[0.0, 0.0], &[1.0, 1.0]), "no success"),
        line("counts above the draws", Hypergeometric::fit_successes(9.0, 3.0, &[4.0], &[1.0]), "value 0"),
        line("too few draws", BetaBinomial::fit_shapes(3.0, &[4.0, 1.0], &[1.0, 1.0]), "value 0"),
        line("constant data", KernelDensity::new(&constant, Bandwidth::Silverman), "bandwidth"),
        line("constant data", KernelDensity::new(&constant, Bandwidth::ImprovedSheatherJones), "bandwidth"),
        line("constant data", Histogram::of(&constant, 3), "expected"),
        line("no data", Summary::of(&[]), "expected"),
        line("data of NaN", Summary::of(&[1.0, NAN]), "expected"),
        line("no data", goodness::kolmogorov_smirnov(&[], &normal()), "expected"),
        line("data of NaN", goodness::anderson_darling(&[1.0, NAN], &normal()), "expected"),
        line("no classes", goodness::chi_squared(&[], &[], 0), "expected"),
        line("an expectation of 0", goodness::chi_squared(&[1.0, 2.0], &[0.0, 3.0], 0), "expected"),
    ]);
}

#[test]
fn counts_beyond_what_doubles_hold() {
    check(vec![
        line("trials beyond 2^53", Binomial::new(TOO_MANY, 0.5), "2^53"),
        line("a population beyond 2^53", Hypergeometric::new(TOO_MANY, 1.0, 1.0), "2^53"),
        line("trials beyond 2^53", BetaBinomial::new(TOO_MANY, 1.0, 1.0), "2^53"),
        line("trials beyond 2^53", Multinomial::new(TOO_MANY, &[0.5, 0.5]), "2^53"),
        line("trials beyond 2^53", DirichletMultinomial::new(TOO_MANY, &[1.0, 1.0]), "2^53"),
        line("a population beyond 2^53", MultivariateHypergeometric::new(&[TOO_MANY, 1.0], 1.0), "2^53"),
        line("half a trial", Multinomial::new(0.5, &[0.5, 0.5]), "whole"),
        line("more draws than there are", MultivariateHypergeometric::new(&[2.0, 1.0], 4.0), "expected"),
        line("counts beyond 2^53", Poisson::fit(&[TOO_MANY, 1.0]), "value 0"),
        line("counts beyond 2^53", Skellam::fit(&[TOO_MANY, 1.0]), "value 0"),
        line("half a count", BetaBinomial::fit(&[0.5, 1.0]), "value 0"),
    ]);
}
