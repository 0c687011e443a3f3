//! The best parameters, how sure they are, and how models compare.

use super::Matrix;
use crate::Error;
use crate::goodness::Test;
use crate::optimize::Constraint;
use crate::special;
use std::fmt::{Display, Formatter, Result as Written};

/// The parameters that maximise a likelihood.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    pub(crate) title: &'static str,
    pub(crate) names: Vec<String>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) values: Vec<f64>,
    pub(crate) free: usize,
    pub(crate) ln_likelihood: f64,
    pub(crate) observations: f64,
    pub(crate) covariance: Option<Matrix>,
}

impl Estimate {
    /// The names of the parameters.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Their values, in that order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value of the parameter of this name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn get(&self, name: &str) -> Result<f64, Error> {
        Ok(self.values[self.place(name)?])
    }

    /// ln L at the maximum, with the logarithm of the prior if there was one.
    pub fn ln_likelihood(&self) -> f64 {
        self.ln_likelihood
    }

    /// The number of observations.
    pub fn observations(&self) -> f64 {
        self.observations
    }

    /// The inverse of the observed information at the maximum: the covariance of the estimate over many such data sets.
    ///
    /// # Errors
    ///
    /// If the information is not positive definite: the maximum lies at an end of the domain, where the likelihood does
    /// not fall like a bell, or a parameter makes no difference.
    pub fn covariance(&self) -> Result<&Matrix, Error> {
        self.covariance.as_ref().ok_or_else(|| {
            let found = format!("information that is not positive definite at {:?}", self.values);
            Error::data(self.title, found, "a maximum inside the domain, where every parameter matters")
        })
    }

    /// The square roots of the covariance's diagonal.
    ///
    /// # Errors
    ///
    /// As [`covariance`](Self::covariance).
    pub fn standard_errors(&self) -> Result<Vec<f64>, Error> {
        Ok(self.covariance()?.diagonal().iter().map(|v| v.sqrt()).collect())
    }

    /// Wald's interval, θ̂ ± z · standard error, cut at the ends of the parameter's domain.
    ///
    /// # Errors
    ///
    /// As [`covariance`](Self::covariance); if no parameter has the name, or the level is not between 0 and 1.
    pub fn wald(&self, name: &str, level: f64) -> Result<(f64, f64), Error> {
        let (i, z) = (self.place(name)?, two_sided(level)?);
        let reach = z * self.standard_errors()?[i];
        let (lower, upper) = self.constraints[i].ends();
        Ok(((self.values[i] - reach).max(lower), (self.values[i] + reach).min(upper)))
    }

    /// Akaike's criterion, 2k − 2 ln L; the smaller, the better.
    pub fn aic(&self) -> f64 {
        2.0 * self.free as f64 - 2.0 * self.ln_likelihood
    }

    /// Akaike's criterion for small samples, AIC + 2k(k + 1)/(n − k − 1); ∞ where n ≤ k + 1.
    pub fn aicc(&self) -> f64 {
        let (k, n) = (self.free as f64, self.observations);
        if n <= k + 1.0 { f64::INFINITY } else { self.aic() + 2.0 * k * (k + 1.0) / (n - k - 1.0) }
    }

    /// Schwarz's criterion, k ln n − 2 ln L.
    pub fn bic(&self) -> f64 {
        self.free as f64 * self.observations.ln() - 2.0 * self.ln_likelihood
    }

    /// Whether the data reject the `restricted` model, this one with some parameters held: 2 (ln L − ln L₀) is χ² with as
    /// many degrees of freedom as parameters were held, if the restriction is true and the data are many.
    ///
    /// Source: Wilks 1938, *The large-sample distribution of the likelihood ratio*.
    ///
    /// # Errors
    ///
    /// If the other has no fewer parameters, another number of observations, or a larger likelihood.
    pub fn ratio_test(&self, restricted: &Self) -> Result<Test, Error> {
        let gain = self.ln_likelihood - restricted.ln_likelihood;
        let noise = 1e-9 * self.ln_likelihood.abs().max(1.0);
        if restricted.free >= self.free
            || restricted.observations != self.observations
            || gain.is_nan()
            || gain < -noise
        {
            let found = format!(
                "{} parameters, {} observations, ln L = {} against {}, {}, {}",
                restricted.free,
                restricted.observations,
                restricted.ln_likelihood,
                self.free,
                self.observations,
                self.ln_likelihood
            );
            return Err(Error::data("ratio_test", found, "the same data under a special case of the model"));
        }
        let statistic = 2.0 * gain.max(0.0);
        let degrees = (self.free - restricted.free) as f64;
        Ok(Test { statistic, p_value: special::gamma_q(0.5 * degrees, 0.5 * statistic), degrees: Some(degrees) })
    }

    pub(crate) fn place(&self, name: &str) -> Result<usize, Error> {
        let found = || format!("parameter {name:?}, known are {:?}", self.names);
        self.names
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| Error::data(self.title, found(), "the name of a parameter"))
    }
}

/// The normal quantile that leaves (1 − level)/2 on each side.
pub(crate) fn two_sided(level: f64) -> Result<f64, Error> {
    if 0.0 < level && level < 1.0 {
        Ok(-special::ndtri(0.5 * (1.0 - level)))
    } else {
        Err(Error::data("interval", format!("level {level}"), "a level between 0 and 1"))
    }
}

impl Display for Estimate {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "{}(", self.title)?;
        let errors = self.standard_errors().ok();
        for (i, (name, value)) in self.names.iter().zip(&self.values).enumerate() {
            write!(f, "{}{name} = {value:.6}", if i > 0 { ", " } else { "" })?;
            if let Some(errors) = &errors {
                write!(f, " ± {:.6}", errors[i])?;
            }
        }
        write!(f, "), ln L = {:.6}", self.ln_likelihood)
    }
}
