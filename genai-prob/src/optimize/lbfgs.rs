//! Limited-memory BFGS.

use super::Constraint;
use super::line_search::{Place, search};
use crate::Error;
use std::collections::VecDeque;

/// Minimisation by L-BFGS with a line search to the strong Wolfe conditions.
///
/// Source: Nocedal & Wright 2006, *Numerical Optimization*, algorithms 7.4 and 7.5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lbfgs {
    /// Pairs of steps and changes of slope that stand for the curvature; 10 is usual.
    pub memory: usize,
    /// Most steps.
    pub iterations: usize,
    /// Ends where no |slope| · max(1, |x|) is larger than this share of max(1, |value|).
    pub tolerance: f64,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self { memory: 10, iterations: 1000, tolerance: 1e-10 }
    }
}

/// Where a minimisation ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Minimum {
    /// The point.
    pub point: Vec<f64>,
    /// The function there.
    pub value: f64,
    /// Its slope by the (free) numbers.
    pub slope: Vec<f64>,
    /// Steps made.
    pub iterations: usize,
}

/// A slope that a step cannot lower any more, because of rounding, counts as none up to this share of the value.
const ROUNDING: f64 = 1e-5;

impl Lbfgs {
    /// A local minimum near `start`; `f` gives the value and writes the slope. Infinite and NaN values are walls.
    ///
    /// # Errors
    ///
    /// If `f` is not finite at the start, or the steps do not lead to a place without slope.
    pub fn minimize(&self, start: &[f64], mut f: impl FnMut(&[f64], &mut [f64]) -> f64) -> Result<Minimum, Error> {
        let mut here = Place { x: start.to_vec(), value: 0.0, slope: vec![0.0; start.len()] };
        here.value = f(&here.x, &mut here.slope);
        if !here.value.is_finite() || here.slope.iter().any(|g| !g.is_finite()) {
            let found = format!("value {} and slope {:?} at {start:?}", here.value, here.slope);
            return Err(Error::data("minimize", found, "a start where the function and its slope are finite"));
        }
        let mut pairs = VecDeque::new();
        for iteration in 0..self.iterations {
            if steepness(&here) <= self.tolerance {
                return Ok(minimum(here, iteration));
            }
            let mut direction = downhill(&here.slope, &pairs);
            if dot(&direction, &here.slope) >= 0.0 {
                pairs.clear();
                direction = downhill(&here.slope, &pairs);
            }
            let first = if pairs.is_empty() { (1.0 / norm(&here.slope)).min(1.0) } else { 1.0 };
            match search(&mut f, &here, &direction, first) {
                Some(next) => {
                    let unmoved = next.x == here.x;
                    remember(&mut pairs, &here, &next, self.memory);
                    here = next;
                    if unmoved {
                        return self.stuck(here, iteration);
                    }
                }
                None if pairs.is_empty() => return self.stuck(here, iteration),
                None => pairs.clear(),
            }
        }
        Err(Error::NotConverged { what: "minimize", iterations: self.iterations })
    }

    /// A local minimum inside a domain: numbers in order, each group under its constraint.
    ///
    /// # Errors
    ///
    /// As [`minimize`](Self::minimize), or if the start lies outside or has too few or too many numbers.
    pub fn minimize_within(
        &self,
        domain: &[Constraint],
        start: &[f64],
        mut f: impl FnMut(&[f64], &mut [f64]) -> f64,
    ) -> Result<Minimum, Error> {
        let numbers: usize = domain.iter().map(|c| c.numbers()).sum();
        if numbers != start.len() {
            let found = format!("{} numbers to start from, {numbers} in the domain", start.len());
            return Err(Error::data("minimize_within", found, "as many as the domain has"));
        }
        let mut t = vec![0.0; domain.iter().map(|c| c.free()).sum()];
        for (c, i, j) in places(domain) {
            c.check(&start[i..i + c.numbers()])?;
            c.free_of(&start[i..i + c.numbers()], &mut t[j..j + c.free()]);
        }
        let (mut x, mut slope) = (start.to_vec(), vec![0.0; start.len()]);
        let mut minimum = self.minimize(&t, |t, out| {
            places(domain).for_each(|(c, i, j)| c.point_of(&t[j..j + c.free()], &mut x[i..i + c.numbers()]));
            let value = f(&x, &mut slope);
            for (c, i, j) in places(domain) {
                c.slope_of(&x[i..i + c.numbers()], &slope[i..i + c.numbers()], &mut out[j..j + c.free()]);
            }
            value
        })?;
        places(domain).for_each(|(c, i, j)| c.point_of(&minimum.point[j..j + c.free()], &mut x[i..i + c.numbers()]));
        minimum.point = x;
        Ok(minimum)
    }

    fn stuck(&self, here: Place, iteration: usize) -> Result<Minimum, Error> {
        if steepness(&here) <= ROUNDING {
            return Ok(minimum(here, iteration));
        }
        Err(Error::NotConverged { what: "minimize", iterations: iteration })
    }
}

/// Each constraint with the place of its first number and of its first free number.
fn places(domain: &[Constraint]) -> impl Iterator<Item = (Constraint, usize, usize)> {
    domain.iter().scan((0, 0), |(i, j), c| {
        let place = (*c, *i, *j);
        (*i, *j) = (*i + c.numbers(), *j + c.free());
        Some(place)
    })
}

fn minimum(here: Place, iterations: usize) -> Minimum {
    Minimum { point: here.x, value: here.value, slope: here.slope, iterations }
}

fn steepness(here: &Place) -> f64 {
    let relative = here.slope.iter().zip(&here.x).map(|(g, x)| g.abs() * x.abs().max(1.0));
    relative.fold(0.0, f64::max) / here.value.abs().max(1.0)
}

/// A step and the change of slope along it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    inner: f64,
}

fn remember(pairs: &mut VecDeque<Pair>, from: &Place, to: &Place, memory: usize) {
    let step: Vec<f64> = to.x.iter().zip(&from.x).map(|(a, b)| a - b).collect();
    let change: Vec<f64> = to.slope.iter().zip(&from.slope).map(|(a, b)| a - b).collect();
    let inner = dot(&step, &change);
    if inner > f64::EPSILON * norm(&step) * norm(&change) {
        pairs.push_back(Pair { step, change, inner });
    }
    if pairs.len() > memory {
        pairs.pop_front();
    }
}

/// −H · slope, where H is the inverse curvature that the pairs know: the recursion of two loops.
fn downhill(slope: &[f64], pairs: &VecDeque<Pair>) -> Vec<f64> {
    let mut q: Vec<f64> = slope.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = dot(&pair.step, &q) / pair.inner;
        q.iter_mut().zip(&pair.change).for_each(|(q, y)| *q -= share * y);
        shares.push(share);
    }
    if let Some(last) = pairs.back() {
        let scale = last.inner / dot(&last.change, &last.change);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for (pair, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let rest = share - dot(&pair.change, &q) / pair.inner;
        q.iter_mut().zip(&pair.step).for_each(|(q, s)| *q += rest * s);
    }
    q
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}
