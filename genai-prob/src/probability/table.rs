//! Joint, marginal and conditional probabilities of named things.

use super::bayes::check;
use crate::{Error, data};
use std::fmt::{Display, Formatter, Result as Written};

/// The joint probabilities of one or more variables with named outcomes.
///
/// # Examples
///
/// ```
/// use genai_prob::probability::Table;
///
/// let table = Table::new(
///     &[("weather", &["sun", "rain"]), ("umbrella", &["yes", "no"])],
///     &[0.06, 0.54, 0.32, 0.08], // the last variable changes fastest
/// )?;
/// approx::assert_relative_eq!(table.marginal(&["umbrella"])?.probability(&[("umbrella", "yes")])?, 0.38);
/// approx::assert_relative_eq!(table.given("weather", "rain")?.probability(&[("umbrella", "yes")])?, 0.8);
/// approx::assert_relative_eq!(table.given("umbrella", "yes")?.probability(&[("weather", "rain")])?, 0.32 / 0.38);
/// assert!(!table.independent("weather", "umbrella", 1e-6)?);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    variables: Vec<Variable>,
    /// The last variable changes fastest.
    values: Vec<f64>,
}

/// A variable and its outcomes.
#[derive(Clone, Debug, PartialEq)]
struct Variable {
    name: String,
    outcomes: Vec<String>,
}

impl Table {
    /// From probabilities, the last variable changing fastest.
    ///
    /// # Errors
    ///
    /// If a name occurs twice, the number of values is not the product of the numbers of outcomes, one is negative, or they
    /// do not sum to 1 within 10⁻⁹.
    pub fn new(variables: &[(&str, &[&str])], values: &[f64]) -> Result<Self, Error> {
        let variables = variables.iter().map(|(name, outcomes)| Variable {
            name: (*name).into(),
            outcomes: outcomes.iter().map(|outcome| (*outcome).into()).collect(),
        });
        let table = Self { variables: variables.collect(), values: values.to_vec() };
        table.check_names()?;
        let cells: usize = table.variables.iter().map(|v| v.outcomes.len()).product();
        if cells != values.len() {
            return Err(Error::data("Table", format!("{} values for {cells} cells", values.len()), "one for each"));
        }
        check("Table", values)?;
        Ok(table)
    }

    /// From counts: probabilities are shares of the total.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), or if the total is not positive and finite.
    pub fn from_counts(variables: &[(&str, &[&str])], counts: &[f64]) -> Result<Self, Error> {
        let total = data::sum(counts.iter().copied());
        if !(total > 0.0 && total.is_finite()) {
            return Err(Error::data("Table", format!("counts of sum {total}"), "a positive sum"));
        }
        Self::new(variables, &counts.iter().map(|n| n / total).collect::<Vec<_>>())
    }

