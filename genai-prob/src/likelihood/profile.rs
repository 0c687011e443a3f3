//! Intervals from the likelihood itself.

use super::estimate::two_sided;
use super::{Estimate, Likelihood};
use crate::Error;
use crate::optimize::{Constraint, root};
use std::cell::RefCell;

/// How far out an end of an interval is searched, in logarithms or in Wald's reaches; beyond, it is the end of the domain.
const FARTHEST: f64 = 700.0;

impl Likelihood<'_> {
    /// The largest ln L with one parameter held.
    ///
    /// # Errors
    ///
    /// As [`hold`](Self::hold) and [`maximize`](Self::maximize).
    pub fn profile_at(&self, name: &str, value: f64) -> Result<f64, Error> {
        let held = self.clone().hold(name, value)?;
        Ok(held.ln_likelihood(&held.best()?))
    }

    /// The values of a parameter that a likelihood-ratio test does not reject: where the profile, ln L maximised over the
    /// other parameters, is at most z²/2 below its maximum. It needs no symmetry and asks for no scale; an end that is never
    /// reached is the end of the domain.
    ///
    /// Source: Venzon & Moolgavkar 1988, *A method for computing profile-likelihood-based confidence intervals*.
    ///
    /// # Errors
    ///
    /// If no parameter has the name or it is one of a simplex, its estimate lies at an end of its domain, the level is not between 0 and 1, or a maximum is not found.
    pub fn profile(&self, best: &Estimate, name: &str, level: f64) -> Result<(f64, f64), Error> {
        let (i, z) = (best.place(name)?, two_sided(level)?);
        let constraint = best.constraints[i];
        if matches!(constraint, Constraint::Simplex(_)) {
            return Err(Error::data("profile", format!("{name} of a simplex"), "a parameter of its own"));
        }
        if !constraint.holds(&[best.values[i]]) {
            let found = format!("{name} = {} at the end of its domain", best.values[i]);
            return Err(Error::data("profile", found, "a maximum inside the domain"));
        }
        let reach = best.standard_errors().map_or(1e-2 * best.values[i].abs().max(1e-3), |errors| z * errors[i]);
        let side = |sign: f64| self.profile_end(best, i, sign, z, reach);
        Ok((side(-1.0)?, side(1.0)?))
    }

    fn profile_end(&self, best: &Estimate, i: usize, sign: f64, z: f64, reach: f64) -> Result<f64, Error> {
        let constraint = best.constraints[i];
        let (mut centre, mut step, mut x) = ([0.0], [0.0], [0.0]);
        constraint.free_of(&[best.values[i]], &mut centre);
        constraint.slope_of(&[best.values[i]], &[1.0], &mut step); // dx/dt
        let mut at = |t: f64| {
            constraint.point_of(&[t], &mut x);
            x[0]
        };
        let failure = RefCell::new(None);
        let state = RefCell::new(best.values.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| *v).collect());
        let mut excess = |t: f64| {
            let value = at(t);
            self.drop_at(best, i, value, &state).unwrap_or_else(|error| {
                failure.replace(Some(error));
                f64::INFINITY
            }) - z
        };
        let free = constraint == Constraint::Free;
        let mut reach = if free { reach } else { (reach / step[0]).clamp(1e-12, 10.0) };
        let farthest = if free { FARTHEST * reach } else { FARTHEST.max(2.0 * centre[0].abs()) };
        let mut outer = centre[0] + sign * reach;
        let mut inner = centre[0];
        while excess(outer) < 0.0 {
            if (outer - centre[0]).abs() > farthest {
                let (lower, upper) = constraint.ends();
                return Ok(if sign < 0.0 { lower } else { upper });
            }
            inner = outer;
            reach *= 2.0;
            outer = centre[0] + sign * reach;
        }
        let width = 1e-13 * centre[0].abs().max(reach);
        let t = root(inner, outer, width, &mut excess);
        match failure.take() {
            Some(error) => Err(error),
            None => Ok(at(t)),
        }
    }

    /// √(2 (ln L̂ − profile)), which is near to linear; the other parameters are searched from where they were last.
    fn drop_at(&self, best: &Estimate, i: usize, value: f64, others: &RefCell<Vec<f64>>) -> Result<f64, Error> {
        let constraint = best.constraints[i];
        if !constraint.holds(&[value]) {
            return Ok(f64::MAX.sqrt()); // the end of the domain in f64
        }
        let held = self.clone().hold(&best.names[i], value)?;
        let held = if others.borrow().is_empty() { held } else { held.start(&others.borrow()) };
        let theta = held.best()?;
        let profile = held.ln_likelihood(&theta);
        others.replace(theta);
        Ok((2.0 * (best.ln_likelihood - profile).max(0.0)).sqrt())
    }
}
