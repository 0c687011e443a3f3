//! The parameters that explain the data best.

use super::model::Model;
use super::{Estimate, Likelihood, Matrix};
use crate::Error;
use crate::optimize::{Constraint, Lbfgs};
use std::sync::Arc;

/// Newton steps after the search.
const POLISH: usize = 20;
/// Starts that are compared, at most.
const STARTS: usize = 512;

impl<'a> Likelihood<'a> {
    /// The parameters of largest likelihood: as the family's `fit` knows them, else by L-BFGS inside the domain, made exact
    /// by Newton's method on the score.
    ///
    /// # Errors
    ///
    /// If a parameter is a whole number and not held, no start has a finite likelihood, or the search does not end.
    pub fn maximize(&self) -> Result<Estimate, Error> {
        let values = self.best()?;
        let covariance = self.covariance(&values);
        Ok(Estimate {
            title: self.title,
            names: self.names(),
            free: self.constraints(false).iter().map(|c| c.free()).sum(),
            constraints: self.constraints(false).iter().flat_map(|c| vec![*c; c.numbers()]).collect(),
            ln_likelihood: self.ln_likelihood(&values),
            observations: self.observations(),
            values,
            covariance,
        })
    }

    /// The values alone.
    pub(crate) fn best(&self) -> Result<Vec<f64>, Error> {
        let plain = self.prior.is_none() && self.slots.iter().all(|slot| slot.held.is_none());
        if let Some(fit) = plain.then(|| self.model.fit()).flatten() {
            return fit;
        }
        if let Some(slot) = self.slots.iter().find(|slot| slot.constraint.is_none() && slot.held.is_none()) {
            let found = format!("{} is a whole number that nobody knows", slot.name);
            return Err(Error::data(self.title, found, "a value to hold it at"));
        }
        let domain = self.constraints(false);
        if domain.is_empty() {
            return Ok(Vec::new());
        }
        let start = self.start.clone().map_or_else(|| self.guess(), Ok)?;
        let share = self.observations().max(1.0).recip();
        let minimum = Lbfgs::default().minimize_within(&domain, &start, |theta, slope| {
            slope.copy_from_slice(&self.score(theta));
            slope.iter_mut().for_each(|s| *s *= -share);
            -share * self.ln_likelihood(theta)
        })?;
        Ok(self.polished(minimum.point))
    }

    /// Newton steps on the score, while they go up and grow shorter.
    fn polished(&self, mut theta: Vec<f64>) -> Vec<f64> {
        if self.constrained_jointly() {
            return theta;
        }
        let mut last = f64::INFINITY;
        for _ in 0..POLISH {
            let Some(inverse) = self.observed_information(&theta).inverse() else { break };
            let step = inverse.times(&self.score(&theta));
            let next: Vec<f64> = theta.iter().zip(&step).map(|(t, s)| t + s).collect();
            let length = step.iter().zip(&inverse.diagonal()).map(|(s, v)| s.abs() / v.sqrt()).fold(0.0, f64::max);
            let inside = self.constraints(false).iter().zip(&next).all(|(c, x)| c.holds(&[*x]));
            if !(inside && length < 0.5 * last) || self.ln_likelihood(&next) < self.worst(&theta) {
                break;
            }
            (theta, last) = (next, length);
        }
        theta
    }

    /// What the likelihood may fall to by rounding.
    fn worst(&self, theta: &[f64]) -> f64 {
        let value = self.ln_likelihood(theta);
        value - 64.0 * f64::EPSILON * value.abs().max(1.0)
    }

