//! A second opinion at central places, where statrs is right.

use crate::families::families;
use statrs::distribution as peer;
use statrs::distribution::{Continuous, ContinuousCDF, Discrete, DiscreteCDF};

/// prob and cdf at a place.
type Opinion = Box<dyn Fn(f64) -> (f64, f64)>;

fn density<D: Continuous<f64, f64> + ContinuousCDF<f64, f64> + 'static, E: std::fmt::Debug>(
    d: Result<D, E>,
) -> Opinion {
    let d = d.expect("parameters that statrs takes");
    Box::new(move |x| (d.pdf(x), d.cdf(x)))
}

fn mass<D: Discrete<u64, f64> + DiscreteCDF<u64, f64> + 'static, E: std::fmt::Debug>(d: Result<D, E>) -> Opinion {
    let d = d.expect("parameters that statrs takes");
    Box::new(move |k| (d.pmf(k as u64), d.cdf(k as u64)))
}

/// The name of the reference values, our parameters, and what statrs thinks.
fn opinions() -> Vec<(&'static str, Vec<f64>, Opinion)> {
    vec![
        ("normal", vec![1.0, 2.0], density(peer::Normal::new(1.0, 2.0))),
        ("lognormal", vec![0.3, 0.7], density(peer::LogNormal::new(0.3, 0.7))),
        ("exponential", vec![0.4], density(peer::Exp::new(0.4))),
        ("uniform", vec![-1.0, 3.0], density(peer::Uniform::new(-1.0, 3.0))),
        ("gamma", vec![2.5, 1.3], density(peer::Gamma::new(2.5, 1.3))),
        ("inverse_gamma", vec![3.0, 2.0], density(peer::InverseGamma::new(3.0, 2.0))),
        ("chi2", vec![5.0], density(peer::ChiSquared::new(5.0))),
        ("beta", vec![2.0, 5.0], density(peer::Beta::new(2.0, 5.0))),
        ("student_t", vec![4.0, 1.0, 2.0], density(peer::StudentsT::new(1.0, 2.0, 4.0))),
        ("cauchy", vec![0.5, 1.5], density(peer::Cauchy::new(0.5, 1.5))),
        ("laplace", vec![1.0, 0.5], density(peer::Laplace::new(1.0, 0.5))),
        ("gumbel", vec![1.0, 0.5], density(peer::Gumbel::new(1.0, 0.5))),
        ("weibull", vec![1.5, 2.0], density(peer::Weibull::new(1.5, 2.0))),
        ("pareto", vec![3.0, 2.0], density(peer::Pareto::new(2.0, 3.0))),
        ("fisher_f", vec![5.0, 8.0], density(peer::FisherSnedecor::new(5.0, 8.0))),
        ("triangular", vec![0.0, 5.0, 2.0], density(peer::Triangular::new(0.0, 5.0, 2.0))),
        ("erlang", vec![3.0, 0.5], density(peer::Erlang::new(3, 0.5))),
        ("levy", vec![2.0], density(peer::Levy::new(0.0, 2.0))),
        ("bernoulli", vec![0.3], mass(peer::Bernoulli::new(0.3))),
        ("binomial", vec![10.0, 0.3], mass(peer::Binomial::new(0.3, 10))),
        ("poisson", vec![3.0], mass(peer::Poisson::new(3.0))),
        ("hypergeometric", vec![20.0, 7.0, 12.0], mass(peer::Hypergeometric::new(20, 7, 12))),
    ]
}

#[test]
fn statrs_agrees_at_central_places() {
    let (families, mut compared) = (families(), 0);
    for (name, parameters, opinion) in opinions() {
        let Some(family) = families.iter().find(|family| family.name == name) else { continue };
        let d = (family.build)(&parameters).unwrap();
        for p in [0.1, 0.25, 0.4, 0.6, 0.75, 0.9] {
            let x = d.quantile(p);
            let (prob, cdf) = opinion(x);
            approx::assert_relative_eq!(d.prob(x), prob, max_relative = 1e-9);
            approx::assert_relative_eq!(d.cdf(x), cdf, max_relative = 1e-9);
            compared += 1;
        }
    }
    assert!(compared > 0, "statrs and the registry share no family");
}
