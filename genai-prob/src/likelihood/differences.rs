//! Slopes by differences, of fourth order.

use super::Matrix;
use crate::optimize::Constraint;

/// The step as a share of the distance over which the function changes: error and rounding both stay near 10⁻¹².
const SHARE: f64 = 1e-3;

/// The constraint of each number; a simplex counts as so many positive numbers.
fn each(domain: &[Constraint]) -> impl Iterator<Item = Constraint> {
    domain.iter().flat_map(|c| std::iter::repeat_n(*c, c.numbers()))
}

/// How far `x` lies from the ends of its domain.
fn room(constraint: Constraint, x: f64) -> f64 {
    let (lower, upper) = constraint.ends();
    (x - lower).min(upper - x)
}

/// The slope of a function by each of its numbers.
pub(crate) fn gradient(domain: &[Constraint], x: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let of = |(i, constraint): (usize, Constraint)| {
        let step = SHARE * room(constraint, x[i]).min(x[i].abs().max(1.0));
        central(x, i, step, |x| vec![f(x)])[0]
    };
    each(domain).enumerate().map(of).collect()
}

/// The derivative of `f` by number `i`, from four values.
fn central(x: &[f64], i: usize, step: f64, f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let at = |move_by: f64| {
        let mut x = x.to_vec();
        x[i] += move_by;
        (x[i], f(&x))
    };
    let [(low, a), (near_low, b), (near_high, c), (high, d)] = [-2.0 * step, -step, step, 2.0 * step].map(at);
    let (near, far) = (near_high - near_low, high - low); // what the steps were after rounding
    let of = |j: usize| 4.0 / 3.0 * ((c[j] - b[j]) / near) - (d[j] - a[j]) / far / 3.0;
    (0..a.len()).map(of).collect()
}

/// Minus the Jacobian of the score, made symmetric.
pub(crate) fn information(
    domain: &[Constraint],
    theta: &[f64],
    observations: f64,
    score: impl Fn(&[f64]) -> Vec<f64>,
) -> Matrix {
    let mut matrix = Matrix::zeros(theta.len());
    for (i, constraint) in each(domain).enumerate() {
        let room = room(constraint, theta[i]);
        let scale = scale(theta, i, room, observations, &score);
        let column = central(theta, i, SHARE * scale.min(room), &score);
        (0..theta.len()).for_each(|j| matrix[(j, i)] = -column[j]);
    }
    matrix.symmetric()
}

/// Larger steps that are tried until two of them agree.
const TRIALS: usize = 20;

/// The distance over which ln L of one observation changes by about ½: 1/√curvature. The first steps may drown in rounding,
/// so they grow until a step and its double see the same curvature.
fn scale(theta: &[f64], i: usize, room: f64, observations: f64, score: &impl Fn(&[f64]) -> Vec<f64>) -> f64 {
    let mut step = 0.1 * SHARE * room.min(theta[i].abs().max(1e-3));
    for _ in 0..TRIALS {
        let [curvature, wide] = [step, 2.0 * step].map(|step| -central(theta, i, step, score)[i]);
        if curvature > 0.0 && (curvature - wide).abs() < 0.05 * curvature {
            return (curvature / observations.max(1.0)).sqrt().recip();
        }
        step *= 30.0;
        if 4.0 * step >= room {
            break;
        }
    }
    theta[i].abs().max(1.0)
}
