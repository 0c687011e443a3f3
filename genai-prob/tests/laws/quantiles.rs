//! Quantiles invert the cdf, from both sides and by logarithms.

use crate::{Failures, LEVELS, Member, above, below, every};

/// What a recovered probability may be off, relatively: rounding for whole numbers, where the statement is exact.
fn tolerance(m: &Member<'_>) -> f64 {
    if m.d.support().discrete { 2e-13 } else { 1e-11 }
}

#[test]
fn a_quantile_is_the_smallest_place_that_reaches_its_probability() {
    every(|m, failures| {
        let (d, t) = (&*m.d, tolerance(m));
        for p in LEVELS {
            let (x, y) = (d.quantile(p), d.isf(p));
            let (short, reached) = (d.cdf(below(d, x)), d.cdf(above(d, x)));
            let holds = short < p * (1.0 + t) && reached >= p * (1.0 - t);
            failures.unless(holds, || format!("quantile({p:e}) = {x:e}: cdf {short:e} below, {reached:e} there"));
            let (more, left) = (d.sf(below(d, y)), d.sf(above(d, y)));
            let holds = more > p * (1.0 - t) && left <= p * (1.0 + t);
            failures.unless(holds, || format!("isf({p:e}) = {y:e}: sf {more:e} below, {left:e} there"));
        }
    });
}

#[test]
fn quantiles_of_logarithms_reach_them() {
    every(|m, failures| {
        for ln_p in LEVELS.map(f64::ln).into_iter().chain([-2000.0]) {
            reaches(m, ln_p, failures);
        }
    });
}

fn reaches(m: &Member<'_>, ln_p: f64, failures: &mut Failures) {
    let (d, t) = (&*m.d, tolerance(m) * ln_p.abs().clamp(1.0, 40.0));
    let (x, y) = (d.quantile_ln(ln_p), d.isf_ln(ln_p));
    let (short, reached) = (d.ln_cdf(below(d, x)), d.ln_cdf(above(d, x)));
    let holds = short < ln_p + t && reached >= ln_p - t;
    failures.unless(holds, || format!("quantile_ln({ln_p}) = {x:e}: ln cdf {short} below, {reached} there"));
    let (more, left) = (d.ln_sf(below(d, y)), d.ln_sf(above(d, y)));
    let holds = more > ln_p - t && left <= ln_p + t;
    failures.unless(holds, || format!("isf_ln({ln_p}) = {y:e}: ln sf {more} below, {left} there"));
}

#[test]
fn quantiles_of_no_and_all_probability_are_the_ends() {
    every(|m, failures| {
        let (d, support) = (&*m.d, m.d.support());
        for p in [0.0, -0.0, -1.0, f64::NEG_INFINITY] {
            failures.close(&format!("quantile({p})"), d.quantile(p), support.lower, 0.0);
            failures.close(&format!("isf({p})"), d.isf(p), support.upper, 0.0);
        }
        for p in [1.0, 2.0, f64::INFINITY] {
            failures.close(&format!("quantile({p})"), d.quantile(p), support.upper, 0.0);
            failures.close(&format!("isf({p})"), d.isf(p), support.lower, 0.0);
        }
        failures.close("quantile_ln(-inf)", d.quantile_ln(f64::NEG_INFINITY), support.lower, 0.0);
        failures.close("isf_ln(-inf)", d.isf_ln(f64::NEG_INFINITY), support.upper, 0.0);
        failures.close("quantile_ln(0)", d.quantile_ln(0.0), support.upper, 0.0);
        failures.close("isf_ln(0)", d.isf_ln(0.0), support.lower, 0.0);
    });
}

#[test]
fn the_interval_lies_between_quantiles_of_both_sides() {
    every(|m, failures| {
        let (low, high) = m.d.interval(0.9);
        failures.unless(low <= high, || format!("interval(0.9) = {low}, {high}"));
        let share = m.d.cdf(high) - m.d.cdf(below(&*m.d, low));
        failures.unless(share >= 0.9 - 1e-9, || format!("interval(0.9) holds {share}"));
    });
}
