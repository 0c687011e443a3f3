//! A step along a direction that goes down far enough and is flat enough at its end.

use super::lbfgs::dot;

/// How much of the decrease that the first slope promises must be met.
const DECREASE: f64 = 1e-4;
/// What is left of the first slope, at most.
const CURVATURE: f64 = 0.9;
/// Steps that are tried.
const TRIALS: usize = 60;

/// A point with value and slope.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) x: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) slope: Vec<f64>,
}

/// A trial on the line: length, value, slope along the line.
#[derive(Clone, Copy)]
struct Trial {
    step: f64,
    value: f64,
    slope: f64,
}

/// A place along the direction where the strong Wolfe conditions hold, if rounding lets one be found.
///
/// The bracket's lower end always goes down far enough and still falls; its upper end is too high, or rises too much. Such
/// a bracket holds a step that meets both conditions.
///
/// Source: Nocedal & Wright 2006, *Numerical Optimization*, eq. 3.7; bracket of Lewis & Overton 2013.
pub(crate) fn search(
    f: &mut dyn FnMut(&[f64], &mut [f64]) -> f64,
    from: &Place,
    direction: &[f64],
    first: f64,
) -> Option<Place> {
    let start = Trial { step: 0.0, value: from.value, slope: dot(&from.slope, direction) };
    let (mut low, mut high, mut step) = (start, None::<Trial>, first);
    let noise = 4.0 * f64::EPSILON * from.value.abs();
    let mut best = None::<Place>;
    for _ in 0..TRIALS {
        let place = walk(f, from, direction, step);
        let trial = Trial { step, value: place.value, slope: dot(&place.slope, direction) };
        let enough = trial.value <= start.value + DECREASE * step * start.slope + noise;
        if !(enough && trial.slope.is_finite()) {
            high = Some(trial);
        } else if trial.slope < CURVATURE * start.slope {
            low = trial;
            best = Some(place);
        } else if trial.slope > -CURVATURE * start.slope {
            high = Some(trial);
            best = best.filter(|best| best.value <= place.value).or(Some(place));
        } else {
            return Some(place);
        }
        step = high.map_or(2.0 * low.step.max(step), |high| between(low, high));
        if step == low.step || high.is_some_and(|high| step == high.step) {
            break;
        }
    }
    best.filter(|best| best.value <= from.value)
}

fn walk(f: &mut dyn FnMut(&[f64], &mut [f64]) -> f64, from: &Place, direction: &[f64], step: f64) -> Place {
    let x: Vec<f64> = from.x.iter().zip(direction).map(|(x, d)| x + step * d).collect();
    let mut slope = vec![0.0; x.len()];
    let value = f(&x, &mut slope);
    Place { x, value, slope }
}

/// The minimum of the cubic through two trials, kept off the bracket's ends; the middle where there is none.
fn between(low: Trial, high: Trial) -> f64 {
    let width = high.step - low.step;
    let chord = low.slope + high.slope - 3.0 * (high.value - low.value) / width;
    let root = (chord * chord - low.slope * high.slope).sqrt();
    let share = 1.0 - (high.slope + root - chord) / (high.slope - low.slope + 2.0 * root);
    low.step + width * if share.is_finite() { share.clamp(0.1, 0.9) } else { 0.5 }
}
