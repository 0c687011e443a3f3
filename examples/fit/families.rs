//! The families that are tried.

use genai_models::prob::continuous::{
    Beta, Cauchy, Exponential, Gamma, Gumbel, Laplace, LogNormal, Logistic, Normal, Weibull,
};
use genai_models::prob::discrete::{Geometric, NegativeBinomial, Poisson};
use genai_models::prob::goodness::kolmogorov_smirnov;
use genai_models::prob::likelihood::Likelihood;
use genai_models::prob::{Error, Fit, Parametric};

/// A family and how well it fits.
pub(crate) struct Row {
    pub(crate) family: &'static str,
    pub(crate) aic: f64,
    pub(crate) distance: f64,
    pub(crate) p_value: f64,
    pub(crate) estimates: String,
}

/// How a family is fitted.
type Fitter = fn(&[f64]) -> Result<Row, Error>;

/// The families that can explain the data, and why others cannot. Masses are tried on whole numbers only; there a density
/// counts as the mass of a unit.
pub(crate) fn candidates(data: &[f64]) -> (Vec<Row>, Vec<String>) {
    let whole: [Fitter; 3] = [row::<Poisson>, row::<Geometric>, row::<NegativeBinomial>];
    let real: [Fitter; 10] = [
        row::<Normal>,
        row::<Laplace>,
        row::<Logistic>,
        row::<Cauchy>,
        row::<Gumbel>,
        row::<Exponential>,
        row::<Gamma>,
        row::<LogNormal>,
        row::<Weibull>,
        row::<Beta>,
    ];
    let counts = data.iter().all(|x| *x >= 0.0 && x.fract() == 0.0);
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    for family in real.into_iter().chain(whole.into_iter().filter(|_| counts)) {
        match family(data) {
            Ok(row) => rows.push(row),
            Err(error) => refused.push(error.to_string()),
        }
    }
    (rows, refused)
}

fn row<D: Parametric + Fit>(data: &[f64]) -> Result<Row, Error> {
    let best = Likelihood::of::<D>(data)?.maximize()?;
    let test = kolmogorov_smirnov(data, &D::from_parameters(best.values())?)?;
    let errors = best.standard_errors().ok();
    let estimate = |(i, name): (usize, &String)| match &errors {
        Some(errors) => format!("{name} = {:.4} ± {:.4}", best.values()[i], errors[i]),
        None => format!("{name} = {:.4}", best.values()[i]),
    };
    let estimates = best.names().iter().enumerate().map(estimate).collect::<Vec<_>>().join(", ");
    Ok(Row { family: D::NAME, aic: best.aic(), distance: test.statistic, p_value: test.p_value, estimates })
}
