//! Distributions go to statrs and come back.
#![cfg(test)]
#![cfg(feature = "statrs")]

use genai_prob::{Parametric, continuous, discrete};
use statrs::distribution as peer;
use statrs::distribution::{Continuous, Discrete};
use std::fmt::Debug;

/// There and back, to the last digit but where 1 − p is taken.
fn there_and_back<D, P>(parameters: &[f64]) -> (D, P)
where
    D: Parametric + Clone + TryFrom<P> + Debug,
    P: TryFrom<D> + Clone,
    <D as TryFrom<P>>::Error: Debug,
    <P as TryFrom<D>>::Error: Debug,
{
    let ours = D::from_parameters(parameters).unwrap();
    let theirs = P::try_from(ours.clone()).unwrap();
    let again = D::try_from(theirs.clone()).unwrap();
    for (back, parameter) in again.parameters().iter().zip(parameters) {
        approx::assert_relative_eq!(*back, *parameter, max_relative = 1e-15);
    }
    (ours, theirs)
}

/// The same density at central places.
fn density<D, P>(parameters: &[f64])
where
    D: Parametric + Clone + TryFrom<P> + Debug,
    P: TryFrom<D> + Clone + Continuous<f64, f64>,
    <D as TryFrom<P>>::Error: Debug,
    <P as TryFrom<D>>::Error: Debug,
{
    let (ours, theirs) = there_and_back::<D, P>(parameters);
    for x in [0.2, 0.5, 0.7].map(|p| ours.quantile(p)) {
        approx::assert_relative_eq!(ours.prob(x), theirs.pdf(x), max_relative = 1e-9);
    }
}

fn mass<D, P>(parameters: &[f64])
where
    D: Parametric + Clone + TryFrom<P> + Debug,
    P: TryFrom<D> + Clone + Discrete<u64, f64>,
    <D as TryFrom<P>>::Error: Debug,
    <P as TryFrom<D>>::Error: Debug,
{
    let (ours, theirs) = there_and_back::<D, P>(parameters);
    for x in [0.2, 0.5, 0.7].map(|p| ours.quantile(p)) {
        approx::assert_relative_eq!(ours.prob(x), theirs.pmf(x as u64), max_relative = 1e-9);
    }
}

#[test]
fn densities_are_the_same() {
    density::<continuous::Normal, peer::Normal>(&[1.0, 2.0]);
    density::<continuous::LogNormal, peer::LogNormal>(&[0.3, 0.7]);
    density::<continuous::Uniform, peer::Uniform>(&[-1.0, 3.0]);
    density::<continuous::Exponential, peer::Exp>(&[0.4]);
    density::<continuous::Gamma, peer::Gamma>(&[2.5, 1.3]);
    density::<continuous::Erlang, peer::Erlang>(&[3.0, 0.5]);
    density::<continuous::InverseGamma, peer::InverseGamma>(&[3.0, 2.0]);
    density::<continuous::ChiSquared, peer::ChiSquared>(&[5.0]);
    density::<continuous::Beta, peer::Beta>(&[2.0, 5.0]);
    density::<continuous::FisherF, peer::FisherSnedecor>(&[5.0, 8.0]);
    density::<continuous::StudentT, peer::StudentsT>(&[4.0, 1.0, 2.0]);
    density::<continuous::Cauchy, peer::Cauchy>(&[0.5, 1.5]);
    density::<continuous::Laplace, peer::Laplace>(&[1.0, 0.5]);
    density::<continuous::Gumbel, peer::Gumbel>(&[1.0, 0.5]);
    density::<continuous::Weibull, peer::Weibull>(&[1.5, 2.0]);
    density::<continuous::Pareto, peer::Pareto>(&[3.0, 2.0]);
    density::<continuous::Triangular, peer::Triangular>(&[0.0, 5.0, 2.0]);
    density::<continuous::Levy, peer::Levy>(&[2.0]);
}

#[test]
fn masses_are_the_same() {
    mass::<discrete::Bernoulli, peer::Bernoulli>(&[0.3]);
    mass::<discrete::Binomial, peer::Binomial>(&[10.0, 0.3]);
    mass::<discrete::Poisson, peer::Poisson>(&[3.0]);
    mass::<discrete::Hypergeometric, peer::Hypergeometric>(&[20.0, 7.0, 12.0]);
    mass::<discrete::NegativeBinomial, peer::NegativeBinomial>(&[2.5, 0.3]);
    there_and_back::<discrete::DiscreteUniform, peer::DiscreteUniform>(&[-7.0, 900.0]);
}

#[test]
fn what_the_other_crate_does_not_know_is_refused() {
    let shifted = peer::Levy::new(1.0, 2.0).unwrap();
    assert!(continuous::Levy::try_from(shifted).unwrap_err().to_string().contains("from 0 on"));
    let huge = peer::DiscreteUniform::new(0, i64::MAX).unwrap();
    assert!(discrete::DiscreteUniform::try_from(huge).unwrap_err().to_string().contains("2^53"));
    let point = peer::Gamma::new(f64::INFINITY, 1.0);
    assert!(point.map_or(true, |d| continuous::Gamma::try_from(d).is_err()));
}
