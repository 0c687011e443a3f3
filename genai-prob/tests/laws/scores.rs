//! The score is the derivative of the log-density by the parameters.

use crate::{Failures, Member, every};
use genai_prob::{Domain, Univariate};

#[test]
fn the_score_is_the_slope_of_the_log_density() {
    every(|m, failures| {
        for p in [0.07, 0.33, 0.81] {
            let x = m.d.quantile(p);
            let mut score = vec![f64::NAN; m.parameters.len()];
            (m.family.score)(m.parameters, x, &mut score);
            for (i, got) in score.iter().enumerate().filter(|(i, _)| is_smooth(m, *i)) {
                compare(m, i, x, *got, failures);
            }
        }
    });
}

/// Whether the parameter is a real number, with room on both sides.
fn is_smooth(m: &Member<'_>, i: usize) -> bool {
    let parameter = m.family.parameters[i];
    let whole = matches!(parameter.domain, Domain::Count | Domain::PositiveCount | Domain::Whole);
    !whole && step(m, i) > 0.0 && [-2.0, 2.0].iter().all(|n| moved(m, i, n * step(m, i)).is_some())
}

/// A step that is small beside the parameter's own size; beside the spread too, for a place or a scale.
fn step(m: &Member<'_>, i: usize) -> f64 {
    let (value, spread) = (m.parameters[i], m.d.quantile(0.75) - m.d.quantile(0.25));
    match m.family.parameters[i].domain {
        Domain::Finite => 1e-4 * value.abs().max(1e-3).min(spread),
        Domain::Probability | Domain::OpenProbability | Domain::PositiveProbability => 1e-3 * value.min(1.0 - value),
        Domain::Above(bound) => 1e-3 * (value - bound),
        _ => 1e-3 * value.min(spread.max(1e-8 * value)),
    }
}

fn moved(m: &Member<'_>, i: usize, by: f64) -> Option<Box<dyn Univariate>> {
    let mut parameters = m.parameters.to_vec();
    parameters[i] += by;
    (m.family.build)(&parameters).ok()
}

/// Differences of fourth order against the score, to what rounding of the log-density leaves of them.
fn compare(m: &Member<'_>, i: usize, x: f64, got: f64, failures: &mut Failures) {
    let h = step(m, i);
    let at = |by: f64| moved(m, i, by).map_or(f64::NAN, |d| d.ln_prob(x));
    let slope = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
    let coarse = 4.0 * f64::EPSILON * m.parameters[i].abs() / h; // of the places that the parameter moves to
    let allowed = (1e-6 + coarse) * slope.abs() + (1e-7 + 1e-10 * m.d.ln_prob(x).abs()) * 1e-3 / h;
    let what = format!("score of {} at {x:e}", m.family.parameters[i].name);
    if slope.is_finite() {
        failures.close(&what, got, slope, allowed);
    } else {
        failures.unless(!got.is_nan(), || format!("{what} is NaN")); // the place leaves the support as the parameter moves
    }
}