    fn check_names(&self) -> Result<(), Error> {
        let twice =
            |names: &[&str]| names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)).map(|(i, _)| i);
        let names: Vec<&str> = self.variables.iter().map(|v| v.name.as_str()).collect();
        if let Some(i) = twice(&names) {
            return Err(Error::data("Table", format!("two variables {:?}", names[i]), "names that differ"));
        }
        for variable in &self.variables {
            let outcomes: Vec<&str> = variable.outcomes.iter().map(String::as_str).collect();
            if let Some(i) = twice(&outcomes) {
                let found = format!("two outcomes {:?} of {}", outcomes[i], variable.name);
                return Err(Error::data("Table", found, "names that differ"));
            }
        }
        Ok(())
    }

    /// The probabilities, the last variable changing fastest.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The names of the variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|v| v.name.as_str())
    }

    /// The probability that all of these happen; variables that are not named may be anything.
    ///
    /// # Errors
    ///
    /// If there is no such variable or outcome.
    pub fn probability(&self, event: &[(&str, &str)]) -> Result<f64, Error> {
        let places = event.iter().map(|(name, outcome)| self.place(name, outcome)).collect::<Result<Vec<_>, _>>()?;
        let cells = (0..self.values.len()).filter(|cell| places.iter().all(|(v, o)| self.outcome(*cell, *v) == *o));
        Ok(data::sum(cells.map(|cell| self.values[cell])))
    }

    /// The joint probabilities of some variables: summed over the others.
    ///
    /// # Errors
    ///
    /// If there is no such variable, or it is named twice.
    pub fn marginal(&self, names: &[&str]) -> Result<Self, Error> {
        let kept = names.iter().map(|name| self.variable(name)).collect::<Result<Vec<_>, _>>()?;
        let variables: Vec<Variable> = kept.iter().map(|v| self.variables[*v].clone()).collect();
        let cells = variables.iter().map(|v| v.outcomes.len()).product();
        let mut marginal = Self { variables, values: vec![0.0; cells] };
        marginal.check_names()?;
        for (cell, p) in self.values.iter().enumerate() {
            let place = kept.iter().fold(0, |at, v| at * self.variables[*v].outcomes.len() + self.outcome(cell, *v));
            marginal.values[place] += p;
        }
        Ok(marginal)
    }

    /// The probabilities of the other variables where this one has this outcome.
    ///
    /// # Errors
    ///
    /// If there is no such variable or outcome, or its probability is 0.
    pub fn given(&self, name: &str, outcome: &str) -> Result<Self, Error> {
        let (variable, place) = self.place(name, outcome)?;
        let cells = (0..self.values.len()).filter(|cell| self.outcome(*cell, variable) == place);
        let values: Vec<f64> = cells.map(|cell| self.values[cell]).collect();
        let total = data::sum(values.iter().copied());
        if total <= 0.0 {
            return Err(Error::data("Table", format!("{name} = {outcome} of probability 0"), "what can happen"));
        }
        let mut variables = self.variables.clone();
        variables.remove(variable);
        Ok(Self { variables, values: values.iter().map(|p| p / total).collect() })
    }

    /// Whether every joint probability of two variables is the product of theirs, to within `tolerance`.
    ///
    /// # Errors
    ///
    /// If there is no such variable, or both are the same.
    pub fn independent(&self, a: &str, b: &str, tolerance: f64) -> Result<bool, Error> {
        let (joint, first, second) = (self.marginal(&[a, b])?, self.marginal(&[a])?, self.marginal(&[b])?);
        let columns = second.values.len();
        let apart = |(cell, p): (usize, &f64)| (p - first.values[cell / columns] * second.values[cell % columns]).abs();
        Ok(joint.values.iter().enumerate().map(apart).all(|gap| gap <= tolerance))
    }

    fn variable(&self, name: &str) -> Result<usize, Error> {
        let found = || format!("variable {name:?}, known are {:?}", self.variables().collect::<Vec<_>>());
        self.variables
            .iter()
            .position(|v| v.name == name)
            .ok_or_else(|| Error::data("Table", found(), "the name of a variable"))
    }

    fn place(&self, name: &str, outcome: &str) -> Result<(usize, usize), Error> {
        let variable = self.variable(name)?;
        let outcomes = &self.variables[variable].outcomes;
        let found = || format!("outcome {outcome:?} of {name}, known are {outcomes:?}");
        let place = outcomes.iter().position(|known| known == outcome);
        Ok((variable, place.ok_or_else(|| Error::data("Table", found(), "the name of an outcome"))?))
    }

    /// Which outcome of a variable a cell belongs to.
    fn outcome(&self, cell: usize, variable: usize) -> usize {
        let inner: usize = self.variables[variable + 1..].iter().map(|v| v.outcomes.len()).product();
        cell / inner % self.variables[variable].outcomes.len()
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for (cell, p) in self.values.iter().enumerate() {
            for (v, variable) in self.variables.iter().enumerate() {
                write!(f, "{} = {}  ", variable.name, variable.outcomes[self.outcome(cell, v)])?;
            }
            writeln!(f, "{p:.6}")?;
        }
        Ok(())
    }
}
