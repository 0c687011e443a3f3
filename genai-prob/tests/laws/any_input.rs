//! No argument of any member of any family gives NaN, a probability outside [0, 1], or no answer at all.

use crate::families::{Family, families};
use genai_prob::{Domain, Univariate};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use rayon::prelude::*;

/// Members of a family that are tried, each at a few places.
const CASES: u32 = 150;

#[test]
fn any_finite_argument_of_any_member_has_its_probability() {
    let wrong: Vec<String> = families().par_iter().filter_map(|family| try_family(family).err()).collect();
    assert!(wrong.is_empty(), "{} families:\n{}", wrong.len(), wrong.join("\n"));
}

fn try_family(family: &Family) -> Result<(), String> {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner =
        TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(Default::default()));
    let parameters: Vec<BoxedStrategy<f64>> = family.parameters.iter().map(|p| values(p.domain)).collect();
    let places = prop::collection::vec(place(), 4);
    let result = runner.run(&(parameters, places, 0.0..1.0f64), |(parameters, places, p)| {
        let Ok(d) = (family.build)(&parameters) else {
            return Ok(()); // a condition between parameters
        };
        places.iter().try_for_each(|x| probabilities(&*d, *x))?;
        quantiles(&*d, p)
    });
    result.map_err(|e| format!("{}: {e}", family.name))
}

/// Values of a domain: of any magnitude from 1e-10 to 1e10, of a human size, and its ends.
fn values(domain: Domain) -> BoxedStrategy<f64> {
    let size = prop_oneof![(-10.0..10.0f64).prop_map(|e| 10f64.powf(e)), 0.01..10.0f64];
    let share = prop_oneof![
        0.0..1.0f64,
        (-10.0..0.0f64).prop_map(|e| 10f64.powf(e)),
        (-10.0..0.0f64).prop_map(|e| 1.0 - 10f64.powf(e)),
    ];
    let count = (0.0..10.0f64).prop_map(|e| 10f64.powf(e).floor());
    let sign = prop_oneof![Just(1.0), Just(-1.0)];
    match domain {
        Domain::Finite => (sign, size).prop_map(|(sign, x)| sign * x).boxed(),
        Domain::Positive => size.boxed(),
        Domain::NonNegative => prop_oneof![9 => size, 1 => Just(0.0)].boxed(),
        Domain::Probability => prop_oneof![8 => share, 1 => Just(0.0), 1 => Just(1.0)].boxed(),
        Domain::OpenProbability => share.prop_filter("inside", |p| 0.0 < *p && *p < 1.0).boxed(),
        Domain::PositiveProbability => {
            prop_oneof![9 => share.prop_filter("above 0", |p| *p > 0.0), 1 => Just(1.0)].boxed()
        }
        Domain::Count => prop_oneof![9 => count, 1 => Just(0.0)].boxed(),
        Domain::PositiveCount => count.boxed(),
        Domain::Whole => (sign, count).prop_map(|(sign, x)| sign * x).boxed(),
        Domain::Above(bound) => size.prop_map(move |x| bound + x).prop_filter("above", move |x| *x > bound).boxed(),
        _ => panic!("{domain:?}: a domain that this test does not know"),
    }
}

/// Any finite number.
fn place() -> BoxedStrategy<f64> {
    let fixed = [0.0, -0.0, 1.0, -1.0, 0.5, 1e300, -1e300, 1e-300, -1e-300, 5e-324, f64::MAX, f64::MIN];
    let bits = any::<f64>().prop_filter("finite", |x| x.is_finite());
    prop_oneof![bits, prop::sample::select(fixed.to_vec()), -100.0..100.0f64, (-50i32..1000).prop_map(f64::from)]
        .boxed()
}

fn probabilities(d: &dyn Univariate, x: f64) -> Result<(), TestCaseError> {
    let (prob, ln_prob) = (d.prob(x), d.ln_prob(x));
    prop_assert!(prob >= 0.0 && !ln_prob.is_nan(), "{d}: prob({x:e}) = {prob}, its logarithm {ln_prob}");
    if d.support().discrete {
        prop_assert!(prob <= 1.0 && ln_prob <= 0.0, "{d}: prob({x:e}) = {prob}, its logarithm {ln_prob}");
    }
    for (what, p, ln_p) in [("cdf", d.cdf(x), d.ln_cdf(x)), ("sf", d.sf(x), d.ln_sf(x))] {
        prop_assert!((0.0..=1.0).contains(&p), "{d}: {what}({x:e}) = {p}");
        prop_assert!(ln_p <= 0.0, "{d}: ln {what}({x:e}) = {ln_p}");
    }
    let sum = d.cdf(x) + d.sf(x);
    prop_assert!((sum - 1.0).abs() <= 4.0 * f64::EPSILON, "{d}: cdf + sf at {x:e} is {sum}");
    Ok(())
}

fn quantiles(d: &dyn Univariate, p: f64) -> Result<(), TestCaseError> {
    let support = d.support();
    for p in [p, 1e-300] {
        for (what, x) in [("quantile", d.quantile(p)), ("isf", d.isf(p))] {
            prop_assert!(support.lower <= x && x <= support.upper, "{d}: {what}({p:e}) = {x:e}");
        }
    }
    let ends = (d.cdf(f64::NEG_INFINITY), d.cdf(f64::INFINITY), d.sf(f64::NEG_INFINITY), d.sf(f64::INFINITY));
    prop_assert!(ends == (0.0, 1.0, 1.0, 0.0), "{d}: cdf and sf at the infinities: {ends:?}");
    for x in [f64::NEG_INFINITY, f64::INFINITY] {
        let (ln_prob, mut of_array) = (d.ln_prob(x), [0.0]);
        d.ln_prob_into(&[x], &mut of_array);
        let nothing = [f64::NEG_INFINITY; 2];
        prop_assert!([ln_prob, of_array[0]] == nothing, "{d}: ln_prob({x}) = {ln_prob}, of an array {of_array:?}");
    }
    Ok(())
}
