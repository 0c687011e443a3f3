//! What every distribution of vectors and matrices obeys: a row each, with two members of the family.
//!
//! Bounds on averages of draws are six of their standard errors: right code exceeds one with probability 2·10⁻⁹.
#![cfg(test)]

use genai_core::random::Key;
use genai_prob::combinator::{MultivariateMixture, Product};
use genai_prob::continuous::{Gamma, Normal};
use genai_prob::multivariate::{
    Dirichlet, DirichletMultinomial, FitRows, InverseWishart, Lkj, LkjCholesky, LogisticNormal, LowRankNormal,
    MatrixNormal, Multinomial, Multivariate, MultivariateHypergeometric, MultivariateNormal, MultivariateStudentT,
    OneHotCategorical, Region, VonMisesFisher, Wishart,
};
use genai_prob::{Error, Univariate};
use rayon::ThreadPoolBuilder;
use serde::{Serialize, de::DeserializeOwned};

/// Draws of a member.
const N: usize = 50_000;

/// A wide member and one whose density is at most a constant times the wide one's.
struct Row {
    wide: Box<dyn Multivariate>,
    narrow: Box<dyn Multivariate>,
}

fn row<D: Multivariate + 'static>(wide: Result<D, Error>, narrow: Result<D, Error>) -> Row {
    Row { wide: Box::new(wide.unwrap()), narrow: Box::new(narrow.unwrap()) }
}

/// The same of a family with serde.
fn saved<D>(wide: Result<D, Error>, narrow: Result<D, Error>) -> Row
where
    D: Multivariate + PartialEq + Serialize + DeserializeOwned + 'static,
{
    let d = wide.unwrap();
    let json = serde_json::to_string(&d).unwrap();
    assert_eq!(serde_json::from_str::<D>(&json).unwrap(), d, "through {json}");
    row(Ok(d), narrow)
}

const A: [f64; 9] = [4.0, 2.0, 0.4, 2.0, 5.0, -1.0, 0.4, -1.0, 3.0];
const B: [f64; 9] = [1.0, 0.3, 0.1, 0.3, 1.5, -0.2, 0.1, -0.2, 0.8];

fn rows() -> Vec<Row> {
    let mean = [1.0, -2.0, 0.5];
    let two = [2.0, 0.5, 0.5, 1.0];
    let mixture = |a: &[f64]| {
        let parts = vec![MultivariateNormal::new(&mean, a)?, MultivariateNormal::new(&[0.0; 3], a)?];
        MultivariateMixture::new(&[1.0, 3.0], parts)
    };
    let product = |rate: f64| {
        let parts: Vec<Box<dyn Univariate>> = vec![Box::new(Normal::new(0.0, 1.0)?), Box::new(Gamma::new(2.5, rate)?)];
        Product::new(parts)
    };
    vec![
        saved(MultivariateNormal::new(&mean, &A), MultivariateNormal::new(&[0.5, -2.0, 0.0], &B)),
        saved(
            LowRankNormal::new(&mean, &[1.0, 0.5, -0.5, 2.0, 0.0, 1.0], &[1.0, 2.0, 0.5]),
            LowRankNormal::new(&mean, &[0.1, 0.2, 0.3], &[0.5, 1.0, 0.3]),
        ),
        saved(MultivariateStudentT::new(9.0, &mean, &A), MultivariateStudentT::new(12.0, &mean, &B)),
        saved(Dirichlet::new(&[1.0, 0.5, 2.0]), Dirichlet::new(&[1.5, 1.0, 2.0])),
        saved(Wishart::new(4.5, &A), Wishart::new(6.0, &B)),
        saved(InverseWishart::new(12.0, &A), InverseWishart::new(14.0, &A)),
        saved(Lkj::new(4, 0.8), Lkj::new(4, 2.0)),
        saved(LkjCholesky::new(4, 1.3), LkjCholesky::new(4, 2.5)),
        saved(MatrixNormal::new(&[0.5; 6], &two, &A), MatrixNormal::new(&[0.0; 6], &[1.0, 0.2, 0.2, 0.6], &B)),
        saved(VonMisesFisher::new(&[0.6, 0.0, -0.8], 0.0), VonMisesFisher::new(&[0.6, 0.0, -0.8], 3.0)),
        saved(VonMisesFisher::new(&[-0.6, 0.8], 2.0), VonMisesFisher::new(&[-0.6, 0.8], 5.0)),
        saved(VonMisesFisher::new(&[0.5; 4], 40.0), VonMisesFisher::new(&[0.5; 4], 70.0)),
        saved(LogisticNormal::new(&[0.5, -1.0], &[2.0, 0.7]), LogisticNormal::new(&[0.0, -1.2], &[1.0, 0.5])),
        saved(OneHotCategorical::new(&[0.2, 0.0, 0.8]), OneHotCategorical::new(&[0.5, 0.0, 0.5])),
        saved(Multinomial::new(5.0, &[0.2, 0.3, 0.5]), Multinomial::new(5.0, &[0.3, 0.3, 0.4])),
        saved(Multinomial::new(300.0, &[0.2, 0.3, 0.5]), Multinomial::new(300.0, &[0.21, 0.3, 0.49])),
        saved(DirichletMultinomial::new(6.0, &[0.5, 1.0, 2.0]), DirichletMultinomial::new(6.0, &[3.0, 1.0, 2.0])),
        saved(
            MultivariateHypergeometric::new(&[5.0, 9.0, 4.0], 7.0),
            MultivariateHypergeometric::new(&[6.0, 9.0, 5.0], 7.0),
        ),
        saved(
            MultivariateHypergeometric::new(&[500.0, 900.0, 400.0], 700.0),
            MultivariateHypergeometric::new(&[510.0, 900.0, 400.0], 700.0),
        ),
        row(mixture(&A), mixture(&B)),
        row(product(1.0), product(2.0)),
    ]
}

