//! Maximum likelihood for families without a closed form.

use crate::{Density, Domain, Error, Parametric};
use genai_core::Real;
use genai_core::real::Dual;

/// Steps before an iteration is given up.
const STEPS: usize = 200;

/// A parameter that carries its first and second derivatives.
type Second<const K: usize> = Dual<Dual<f64, K>, K>;

/// The log-likelihood at a point, its gradient and the negative of its second derivatives.
struct Expansion<const K: usize> {
    value: f64,
    gradient: [f64; K],
    curvature: [[f64; K]; K],
}

/// The nearest maximum of the likelihood, uphill from `start`, by Newton's method on exact derivatives.
///
/// Parameters move on the whole line (logarithms, logits), so that no step leaves their domain. A step that does not climb
/// is shortened by a multiple of the identity in the second derivatives.
///
/// Source: Levenberg 1944, *A method for the solution of certain non-linear problems in least squares*.
pub(crate) fn newton<D, const K: usize, const M: usize>(start: &D, data: &[f64], weights: &[f64]) -> Result<D, Error>
where
    D: Parametric + Density<K, M>,
{
    let total = crate::data::sum(weights.iter().copied());
    let parameters = start.parameters();
    let mut place: [f64; K] = std::array::from_fn(|i| freed(D::PARAMETERS[i].domain, parameters[i]));
    let mut here = expansion::<D, K, M>(place, data, weights);
    let mut damping = 0.0f64;
    for _ in 0..STEPS {
        let largest = (0..K).fold(0.0, |most: f64, i| most.max(here.curvature[i][i].abs()));
        let Some(step) = uphill(&here, damping) else {
            damping = (10.0 * damping).max(1e-3 * largest.max(f64::MIN_POSITIVE));
            continue;
        };
        let gain: f64 = (0..K).map(|i| step[i] * here.gradient[i]).sum();
        let next = std::array::from_fn(|i| place[i] + step[i]);
        let there = expansion::<D, K, M>(next, data, weights);
        if there.value >= here.value - 1e-13 * here.value.abs() {
            (place, here) = (next, there);
            let rounding = (0..K).all(|i| step[i].abs() <= 1e-14 * place[i].abs());
            if gain <= 1e-17 * total || rounding {
                return D::from_parameters(&member::<D, K>(place)); // what is left is the square of this
            }
            damping = if damping < 1e-4 * largest { 0.0 } else { 0.1 * damping };
        } else {
            damping = (10.0 * damping).max(1e-3 * largest);
        }
    }
    Err(Error::NotConverged { what: <D as Parametric>::NAME, iterations: STEPS })
}

fn expansion<D, const K: usize, const M: usize>(place: [f64; K], data: &[f64], weights: &[f64]) -> Expansion<K>
where
    D: Parametric + Density<K, M>,
{
    let parameters: [Second<K>; K] = std::array::from_fn(|i| {
        let mut t = Dual::constant(Dual::variable(place[i], i));
        t.derivatives[i] = Dual::constant(1.0);
        constrained(D::PARAMETERS[i].domain, t)
    });
    let prepared = D::prepare(parameters);
    let mut sum = Expansion { value: 0.0, gradient: [0.0; K], curvature: [[0.0; K]; K] };
    for (x, w) in data.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
        let y = D::ln_density(prepared, Dual::constant(Dual::constant(*x)));
        sum.value += w * y.value.value;
        for i in 0..K {
            sum.gradient[i] += w * y.derivatives[i].value;
            (0..K).for_each(|j| sum.curvature[i][j] -= w * y.derivatives[i].derivatives[j]);
        }
    }
    sum
}

/// (curvature + damping)⁻¹ gradient by Cholesky's method, unless that matrix is not positive.
fn uphill<const K: usize>(at: &Expansion<K>, damping: f64) -> Option<[f64; K]> {
    let mut l = at.curvature;
    let mut step = at.gradient;
    for i in 0..K {
        l[i][i] += damping;
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            let rest = l[i][j] - known;
            l[i][j] = if i > j { rest / l[j][j] } else { rest.sqrt() };
        }
        if !(l[i][i] > 0.0 && l[i][i].is_finite()) {
            return None;
        }
        let known: f64 = (0..i).map(|k| l[i][k] * step[k]).sum();
        step[i] = (step[i] - known) / l[i][i];
    }
    for i in (0..K).rev() {
        let known: f64 = (i + 1..K).map(|k| l[k][i] * step[k]).sum();
        step[i] = (step[i] - known) / l[i][i];
    }
    step.iter().all(|s| s.is_finite()).then_some(step)
}

fn member<D: Parametric, const K: usize>(place: [f64; K]) -> [f64; K] {
    std::array::from_fn(|i| constrained(D::PARAMETERS[i].domain, place[i]))
}

/// The parameter at a place on the whole line.
fn constrained<R: Real>(domain: Domain, t: R) -> R {
    match domain {
        Domain::Positive | Domain::NonNegative => t.exp(),
        Domain::Above(bound) => R::lit(bound) + t.exp(),
        Domain::OpenProbability | Domain::Probability | Domain::PositiveProbability => t.sigmoid(),
        _ => t,
    }
}

/// The place on the whole line.
fn freed(domain: Domain, value: f64) -> f64 {
    match domain {
        Domain::Positive | Domain::NonNegative => value.max(f64::MIN_POSITIVE).ln(),
        Domain::Above(bound) => (value - bound).ln(),
        Domain::OpenProbability | Domain::Probability | Domain::PositiveProbability => value.ln() - (-value).ln_1p(),
        _ => value,
    }
}
