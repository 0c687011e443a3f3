//! Data and a family, or a function, as one object.

use super::Matrix;
use super::differences;
use super::model::{FamilyModel, Fitted, Function, FunctionModel, Model};
use crate::data;
use crate::optimize::Constraint;
use crate::{Error, Fit, Parametric};
use std::borrow::Cow;
use std::fmt::{Debug, Formatter, Result as Written};
use std::sync::Arc;

/// The likelihood of parameters, given data: L(θ) = ∏ f(xᵢ; θ)^wᵢ.
///
/// Values of parameters are passed in the order of [`names`](Self::names): that of the family's constructor, without those
/// that are [held](Self::hold).
///
/// # Examples
///
/// ```
/// use genai_prob::{continuous::Exponential, likelihood::Likelihood};
///
/// let waits = [3.0, 5.0, 7.0, 18.0, 43.0, 85.0, 91.0, 98.0, 100.0, 130.0, 230.0, 487.0]; // hours between repairs
/// let likelihood = Likelihood::of::<Exponential>(&waits)?;
/// let best = likelihood.maximize()?;
/// approx::assert_relative_eq!(best.get("rate")?, 12.0 / 1297.0, max_relative = 1e-14);
/// approx::assert_relative_eq!(best.standard_errors()?[0], 12f64.sqrt() / 1297.0, max_relative = 1e-9);
/// let (low, high) = likelihood.profile(&best, "rate", 0.95)?;
/// assert!(low < best.values()[0] && best.values()[0] < high);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone)]
pub struct Likelihood<'a> {
    pub(crate) title: &'static str,
    pub(crate) slots: Vec<Slot>,
    pub(crate) model: Arc<dyn Model + 'a>,
    pub(crate) prior: Option<Function<'a>>,
    pub(crate) start: Option<Vec<f64>>,
}

/// A group of parameters: one number, or a simplex.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) name: String,
    /// `None` for whole numbers, which must be held.
    pub(crate) constraint: Option<Constraint>,
    pub(crate) held: Option<f64>,
}