fn draws(d: &dyn Multivariate, n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * d.size()];
    d.fill(Key::new(5).named(&d.to_string()), &mut out);
    out
}

/// The average, and six of its standard errors.
fn average(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (n, first) = (values.clone().count() as f64, values.clone().next().unwrap());
    let mean = first + values.clone().map(|x| x - first).sum::<f64>() / n;
    let variance = values.map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    (mean, 6.0 * (variance / n).sqrt() + 1e-12)
}

fn close(what: &str, got: f64, truth: f64, allowed: f64) {
    assert!((got - truth).abs() <= allowed, "{what}: {got}, expected {truth} to {allowed:.1e}");
}

#[test]
fn draws_have_the_mean_and_the_covariance() {
    for d in rows().iter().flat_map(|row| [&row.wide, &row.narrow]) {
        let (size, x, mean, covariance) = (d.size(), draws(d, N), d.mean(), d.covariance());
        assert_eq!(d.variance(), (0..size).map(|i| covariance[i * size + i]).collect::<Vec<_>>(), "{d}");
        for i in 0..size {
            let (got, allowed) = average(x.chunks(size).map(|x| x[i]));
            close(&format!("{d}: mean {i}"), got, mean[i], allowed);
            for j in 0..=i {
                let (got, allowed) = average(x.chunks(size).map(|x| (x[i] - mean[i]) * (x[j] - mean[j])));
                close(&format!("{d}: covariance {i}, {j}"), got, covariance[i * size + j], allowed);
            }
        }
    }
}

#[test]
fn draws_lie_in_the_support_and_surprise_by_the_entropy() {
    for d in rows().iter().flat_map(|row| [&row.wide, &row.narrow]) {
        let x = draws(d, N);
        let mut ln_prob = vec![0.0; N];
        d.ln_prob_into(&x, &mut ln_prob);
        let stray = x.chunks(d.size()).zip(&ln_prob).find(|(x, ln)| !d.support().contains(x) || !ln.is_finite());
        assert!(stray.is_none(), "{d}: {stray:?} outside the support");
        if let Some(entropy) = d.entropy() {
            let (got, allowed) = average(ln_prob.iter().map(|ln| -ln));
            close(&format!("{d}: entropy"), got, entropy, allowed);
        }
    }
}

/// E q/p = 1 over draws of p: both densities are normalised alike, and draws follow theirs.
#[test]
fn densities_of_two_members_have_one_mass() {
    for Row { wide, narrow } in rows() {
        let x = draws(&wide, N);
        let ratio = |x: &[f64]| (narrow.ln_prob(x) - wide.ln_prob(x)).exp();
        let ratios: Vec<f64> = x.chunks(wide.size()).map(ratio).collect();
        let (got, allowed) = average(ratios.iter().copied());
        close(&format!("{narrow} over {wide}"), got, 1.0, allowed);
        assert!(allowed < 0.3, "{narrow} over {wide}: too few draws to see anything");
    }
}