    /// The best of the model's guesses.
    fn guess(&self) -> Result<Vec<f64>, Error> {
        let held = self.slots.iter().flat_map(|slot| vec![slot.held.is_some(); slot.numbers()]);
        let guesses: Vec<Vec<f64>> =
            self.model.guesses().into_iter().zip(held).filter(|(_, held)| !held).map(|(guess, _)| guess).collect();
        let count = guesses.iter().map(Vec::len).try_fold(1usize, |n, m| n.checked_mul(m)).unwrap_or(STARTS);
        let mut best = (f64::NEG_INFINITY, Vec::new());
        for mut number in 0..count.min(STARTS) {
            let mut theta = Vec::with_capacity(guesses.len());
            for guess in &guesses {
                theta.push(guess[number % guess.len()]);
                number /= guess.len();
            }
            let value = self.ln_likelihood(&theta);
            if value > best.0 && self.score(&theta).iter().all(|s| s.is_finite()) {
                best = (value, theta);
            }
        }
        if best.1.is_empty() {
            let found = format!("no start with a finite likelihood among {count}");
            return Err(Error::data(self.title, found, "data that some parameters explain, or values to start from"));
        }
        Ok(best.1)
    }

    fn constrained_jointly(&self) -> bool {
        self.constraints(false).iter().any(|c| matches!(c, Constraint::Simplex(_)))
    }

    /// The inverse of the observed information; in a simplex, of that by its free numbers, carried over.
    fn covariance(&self, theta: &[f64]) -> Option<Matrix> {
        if !self.constrained_jointly() {
            return self.observed_information(theta).inverse();
        }
        let domain = self.constraints(false);
        let free: usize = domain.iter().map(|c| c.free()).sum();
        let mut jacobian = vec![vec![0.0; free]; theta.len()]; // ∂θ / ∂t
        let mut t = vec![0.0; free];
        let (mut i, mut j) = (0, 0);
        for c in &domain {
            let x = &theta[i..i + c.numbers()];
            c.free_of(x, &mut t[j..j + c.free()]);
            for row in 0..c.numbers() {
                let unit: Vec<f64> = (0..c.numbers()).map(|k| f64::from(u8::from(k == row))).collect();
                c.slope_of(x, &unit, &mut jacobian[i + row][j..j + c.free()]);
            }
            (i, j) = (i + c.numbers(), j + c.free());
        }
        let inverse = super::differences::information(&vec![Constraint::Free; free], &t, self.observations(), |t| {
            self.free_score(&domain, t)
        })
        .inverse()?;
        let mut covariance = Matrix::zeros(theta.len());
        for a in 0..theta.len() {
            let row = inverse.times(&jacobian[a]);
            (0..theta.len()).for_each(|b| covariance[(a, b)] = row.iter().zip(&jacobian[b]).map(|(x, y)| x * y).sum());
        }
        Some(covariance.symmetric())
    }

    /// The score by free numbers.
    fn free_score(&self, domain: &[Constraint], t: &[f64]) -> Vec<f64> {
        let mut theta = vec![0.0; domain.iter().map(|c| c.numbers()).sum()];
        let (mut i, mut j) = (0, 0);
        for c in domain {
            c.point_of(&t[j..j + c.free()], &mut theta[i..i + c.numbers()]);
            (i, j) = (i + c.numbers(), j + c.free());
        }
        let score = self.score(&theta);
        let mut out = vec![0.0; t.len()];
        (i, j) = (0, 0);
        for c in domain {
            let (numbers, free) = (i..i + c.numbers(), j..j + c.free());
            c.slope_of(&theta[numbers.clone()], &score[numbers], &mut out[free]);
            (i, j) = (i + c.numbers(), j + c.free());
        }
        out
    }

    /// The same likelihood of reweighted data.
    pub(crate) fn reweighted<'b>(&'b self, factors: &[f64], start: &[f64]) -> Likelihood<'b> {
        let model: Arc<dyn Model + 'b> = self.model.reweighted(factors);
        Likelihood {
            title: self.title,
            slots: self.slots.clone(),
            model,
            prior: self.prior.clone().map(|prior| -> super::model::Function<'b> { prior }),
            start: Some(start.to_vec()),
        }
    }
}
