//! Every family of one number: a row each, under the name of the reference values, with members to try.
#![allow(dead_code, reason = "each test reads some of it")]

use genai_prob::{Error, Fit, Parameter, Parametric, Univariate, continuous, discrete};

/// A family.
pub(crate) struct Family {
    /// Its name in the reference values.
    pub(crate) name: &'static str,
    /// Names and domains of its parameters.
    pub(crate) parameters: &'static [Parameter],
    /// Parameters to try; the laws run on each.
    pub(crate) members: &'static [&'static [f64]],
    /// The member with these parameters.
    pub(crate) build: fn(&[f64]) -> Result<Box<dyn Univariate>, Error>,
    /// The gradient of the log-density by the parameters.
    pub(crate) score: fn(&[f64], f64, &mut [f64]),
    /// To JSON and back.
    pub(crate) through_json: fn(&[f64]) -> Box<dyn Univariate>,
    /// The parameters that fit data best.
    pub(crate) fit: Option<fn(&[f64], &[f64]) -> Result<Vec<f64>, Error>>,
}

fn family<D>(name: &'static str, members: &'static [&'static [f64]]) -> Family
where
    D: Parametric + serde::Serialize + serde::de::DeserializeOwned + 'static,
{
    Family {
        name,
        parameters: D::PARAMETERS,
        members,
        build: |values| Ok(Box::new(D::from_parameters(values)?)),
        score: |values, x, out| D::from_parameters(values).unwrap().score(x, out),
        through_json: |values| {
            let json = serde_json::to_string(&D::from_parameters(values).unwrap()).unwrap();
            Box::new(serde_json::from_str::<D>(&json).unwrap())
        },
        fit: None,
    }
}

/// The same with its fit.
fn fitted<D>(name: &'static str, members: &'static [&'static [f64]]) -> Family
where
    D: Fit + Parametric + serde::Serialize + serde::de::DeserializeOwned + 'static,
{
    let fit = |data: &[f64], weights: &[f64]| Ok(D::fit_weighted(data, weights)?.parameters());
    Family { fit: Some(fit), ..family::<D>(name, members) }
}

/// All of them.
pub(crate) fn families() -> Vec<Family> {
    vec![
        fitted::<continuous::Exponential>("exponential", &[&[1.0], &[0.05], &[3e7]]),
        fitted::<discrete::Geometric>("geometric", &[&[0.2], &[1e-6], &[0.97]]),
    ]
}
