//! Newton's method for the likelihoods that have no closed form.

use crate::{Density, Error};
use genai_core::real::Dual;

/// Steps until a fit gives up.
const STEPS: usize = 200;

/// Where a likelihood of `K` parameters is largest, from `start`.
///
/// `at` gives value and gradient. The Hessian comes from differences of the exact gradient, and is damped (Levenberg)
/// until the step climbs. Ends when the gradient predicts a gain below 10⁻¹³ of the value's rounding.
pub(crate) fn maximise<const K: usize>(
    what: &'static str,
    start: [f64; K],
    at: impl Fn(&[f64; K]) -> (f64, [f64; K]),
) -> Result<[f64; K], Error> {
    let mut u = start;
    let (mut value, mut gradient) = at(&u);
    for _ in 0..STEPS {
        let hessian = hessian(&u, &at);
        let mut damping = 0.0;
        let climbed = (0..40).find_map(|_| {
            let step = solve(&hessian, &gradient, damping);
            let largest = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
            let next: [f64; K] = std::array::from_fn(|i| u[i] + step[i] * (3.0 / largest).min(1.0));
            let (v, g) = at(&next);
            let gain = gradient.iter().zip(&step).map(|(g, s)| g * s).sum::<f64>();
            let noise = 1e-13 * (1.0 + value.abs());
            damping = if damping == 0.0 { 1e-3 * trace(&hessian) } else { 8.0 * damping };
            let better = v >= value - if gain.abs() < noise { noise } else { 0.0 };
            (gain >= 0.0 && better && g.iter().all(|x| x.is_finite())).then_some((next, v, g, gain, largest))
        });
        let Some((next, v, g, gain, largest)) = climbed else {
            return Ok(u); // no step climbs: the top, as far as f64 can see
        };
        (u, value, gradient) = (next, v, g);
        if largest < 1e-9 || gain < 1e-16 * (1.0 + value.abs()) {
            return Ok(u);
        }
    }
    Err(Error::NotConverged { what, iterations: STEPS })
}

fn trace<const K: usize>(hessian: &[[f64; K]; K]) -> f64 {
    (0..K).map(|i| hessian[i][i].abs()).sum::<f64>().max(1e-300)
}

fn hessian<const K: usize>(u: &[f64; K], at: &impl Fn(&[f64; K]) -> (f64, [f64; K])) -> [[f64; K]; K] {
    const WIDTH: f64 = 1e-5;
    let columns: [[f64; K]; K] = std::array::from_fn(|i| {
        let moved = |by: f64| {
            let mut v = *u;
            v[i] += by;
            at(&v).1
        };
        let (ahead, behind) = (moved(WIDTH), moved(-WIDTH));
        std::array::from_fn(|j| (ahead[j] - behind[j]) / (2.0 * WIDTH))
    });
    std::array::from_fn(|i| std::array::from_fn(|j| 0.5 * (columns[i][j] + columns[j][i])))
}

/// (−H + damping · 1)⁻¹ g by elimination with pivots; a vanishing pivot leaves its component at the gradient's.
fn solve<const K: usize>(hessian: &[[f64; K]; K], gradient: &[f64; K], damping: f64) -> [f64; K] {
    let mut a: [[f64; K]; K] =
        std::array::from_fn(|i| std::array::from_fn(|j| -hessian[i][j] + if i == j { damping } else { 0.0 }));
    let mut x = *gradient;
    for column in 0..K {
        let pivot = (column..K).max_by(|i, j| a[*i][column].abs().total_cmp(&a[*j][column].abs())).unwrap_or(column);
        a.swap(column, pivot);
        x.swap(column, pivot);
        if a[column][column].abs() < 1e-300 {
            continue;
        }
        for row in column + 1..K {
            let factor = a[row][column] / a[column][column];
            (column..K).for_each(|j| a[row][j] -= factor * a[column][j]);
            x[row] -= factor * x[column];
        }
    }
    for row in (0..K).rev() {
        let known: f64 = (row + 1..K).map(|j| a[row][j] * x[j]).sum();
        x[row] = if a[row][row].abs() < 1e-300 { x[row] } else { (x[row] - known) / a[row][row] };
    }
    x
}

/// Mean log-likelihood and its gradient by the logarithms of the parameters, from the formula itself.
pub(crate) fn likelihood<D: Density<K, M>, const K: usize, const M: usize>(
    data: &[f64],
    weights: &[f64],
    total: f64,
    parameters: [f64; K],
) -> (f64, [f64; K]) {
    let mut duals = parameters.map(Dual::<f64, K>::constant);
    (0..K).for_each(|i| duals[i].derivatives[i] = 1.0);
    let prepared = D::prepare(duals);
    let (mut value, mut gradient) = (0.0, [0.0; K]);
    for (x, w) in data.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
        let y = D::ln_density(prepared, Dual::constant(*x));
        value += w * y.value;
        (0..K).for_each(|i| gradient[i] += w * y.derivatives[i]);
    }
    (value / total, std::array::from_fn(|i| gradient[i] * parameters[i] / total))
}
