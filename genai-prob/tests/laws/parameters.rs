//! Parameters outside their domain are named, and files and messages hold what they should.

use crate::{Failures, Member, every, places};
use genai_prob::Domain;

/// The largest count whose neighbours are doubles too.
const MOST: f64 = 9_007_199_254_740_992.0;

/// What lies just inside and just outside a domain.
fn border(domain: Domain) -> (Vec<f64>, Vec<f64>) {
    let tiny = 5e-324;
    let (above_one, below_one) = (1.0f64.next_up(), 1.0f64.next_down());
    match domain {
        Domain::Finite => (vec![-f64::MAX, -0.0, f64::MAX], vec![]),
        Domain::Positive => (vec![tiny, f64::MAX], vec![0.0, -0.0, -tiny, -1.0]),
        Domain::NonNegative => (vec![0.0, -0.0, f64::MAX], vec![-tiny, -1.0]),
        Domain::Probability => (vec![0.0, 1.0], vec![-tiny, above_one]),
        Domain::OpenProbability => (vec![tiny, below_one], vec![0.0, 1.0, -0.1, 1.1]),
        Domain::PositiveProbability => (vec![tiny, 1.0], vec![0.0, above_one, -0.1]),
        Domain::Count => (vec![0.0, MOST], vec![-1.0, 0.5, MOST + 2.0, 1e300]),
        Domain::PositiveCount => (vec![1.0, MOST], vec![0.0, 1.5, -3.0, MOST + 2.0]),
        Domain::Whole => (vec![-MOST, 0.0, MOST], vec![0.5, -MOST - 2.0, 1e300]),
        Domain::Above(bound) => (vec![bound.next_up(), f64::MAX], vec![bound, bound.next_down()]),
        _ => panic!("{domain:?}: a domain whose border this test does not know"),
    }
}

#[test]
fn values_outside_their_domain_are_rejected_by_name() {
    every(|m, failures| {
        for (i, parameter) in m.family.parameters.iter().enumerate() {
            let (inside, outside) = border(parameter.domain);
            for value in inside {
                failures.unless(parameter.domain.contains(value), || format!("{} may be {value:e}", parameter.name));
            }
            for value in outside.into_iter().chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]) {
                rejects(m, i, value, failures);
            }
        }
    });
}

fn rejects(m: &Member<'_>, i: usize, value: f64, failures: &mut Failures) {
    let mut parameters = m.parameters.to_vec();
    parameters[i] = value;
    let name = m.family.parameters[i].name;
    match (m.family.build)(&parameters) {
        Ok(d) => failures.unless(false, || format!("{name} = {value:e} gives {d}")),
        Err(error) => {
            let words = error.to_string();
            let names = words.contains(name) && words.contains(&value.to_string()) && words.contains("expected");
            failures.unless(names, || format!("{name} = {value:e} is rejected as '{words}'"));
        }
    }
}

#[test]
fn too_few_and_too_many_parameters_are_rejected() {
    every(|m, failures| {
        let short = &m.parameters[1..];
        let long = [m.parameters, &[1.0]].concat();
        for parameters in [short, &long] {
            failures.unless((m.family.build)(parameters).is_err(), || format!("{parameters:?} are accepted"));
        }
    });
}

#[test]
fn files_hold_the_parameters() {
    every(|m, failures| {
        let json = (m.family.to_json)(m.parameters);
        let again = (m.family.from_json)(&json).expect("what was just written");
        failures.unless(again.to_string() == m.d.to_string(), || format!("{json} is read as {again}"));
        for x in places(&*m.d) {
            failures.close(&format!("ln_prob({x:e}) of what was read"), again.ln_prob(x), m.d.ln_prob(x), 0.0);
        }
        let unknown = json.replacen('{', "{\"unknown\":1.0,", 1);
        failures.unless((m.family.from_json)(&unknown).is_err(), || format!("{unknown} is accepted"));
        for parameter in m.family.parameters {
            let field = format!("\"{}\":", parameter.name);
            failures.unless(json.contains(&field), || format!("{json} lacks {field}"));
            if !parameter.domain.contains(-1e300) {
                let invalid = json.replace(&field, &format!("{field}-1e300,\"was\":"));
                failures.unless((m.family.from_json)(&invalid).is_err(), || format!("{invalid} is accepted"));
            }
        }
    });
}

#[test]
fn words_name_the_parameters() {
    every(|m, failures| {
        let words = m.d.to_string();
        for (parameter, value) in m.family.parameters.iter().zip(m.parameters) {
            let part = format!("{} = {value}", parameter.name);
            failures.unless(words.contains(&part), || format!("'{words}' lacks '{part}'"));
        }
    });
}
