//! What every family of one number obeys, tried on each of its members.
#![cfg(test)]

mod any_input;
mod draws;
#[path = "../families/mod.rs"]
mod families;
mod fits;
mod moments;
mod parameters;
mod peers;
mod probabilities;
mod quadrature;
mod quantiles;
mod scores;

use families::{Family, families};
use genai_prob::Univariate;
use rayon::prelude::*;

/// A family with one choice of its parameters.
struct Member<'a> {
    family: &'a Family,
    parameters: &'static [f64],
    d: Box<dyn Univariate>,
}

/// What does not hold, in words.
#[derive(Default)]
struct Failures(Vec<String>);

impl Failures {
    /// Notes the words unless the statement holds.
    fn unless(&mut self, holds: bool, words: impl FnOnce() -> String) {
        if !holds {
            self.0.push(words());
        }
    }

    /// Notes a value further from the truth than allowed, and NaN.
    fn close(&mut self, what: &str, got: f64, truth: f64, allowed: f64) {
        let holds = got == truth || (got - truth).abs() <= allowed;
        self.unless(holds, || format!("{what} is {got:e}, expected {truth:e} to {allowed:.1e}"));
    }
}

/// Tries the law on every member and fails with all that does not hold.
fn every(law: impl Fn(&Member<'_>, &mut Failures) + Sync) {
    let families = families();
    let mut members = Vec::new();
    for family in &families {
        for parameters in family.members {
            let d = (family.build)(parameters).unwrap_or_else(|e| panic!("{}{parameters:?}: {e}", family.name));
            members.push(Member { family, parameters, d });
        }
    }
    let failures: Vec<String> = members
        .par_iter()
        .flat_map_iter(|member| {
            let mut failures = Failures::default();
            law(member, &mut failures);
            failures.0.into_iter().map(|words| format!("{}: {words}", member.d))
        })
        .collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn names_are_unique_and_every_family_has_members() {
    let families = families();
    for (i, family) in families.iter().enumerate() {
        assert!(family.members.len() >= 2, "{}: {} members", family.name, family.members.len());
        assert!(families[..i].iter().all(|other| other.name != family.name), "{} stands twice", family.name);
    }
}

/// Probabilities to take quantiles of.
const LEVELS: [f64; 8] = [1e-300, 1e-100, 1e-12, 0.01, 0.3, 0.5, 0.9, 1.0 - 1e-10];

/// A place slightly below: the whole number before, or a few doubles, of normal numbers at least.
fn below(d: &dyn Univariate, x: f64) -> f64 {
    let few = (0..4).fold(x, |x, _| x.next_down()).min(x - f64::MIN_POSITIVE);
    if d.support().discrete && x.abs() < 1e15 { x - 1.0 } else { few }
}

/// A place slightly above, by rounding alone: a few doubles; a whole number is exact.
fn above(d: &dyn Univariate, x: f64) -> f64 {
    let few = (0..4).fold(x, |x, _| x.next_up()).max(x + f64::MIN_POSITIVE);
    if d.support().discrete && x.abs() < 1e15 { x } else { few }
}

/// Places that matter, in ascending order: the ends, quantiles of both sides, the mode, and places far outside.
fn places(d: &dyn Univariate) -> Vec<f64> {
    let mut x = vec![-1e300, -1e10, -1.0, 0.0, 1.0, 1e10, 1e300, d.mode(), d.support().lower, d.support().upper];
    for p in LEVELS {
        x.extend([d.quantile(p), d.isf(p)]);
    }
    x.retain(|x| x.is_finite());
    x.sort_by(f64::total_cmp);
    x.dedup();
    x
}