impl<'a> Likelihood<'a> {
    /// Of data under a family that knows its maximum.
    ///
    /// # Errors
    ///
    /// If there are no data, or one is not finite or outside every member's support.
    pub fn of<D: Parametric + Fit + 'a>(data: &'a [f64]) -> Result<Self, Error> {
        Self::weighted::<D>(data, &[])
    }

    /// Of data that count as often as their weights say; no weights are weights of 1.
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of), or if a weight is negative, all are 0, or there are more or fewer than values.
    pub fn weighted<D: Parametric + Fit + 'a>(data: &'a [f64], weights: &'a [f64]) -> Result<Self, Error> {
        Self::family::<D>(data, weights, Some(D::fit_weighted))
    }

    /// Of data under any family: the maximum is searched for, whether or not the family knows it. Parameters that are whole
    /// numbers must be [held](Self::hold).
    ///
    /// # Errors
    ///
    /// As [`weighted`](Self::weighted).
    pub fn numeric<D: Parametric + 'a>(data: &'a [f64], weights: &'a [f64]) -> Result<Self, Error> {
        Self::family::<D>(data, weights, None)
    }

    fn family<D: Parametric + 'a>(data: &'a [f64], weights: &'a [f64], fit: Option<Fitted<D>>) -> Result<Self, Error> {
        let weights = if weights.is_empty() { Cow::Owned(vec![1.0; data.len()]) } else { Cow::Borrowed(weights) };
        let everywhere = crate::Support::reals(f64::NEG_INFINITY, f64::INFINITY);
        let total = data::checked(D::NAME, data, &weights, everywhere)?;
        let slot = |parameter: &crate::Parameter| Slot {
            name: parameter.name.into(),
            constraint: Constraint::of(parameter.domain),
            held: None,
        };
        let model = Arc::new(FamilyModel { data: Cow::Borrowed(data), weights, total, fit });
        let slots = D::PARAMETERS.iter().map(slot).collect();
        Ok(Self { title: D::NAME, slots, model, prior: None, start: None })
    }

    /// A log-likelihood as a function of named parameters; `observations` is the number of data that stand behind it. A
    /// simplex of n numbers takes n values, named `name[0]`, `name[1]`, ….
    ///
    /// The score is taken by differences of fourth order, with steps that suit parameters which matter on a scale of their
    /// own size (or of 1); give the exact one with [`with_score`](Self::with_score).
    pub fn from_fn(
        domain: &[(&str, Constraint)],
        observations: f64,
        ln_likelihood: impl Fn(&[f64]) -> f64 + Send + Sync + 'a,
    ) -> Self {
        Self::function(domain, observations, Arc::new(ln_likelihood), None)
    }

    /// The same with the exact slope by each parameter.
    pub fn with_score(
        domain: &[(&str, Constraint)],
        observations: f64,
        ln_likelihood: impl Fn(&[f64]) -> f64 + Send + Sync + 'a,
        score: impl Fn(&[f64]) -> Vec<f64> + Send + Sync + 'a,
    ) -> Self {
        Self::function(domain, observations, Arc::new(ln_likelihood), Some(Arc::new(score)))
    }

    fn function(
        domain: &[(&str, Constraint)],
        observations: f64,
        value: Function<'a>,
        score: Option<super::model::Slope<'a>>,
    ) -> Self {
        let slot = |(name, constraint): &(&str, Constraint)| Slot {
            name: (*name).into(),
            constraint: Some(*constraint),
            held: None,
        };
        let constraints = domain.iter().map(|(_, constraint)| *constraint).collect();
        let model = Arc::new(FunctionModel { domain: constraints, observations, value, score });
        Self { title: "likelihood", slots: domain.iter().map(slot).collect(), model, prior: None, start: None }
    }

    /// The same with one parameter fixed.
    ///
    /// # Errors
    ///
    /// If no parameter has this name, or the value lies outside its domain.
    pub fn hold(mut self, name: &str, value: f64) -> Result<Self, Error> {
        let (title, slot) = (self.title, self.slots.iter_mut().find(|slot| slot.name == name));
        let slot = slot.ok_or_else(|| Error::data(title, format!("parameter {name:?}"), "the name of a parameter"))?;
        if !slot.constraint.is_none_or(|c| c.holds(&[value])) {
            return Err(Error::data(title, format!("{name} held at {value}"), "a value inside its domain"));
        }
        slot.held = Some(value);
        self.start = None;
        Ok(self)
    }

    /// The same, searched from these values.
    pub fn start(mut self, values: &[f64]) -> Self {
        self.start = Some(values.to_vec());
        self
    }

    /// The names of the parameters that are not held, one a number.
    pub fn names(&self) -> Vec<String> {
        let of = |slot: &Slot| match slot.constraint {
            Some(Constraint::Simplex(n)) => (0..n).map(|i| format!("{}[{i}]", slot.name)).collect(),
            _ => vec![slot.name.clone()],
        };
        self.slots.iter().filter(|slot| slot.held.is_none()).flat_map(of).collect()
    }

    /// The number of observations: the sum of the weights.
    pub fn observations(&self) -> f64 {
        self.model.observations()
    }

    /// ln L(θ), and the logarithm of the prior if there is one; −∞ outside the domain.
    ///
    /// # Panics
    ///
    /// If there are more or fewer values than parameters.
    #[track_caller]
    pub fn ln_likelihood(&self, theta: &[f64]) -> f64 {
        let all = self.all(theta);
        let prior = self.prior.as_ref().map_or(0.0, |prior| prior(&all));
        if prior == f64::NEG_INFINITY { prior } else { self.model.value(&all) + prior }
    }

    /// ∂ ln L / ∂θ: exact for families.
    ///
    /// # Panics
    ///
    /// As [`ln_likelihood`](Self::ln_likelihood).
    #[track_caller]
    pub fn score(&self, theta: &[f64]) -> Vec<f64> {
        let all = self.all(theta);
        let mut score = self.model.score(&all);
        if let Some(prior) = &self.prior {
            let slope = differences::gradient(&self.constraints(true), &all, |all| prior(all));
            score.iter_mut().zip(slope).for_each(|(s, slope)| *s += slope);
        }
        let held = self.slots.iter().flat_map(|slot| vec![slot.held.is_some(); slot.numbers()]);
        score.into_iter().zip(held).filter(|(_, held)| !held).map(|(s, _)| s).collect()
    }

    /// −∂² ln L / ∂θ²: how sharply the likelihood falls, from differences of the score.
    ///
    /// # Panics
    ///
    /// As [`ln_likelihood`](Self::ln_likelihood).
    #[track_caller]
    pub fn observed_information(&self, theta: &[f64]) -> Matrix {
        differences::information(&self.constraints(false), theta, self.observations(), |theta| self.score(theta))
    }

    /// E(−∂² ln L / ∂θ²) under the family at θ: observations × Fisher information.
    ///
    /// # Errors
    ///
    /// If the likelihood is a function, θ is outside the domain, or the information does not exist.
    ///
    /// # Panics
    ///
    /// As [`ln_likelihood`](Self::ln_likelihood).
    #[track_caller]
    pub fn expected_information(&self, theta: &[f64]) -> Result<Matrix, Error> {
        let whole = self.model.expected_information(&self.all(theta))?;
        let free: Vec<usize> = (0..self.slots.len()).filter(|i| self.slots[*i].held.is_none()).collect();
        let mut information = Matrix::zeros(free.len());
        for (i, from) in free.iter().enumerate() {
            free.iter().enumerate().for_each(|(j, to)| information[(i, j)] = whole[(*from, *to)]);
        }
        Ok(information)
    }

    /// The constraints of all parameters, or of those not held.
    pub(crate) fn constraints(&self, held: bool) -> Vec<Constraint> {
        let slots = self.slots.iter().filter(|slot| held || slot.held.is_none());
        slots.map(|slot| slot.constraint.unwrap_or(Constraint::Free)).collect()
    }

    /// The values of all parameters from those that are not held.
    #[track_caller]
    pub(crate) fn all(&self, theta: &[f64]) -> Vec<f64> {
        let expected: usize = self.slots.iter().filter(|slot| slot.held.is_none()).map(Slot::numbers).sum();
        assert_eq!(
            theta.len(),
            expected,
            "{}: {} values for the parameters {:?}",
            self.title,
            theta.len(),
            self.names()
        );
        let mut free = theta.iter().copied();
        let of = |slot: &Slot| match slot.held {
            Some(value) => vec![value],
            None => free.by_ref().take(slot.numbers()).collect(),
        };
        self.slots.iter().flat_map(of).collect()
    }
}

impl Slot {
    /// How many values it stands for.
    pub(crate) fn numbers(&self) -> usize {
        self.constraint.map_or(1, Constraint::numbers)
    }
}

impl Debug for Likelihood<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let mut shown = f.debug_struct("Likelihood");
        shown.field("of", &self.title).field("parameters", &self.names());
        shown.field("observations", &self.observations()).finish_non_exhaustive()
    }
}
