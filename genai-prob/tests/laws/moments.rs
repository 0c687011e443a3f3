//! Closed forms of moments are what the density says.

use crate::quadrature::{Expectation, expectation};
use crate::{Failures, Member, every, places};
use genai_prob::Univariate;

/// What the rule leaves, relative to the integral of absolute values.
const TOLERANCE: f64 = 1e-8;

#[test]
fn the_mass_is_one() {
    every(|m, failures| {
        if let Some(mass) = expectation(&*m.d, |_| 1.0) {
            failures.close("the mass", mass.value, 1.0, TOLERANCE + noise(m));
        }
    });
}

/// What rounding of x itself costs where the spread is small beside the place.
fn noise(m: &Member<'_>) -> f64 {
    let spread = m.d.quantile(0.75) - m.d.quantile(0.25);
    if spread > 0.0 { 50.0 * f64::EPSILON * m.d.median().abs() / spread } else { 0.0 }
}

#[test]
fn moments_are_expectations() {
    every(|m, failures| {
        let (mean, std) = (m.d.mean(), m.d.std());
        if !mean.is_finite() {
            return;
        }
        moment(m, "mean", mean, |x| x, |e| e, failures);
        if !std.is_finite() || std == 0.0 {
            return;
        }
        moment(m, "variance", m.d.variance(), |x| (x - mean).powi(2), |e| e, failures);
        failures.close("std", std, m.d.variance().sqrt(), 1e-14 * std);
        let z = |x: f64| (x - mean) / std;
        if m.d.skewness().is_finite() {
            moment(m, "skewness", m.d.skewness(), |x| z(x).powi(3), |e| e, failures);
        }
        if m.d.kurtosis().is_finite() {
            moment(m, "kurtosis", m.d.kurtosis(), |x| z(x).powi(4), |e| e - 3.0, failures);
        }
    });
}

fn moment(
    m: &Member<'_>,
    name: &str,
    claimed: f64,
    g: impl Fn(f64) -> f64,
    of: impl Fn(f64) -> f64,
    failures: &mut Failures,
) {
    if let Some(e) = expectation(&*m.d, g).filter(resolved) {
        failures.close(name, claimed, of(e.value), (TOLERANCE + noise(m)) * (e.size + of(0.0).abs()));
    }
}

/// Whether the integral sees the tails: not if half a digit of the variance lies beyond the quantile of 1e-300.
fn resolved(e: &Expectation) -> bool {
    e.size.is_finite() && e.tails < 1e-10
}

#[test]
fn the_entropy_is_the_mean_surprise() {
    every(|m, failures| {
        let surprise = |x: f64| {
            let ln = m.d.ln_prob(x);
            if ln == f64::NEG_INFINITY { 0.0 } else { -ln }
        };
        if let Some(e) = expectation(&*m.d, surprise).filter(|e| resolved(e) && e.atoms < 1e-12) {
            failures.close("entropy", m.d.entropy(), e.value, (TOLERANCE + noise(m)) * (1.0 + e.size));
        }
        failures.unless(!m.d.entropy().is_nan(), || "entropy is NaN".into());
    });
}

#[test]
fn the_median_is_a_quantile() {
    every(|m, failures| {
        let (median, truth) = (m.d.median(), m.d.quantile(0.5));
        failures.close("median", median, truth, 1e-12 * truth.abs() + 1e-15 * m.d.std());
    });
}

#[test]
fn the_mode_is_where_the_density_is_largest() {
    every(|m, failures| {
        let (mode, support) = (m.d.mode(), m.d.support());
        let inside = support.lower <= mode && mode <= support.upper && (!support.discrete || mode.fract() == 0.0);
        failures.unless(inside, || format!("mode {mode} lies outside the support"));
        let spread = m.d.quantile(0.75) - m.d.quantile(0.25);
        let steps = if support.discrete { [1.0, 2.0, spread.round()] } else { [1e-3, 0.05, 1.0].map(|s| s * spread) };
        let near = steps.into_iter().flat_map(|step| [mode - step, mode + step]);
        for x in near.chain(places(&*m.d)).filter(|x| support.lower < *x && *x < support.upper) {
            let (top, here) = (height(&*m.d, mode), height(&*m.d, x));
            failures.unless(here <= top + 1e-12 * top.abs().max(1.0), || {
                format!("ln_prob({x:e}) = {here} is above {top}, that of the mode {mode:e}")
            });
        }
    });
}

/// ln f(x); an end of the support counts as what lies beside it, for the value of a density at an end means nothing.
fn height(d: &dyn Univariate, x: f64) -> f64 {
    let support = d.support();
    let beside = [x.next_down(), x.next_up()].into_iter().filter(|y| support.lower < *y && *y < support.upper);
    let at_end = !support.discrete && (x == support.lower || x == support.upper);
    beside.filter(|_| at_end).map(|y| d.ln_prob(y)).fold(d.ln_prob(x), f64::max)
}
