//! Every family of one number: a row each, under the name of the reference values, with members to try.
#![allow(dead_code, reason = "each test reads some of it")]

use genai_core::random::Key;
use genai_prob::{Error, Fit, Parameter, Parametric, Univariate, continuous, discrete};
use rand::Rng;
use rand::distr::Distribution;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A member, or what is wrong with its parameters.
pub(crate) type Built = Result<Box<dyn Univariate>, Error>;
/// The parameters that make data most likely, each value counted by its weight.
pub(crate) type FitOf = fn(&[f64], &[f64]) -> Result<Vec<f64>, Error>;

/// A family.
pub(crate) struct Family {
    /// Its name in the reference values.
    pub(crate) name: &'static str,
    /// Names and domains of its parameters.
    pub(crate) parameters: &'static [Parameter],
    /// Parameters to try; the laws run on each.
    pub(crate) members: &'static [&'static [f64]],
    /// The member with these parameters.
    pub(crate) build: fn(&[f64]) -> Built,
    /// The gradient of the log-density by the parameters.
    pub(crate) score: fn(&[f64], f64, &mut [f64]),
    /// To JSON.
    pub(crate) to_json: fn(&[f64]) -> String,
    /// And back.
    pub(crate) from_json: fn(&str) -> serde_json::Result<Box<dyn Univariate>>,
    /// Draws through `rand`'s trait.
    pub(crate) draw: fn(&[f64], Key, usize) -> Vec<f64>,
    /// The parameters that fit data best.
    pub(crate) fit: Option<FitOf>,
}