/// Σ f = 1 over all values.
#[test]
fn masses_of_counts_sum_to_one() {
    let mut seen = 0;
    for d in rows().into_iter().flat_map(|row| [row.wide, row.narrow]) {
        let Region::Counts { total, .. } = d.support() else { continue };
        let total = total as u32;
        let pairs = (0..=total).flat_map(|a| (0..=total - a).map(move |b| [a, b, total - a - b].map(f64::from)));
        close(&format!("{d}: mass"), pairs.map(|x| d.ln_prob(&x).exp()).sum(), 1.0, 1e-11);
        seen += 1;
    }
    assert!(seen >= 8, "{seen} families of counts");
}

#[test]
fn fills_are_the_same_for_any_number_of_threads() {
    for d in rows().into_iter().map(|row| row.wide) {
        let with = |threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| draws(&d, 5000));
        assert!(with(1) == with(3), "{d}");
    }
}

#[test]
fn a_normal_factors_into_marginal_and_conditional() {
    let d = MultivariateNormal::new(&[1.0, -2.0, 0.5], &A).unwrap();
    let x = [0.3, -1.0, 2.0];
    let (some, rest) = (d.marginal(&[2, 0]).unwrap(), d.conditional(&[2, 0], &[2.0, 0.3]).unwrap());
    close("joint", some.ln_prob(&[2.0, 0.3]) + rest.ln_prob(&[-1.0]), d.ln_prob(&x), 1e-13);
    let again = MultivariateNormal::from_precision(&[1.0, -2.0, 0.5], &d.precision()).unwrap();
    close("from its precision", again.ln_prob(&x), d.ln_prob(&x), 1e-13);
    close("kl to itself", d.kl(&again), 0.0, 1e-13);
    let low = LowRankNormal::new(&[0.0; 3], &[1.0, 0.5, -0.5, 2.0, 0.0, 1.0], &[1.0, 2.0, 0.5]).unwrap();
    close("low rank", low.ln_prob(&x), low.to_normal().unwrap().ln_prob(&x), 1e-13);
    let independent = MultivariateNormal::new(&[0.0, 1.0], &[4.0, 0.0, 0.0, 9.0]).unwrap();
    let parts = vec![Normal::new(0.0, 2.0).unwrap(), Normal::new(1.0, 3.0).unwrap()];
    let product = Product::new(parts).unwrap();
    close("product", product.ln_prob(&[0.5, 3.0]), independent.ln_prob(&[0.5, 3.0]), 1e-14);
}

/// Estimates lie within six standard errors (of order 1/√n, the factor measured generously), and no neighbour is likelier.
#[test]
fn fits_recover_the_parameters_and_are_maxima() {
    let normal = MultivariateNormal::new(&[1.0, -2.0, 0.5], &A).unwrap();
    let x = draws(&normal, N);
    let fit = MultivariateNormal::fit_rows(&x, 3).unwrap();
    fit.mean().iter().zip(normal.mean()).for_each(|(got, truth)| close("mean", *got, truth, 0.1));
    fit.covariance().iter().zip(A).for_each(|(got, truth)| close("covariance", *got, truth, 0.2));

    let dirichlet = Dirichlet::new(&[0.4, 3.0, 20.0]).unwrap();
    let x = draws(&dirichlet, N);
    let fit = Dirichlet::fit_rows(&x, 3).unwrap();
    fit.alpha().iter().zip(dirichlet.alpha()).for_each(|(got, truth)| close("alpha", got / truth, 1.0, 0.05));
    let likelihood = |alpha: &[f64]| {
        let d = Dirichlet::new(alpha).unwrap();
        x.chunks(3).map(|x| d.ln_prob(x)).sum::<f64>()
    };
    for i in 0..3 {
        for factor in [0.999, 1.001] {
            let mut beside = fit.alpha().to_vec();
            beside[i] *= factor;
            assert!(likelihood(&beside) < likelihood(fit.alpha()), "alpha {i} times {factor} is likelier");
        }
    }
    let weighted = Dirichlet::fit_rows_weighted(&[0.2, 0.8, 0.5, 0.5], 2, &[2.0, 1.0]).unwrap();
    let repeated = Dirichlet::fit_rows(&[0.2, 0.8, 0.2, 0.8, 0.5, 0.5], 2).unwrap();
    close("weights count rows", weighted.alpha()[0], repeated.alpha()[0], 1e-9);

    let fit = Multinomial::fit_rows_weighted(&[1.0, 3.0, 2.0, 2.0], 2, &[1.0, 3.0]).unwrap();
    assert_eq!((fit.n(), fit.probabilities()), (4.0, [0.4375, 0.5625].as_slice()));
}

/// Means of shares by mpmath 1.3 with 50 digits.
#[test]
fn moments_of_the_logistic_normal_are_integrals() {
    let d = LogisticNormal::new(&[0.5, -1.0], &[2.0, 0.7]).unwrap();
    let mean = [0.470_779_688_725_060_02, 0.152_463_185_934_196_46, 0.376_757_125_340_743_5];
    d.mean().iter().zip(mean).for_each(|(got, truth)| close("mean", *got, truth, 1e-14));
    let covariance = d.covariance();
    close("variance", covariance[0], 0.098_143_057_961_788_06, 1e-14);
    close("covariance", covariance[1], -0.028_274_053_310_862_147, 1e-14);
    close("last variance", covariance[8], 0.056_465_629_776_858_53, 1e-14);
    close("entropy", d.entropy().unwrap(), -1.661_300_479_830_336_4, 1e-13);
}

#[test]
fn mistakes_name_field_and_place() {
    let says = |result: Result<(), Error>, words: &str| {
        let message = result.expect_err(words).to_string();
        assert!(message.contains(words), "{message:?} does not say {words:?}");
    };
    let mean = [0.0, 0.0];
    says(MultivariateNormal::new(&mean, &[1.0, 0.5, 0.4, 1.0]).map(drop), "covariance is 0.4 at row 1, column 0");
    says(MultivariateNormal::new(&mean, &[1.0, 2.0, 2.0, 1.0]).map(drop), "pivot 1 (row 1)");
    says(MultivariateNormal::new(&[f64::NAN, 0.0], &[1.0, 0.0, 0.0, 1.0]).map(drop), "mean is NaN");
    says(MultivariateNormal::new(&mean, &[1.0]).map(drop), "1 numbers, expected 2 rows of 2");
    says(MultivariateNormal::from_cholesky(&mean, &[1.0, 1.0, 0.0, 1.0]).map(drop), "lower triangular");
    says(LowRankNormal::new(&mean, &[1.0, 1.0], &[1.0, 0.0]).map(drop), "diagonal is 0");
    says(MultivariateStudentT::new(0.0, &mean, &[1.0, 0.0, 0.0, 1.0]).map(drop), "df is 0");
    says(Wishart::new(1.0, &[1.0, 0.0, 0.0, 1.0]).map(drop), "df is 1, expected a finite number above 1");
    says(InverseWishart::new(3.0, &[1.0, 0.0, 0.0]).map(drop), "3 numbers");
    says(Dirichlet::new(&[1.0]).map(drop), "two numbers at least");
    says(Multinomial::new(2.0, &[0.5, 0.6]).map(drop), "probabilities is of sum 1.1");
    says(Multinomial::new(1e17, &[0.5, 0.5]).map(drop), "n is 1");
    says(OneHotCategorical::new(&[1.5, -0.5]).map(drop), "-0.5 at place 1");
    says(OneHotCategorical::from_logits(&[f64::INFINITY, 0.0]).map(drop), "logits");
    says(MultivariateHypergeometric::new(&[2.0, 3.0], 6.0).map(drop), "n is 6");
    says(Lkj::new(1, 1.0).map(drop), "dimension is 1");
    says(LkjCholesky::new(3, -1.0).map(drop), "eta is -1");
    says(VonMisesFisher::new(&[1.0, 1.0], 1.0).map(drop), "of length 1.41");
    says(LogisticNormal::new(&[0.0], &[1.0, 2.0]).map(drop), "scale is 2 numbers");
    says(MatrixNormal::new(&[0.0; 3], &[1.0, 0.0, 0.0, 1.0], &[1.0]).map(drop), "2 rows of 1");
    says(MultivariateNormal::fit_rows(&[], 2).map(drop), "no values");
    says(MultivariateNormal::fit_rows(&[1.0, 2.0, 3.0], 2).map(drop), "whole rows");
    says(MultivariateNormal::fit_rows(&[1.0, 2.0, 1.0, 2.0], 2).map(drop), "pivot 0");
    says(Dirichlet::fit_rows(&[0.5, 0.5, 0.0, 1.0], 2).map(drop), "value 2 is 0");
    says(Dirichlet::fit_rows(&[0.5, 0.5, 0.5, 0.5], 2).map(drop), "alike");
    says(Multinomial::fit_rows(&[1.0, 2.0, 2.0, 2.0], 2).map(drop), "row 1 of sum 4");
}