fn family<D>(name: &'static str, members: &'static [&'static [f64]]) -> Family
where
    D: Parametric + Distribution<f64> + Serialize + DeserializeOwned + 'static,
{
    Family {
        name,
        parameters: D::PARAMETERS,
        members,
        build: |values| Ok(Box::new(D::from_parameters(values)?)),
        score: |values, x, out| D::from_parameters(values).unwrap().score(x, out),
        to_json: |values| serde_json::to_string(&D::from_parameters(values).unwrap()).unwrap(),
        from_json: |json| Ok(Box::new(serde_json::from_str::<D>(json)?)),
        draw: |values, key, n| key.stream().sample_iter(D::from_parameters(values).unwrap()).take(n).collect(),
        fit: None,
    }
}

/// The same with its fit.
fn fitted<D>(name: &'static str, members: &'static [&'static [f64]]) -> Family
where
    D: Fit + Parametric + Distribution<f64> + Serialize + DeserializeOwned + 'static,
{
    let fit: FitOf = |data, weights| Ok(D::fit_weighted(data, weights)?.parameters());
    Family { fit: Some(fit), ..family::<D>(name, members) }
}

/// All of them.
pub(crate) fn families() -> Vec<Family> {
    vec![
        fitted::<continuous::Beta>("beta", &[&[0.5, 0.5], &[2.0, 5.0], &[80.0, 3.0], &[1e6, 2e6]]),
        fitted::<continuous::ChiSquared>("chi2", &[&[1.0], &[5.0], &[4e4]]),
        fitted::<continuous::Erlang>("erlang", &[&[1.0, 3.0], &[4.0, 2.0], &[700.0, 1e-3]]),
        fitted::<continuous::Exponential>("exponential", &[&[1.0], &[0.05], &[3e7]]),
        fitted::<continuous::FisherF>("fisher_f", &[&[5.0, 8.0], &[1.0, 20.0], &[3000.0, 500.0]]),
        fitted::<continuous::Gamma>("gamma", &[&[0.5, 1.0], &[3.0, 2.0], &[120.0, 0.5], &[1e7, 1e3]]),
        fitted::<continuous::InverseGamma>("inverse_gamma", &[&[0.7, 1.0], &[3.0, 2.0], &[500.0, 20.0]]),
        fitted::<continuous::Maxwell>("maxwell", &[&[2.0], &[1e-6]]),
        fitted::<continuous::StudentT>("student_t", &[&[1.0, 0.0, 1.0], &[4.0, 1.0, 2.0], &[30.0, -5.0, 1e3]]),
        fitted::<discrete::Binomial>("binomial", &[&[10.0, 0.3], &[1000.0, 0.01], &[1e9, 0.5], &[25.0, 0.9]]),
        fitted::<continuous::Normal>("normal", &[&[0.0, 1.0], &[100.0, 15.0], &[-3e9, 1.0], &[1e10, 1e10]]),
        fitted::<continuous::LogNormal>("lognormal", &[&[0.0, 1.0], &[1.0, 0.25], &[-20.0, 1e-8], &[3.0, 5.0]]),
        fitted::<continuous::HalfNormal>("halfnormal", &[&[1.0], &[1e-8], &[1e10]]),
        fitted::<continuous::Uniform>("uniform", &[&[0.0, 1.0], &[-3.0, 5.0], &[1e10, 2e10]]),
        fitted::<continuous::Laplace>("laplace", &[&[0.0, 1.0], &[3.0, 0.2], &[-1e5, 1e10]]),
        fitted::<continuous::Cauchy>("cauchy", &[&[0.0, 1.0], &[2.0, 0.5], &[1e5, 1e10]]),
        fitted::<continuous::HalfCauchy>("half_cauchy", &[&[1.0], &[1e-8], &[1e10]]),
        fitted::<continuous::Logistic>("logistic", &[&[0.0, 1.0], &[2.0, 0.5], &[1e5, 1e10]]),
        fitted::<continuous::LogLogistic>("loglogistic", &[&[2.0, 1.5], &[0.3, 1e-8], &[40.0, 1e10]]),
        fitted::<continuous::Gumbel>("gumbel", &[&[0.0, 1.0], &[1.5, 2.0], &[-1e5, 1e10]]),
        fitted::<continuous::GeneralisedExtremeValue>(
            "gen_extreme_value",
            &[&[0.3, 0.0, 1.0], &[-0.2, 5.0, 2.0], &[0.0, 1.0, 1.0], &[1e-9, -1.0, 1e10]],
        ),
        fitted::<continuous::GeneralisedPareto>(
            "gen_pareto",
            &[&[0.25, 1.0], &[-0.3, 2.0], &[0.0, 1e-8], &[-1e-10, 1e10]],
        ),
        fitted::<continuous::Weibull>("weibull", &[&[1.5, 1.0], &[0.5, 3.0], &[40.0, 1e10], &[1e8, 1e-8]]),
        fitted::<continuous::Pareto>("pareto", &[&[3.0, 1.0], &[0.5, 1e-8], &[1e10, 1e10]]),
        fitted::<continuous::Rayleigh>("rayleigh", &[&[1.5], &[1e-8], &[1e10]]),
        fitted::<continuous::Gompertz>("gompertz", &[&[0.5], &[1e-8], &[1e10]]),
        fitted::<continuous::Kumaraswamy>("kumaraswamy", &[&[2.0, 3.0], &[0.5, 0.8], &[1.0, 1.0], &[1e4, 1e6]]),
        fitted::<continuous::Arcsine>("arcsine", &[&[0.0, 1.0], &[-3.0, 1e-3], &[1e5, 1e10]]),
        fitted::<continuous::Levy>("levy", &[&[1.0], &[1e-8], &[1e10]]),
        fitted::<continuous::Triangular>("triangular", &[&[0.0, 1.0, 0.25], &[-2.0, 3.0, 3.0], &[5.0, 1e10, 5.0]]),
        fitted::<continuous::InverseGaussian>(
            "inverse_gaussian",
            &[&[1.0, 2.0], &[3.0, 0.05], &[1e-3, 1e2], &[5.0, 1e10]],
        ),
        fitted::<continuous::SkewNormal>("skew_normal", &[&[4.0], &[0.0], &[-0.5], &[-1e3]]),
        fitted::<continuous::TruncatedNormal>(
            "truncated_normal",
            &[&[0.0, 1.0, -1.0, 2.0], &[0.0, 1.0, 30.0, 31.0], &[5.0, 2.0, -1e10, -70.0], &[0.0, 1e8, 1.0, 2.0]],
        ),
        family::<continuous::VonMises>("von_mises", &[&[0.0, 1.0], &[0.5, 20.0], &[-2.0, 0.0], &[1.0, 1e10]]),
        fitted::<continuous::ContinuousBernoulli>("continuous_bernoulli", &[&[0.3], &[0.5], &[0.500001], &[1e-8]]),
        fitted::<discrete::Bernoulli>("bernoulli", &[&[0.3], &[1e-9], &[0.9], &[0.0], &[1.0]]),
        fitted::<discrete::DiscreteUniform>(
            "discrete_uniform",
            &[&[1.0, 6.0], &[-1e10, 1e10], &[5.0, 5.0], &[-7.0, 900.0]],
        ),
        fitted::<discrete::Hypergeometric>(
            "hypergeometric",
            &[&[20.0, 7.0, 12.0], &[1e9, 3e8, 1e6], &[5000.0, 20.0, 4990.0], &[9.0, 0.0, 4.0]],
        ),
        fitted::<discrete::BetaBinomial>(
            "beta_binomial",
            &[&[12.0, 2.0, 3.0], &[1e6, 0.3, 0.2], &[40.0, 1e-8, 3.0], &[0.0, 1.0, 1.0]],
        ),
        fitted::<discrete::Skellam>("skellam", &[&[3.0, 2.0], &[2e6, 1e6], &[1e-8, 0.5], &[700.0, 1.0]]),
        fitted::<discrete::Zeta>("zipf_zeta", &[&[2.5], &[8.0], &[1.05], &[40.0]]),
        fitted::<discrete::Zipf>("zipf", &[&[10.0, 1.0], &[5e4, 0.9], &[1e10, 2.0], &[7.0, 0.0], &[300.0, 14.0]]),
        fitted::<discrete::Logarithmic>("logarithmic", &[&[0.6], &[1e-8], &[0.9999], &[0.999999999]]),
        fitted::<discrete::Geometric>("geometric", &[&[0.2], &[1e-6], &[0.97]]),
        fitted::<discrete::NegativeBinomial>("negative_binomial", &[&[4.0, 0.35], &[0.4, 0.9], &[1e6, 0.5]]),
        fitted::<discrete::Poisson>("poisson", &[&[3.0], &[1000.0], &[0.2], &[1e9]]),
    ]
}
