//! Probability in words: definitions on distributions, Bayes' rule, tables. Values of mpmath 1.3 (40 digits).
#![cfg(test)]
#![allow(clippy::excessive_precision, reason = "reference values keep the digits that they came with")]

mod families;

use approx::assert_relative_eq;
use genai_prob::continuous::Exponential;
use genai_prob::discrete::Geometric;
use genai_prob::probability::{self, Grid, Table, bayes, between, total_probability};
use genai_prob::{Error, Univariate};

/// Masses whose tail falls as slowly as a power cannot be summed to the end; they must say so.
fn too_long(error: &Error) -> bool {
    matches!(error, Error::NotConverged { .. })
}

/// The share of the mass that f64's spacing blurs: at the median, and beside the ends of the support.
fn unseen(d: &dyn Univariate) -> f64 {
    let support = d.support();
    if support.discrete {
        return 0.0;
    }
    let ends = d.cdf(support.lower.next_up()) + d.sf(support.upper.next_down());
    let blur = 8.0 * f64::EPSILON * d.median().abs() / (d.isf(0.25) - d.quantile(0.25)) + 100.0 * ends;
    if blur.is_nan() { f64::INFINITY } else { blur }
}

#[test]
fn all_mass_is_one() {
    let mut summed = 0;
    for (family, d) in members() {
        match probability::total_mass(&*d) {
            Ok(mass) => {
                assert!((mass - 1.0).abs() < 1e-11 + unseen(&*d), "{d} has mass {mass}");
                summed += 1;
            }
            Err(_) if unseen(&*d) > 1e-4 => {}
            Err(error) => assert!(too_long(&error) && d.support().discrete, "{family}: {error}"),
        }
    }
    assert!(summed >= 6);
}

#[test]
fn distribution_functions_rise_from_zero_to_one() {
    for (_, d) in members() {
        probability::check_cdf(&*d).unwrap();
    }
}

#[test]
fn densities_are_slopes() {
    for (_, d) in members().into_iter().filter(|(_, d)| unseen(&**d) < 1e-12) {
        for p in [0.11, 0.31, 0.57, 0.83] {
            let x = d.quantile(p);
            let reach = d.cdf(x).min(d.sf(x)) / d.prob(x); // a distance over which the density changes
            let slope = probability::slope_of_cdf(&*d, x, 1e-3 * reach);
            let near = if d.support().discrete { 1e-7 * d.cdf(x) } else { 1e-6 * d.prob(x) };
            assert!((slope - d.prob(x)).abs() <= near, "{d} at {x}: slope {slope}, density {}", d.prob(x));
        }
    }
}

#[test]
fn expectations_are_moments() {
    for (_, d) in members() {
        if !(d.kurtosis().is_finite() && d.std() > 0.0 && unseen(&*d) < 1e-12) {
            continue; // without a fourth moment the second converges too slowly to be compared
        }
        let Ok(mean) = probability::expectation(&*d, |x| x) else { continue };
        let variance = probability::expectation(&*d, |x| (x - d.mean()).powi(2)).unwrap();
        assert!((mean - d.mean()).abs() < 1e-9 * (d.std() + d.mean().abs()), "{d}: mean {mean}, {}", d.mean());
        assert!((variance / d.variance() - 1.0).abs() < 1e-8, "{d}: variance {variance}, {}", d.variance());
    }
}

#[test]
fn between_is_right_everywhere() {
    let d = Exponential::new(1.0).unwrap();
    let rows = [
        (100.0, 101.0, 2.35153650484698296e-44),
        (3.0, 3.0 + 1e-9, 4.97870683429704088e-11 * ((3.0 + 1e-9f64 - 3.0) / 1e-9)),
        (0.0, 1e-20, 1e-20),
        (-5.0, 1.0, 0.632120558828557678),
        (2.0, 1.0, 0.0),
        (f64::NEG_INFINITY, f64::INFINITY, 1.0),
    ];
    for (a, b, truth) in rows {
        assert_relative_eq!(between(&d, a, b), truth, max_relative = 1e-14);
    }
    let d = Geometric::new(0.25).unwrap();
    assert_relative_eq!(between(&d, 1.5, 3.0), 0.25 * (0.75f64.powi(2) + 0.75f64.powi(3)), max_relative = 1e-15);
    assert_relative_eq!(between(&d, 1000.0, 2000.0), 0.75f64.powi(1000), max_relative = 1e-12);
    assert_eq!(between(&d, 1.2, 1.8), 0.0);
    assert!(between(&d, f64::NAN, 1.0).is_nan());
}

#[test]
fn bayes_inverts_conditions() {
    let (prior, alarm) = ([0.001, 0.999], [0.99, 0.05]);
    assert_relative_eq!(total_probability(&prior, &alarm).unwrap(), 0.05094, max_relative = 1e-14);
    let posterior = bayes(&prior, &alarm).unwrap();
    assert_relative_eq!(posterior[0], 0.00099 / 0.05094, max_relative = 1e-14);
    assert_relative_eq!(posterior[0] + posterior[1], 1.0, max_relative = 1e-15);
    let twice = bayes(&bayes(&prior, &alarm).unwrap(), &alarm).unwrap(); // what came after is what comes before
    let at_once = bayes(&prior, &[0.99 * 0.99, 0.05 * 0.05]).unwrap();
    assert_relative_eq!(twice[0], at_once[0], max_relative = 1e-14);
}

#[test]
fn tables_know_margins_and_conditions() {
    // Titanic: class by survival of adults and children.
    let counts = [203.0, 122.0, 118.0, 167.0, 178.0, 528.0, 212.0, 673.0];
    let classes = ["first", "second", "third", "crew"];
    let table = Table::from_counts(&[("class", &classes), ("survived", &["yes", "no"])], &counts).unwrap();
    let survived = [("survived", "yes")];
    assert_relative_eq!(table.probability(&survived).unwrap(), 711.0 / 2201.0, max_relative = 1e-14);
    let first = table.given("class", "first").unwrap();
    assert_relative_eq!(first.probability(&survived).unwrap(), 203.0 / 325.0, max_relative = 1e-14);
    let margin = table.marginal(&["class"]).unwrap();
    assert_relative_eq!(margin.values()[3], 885.0 / 2201.0, max_relative = 1e-14);
    // The law of total probability and Bayes' rule say the same as the table.
    let given = |class| table.given("class", class).unwrap().probability(&survived).unwrap();
    let rates = classes.map(given);
    assert_relative_eq!(total_probability(margin.values(), &rates).unwrap(), 711.0 / 2201.0, max_relative = 1e-14);
    let posterior = bayes(margin.values(), &rates).unwrap();
    let survivors = table.given("survived", "yes").unwrap();
    for (i, class) in classes.iter().enumerate() {
        assert_relative_eq!(posterior[i], survivors.probability(&[("class", class)]).unwrap(), max_relative = 1e-14);
    }
    assert!(!table.independent("class", "survived", 1e-3).unwrap());
    let swapped = table.marginal(&["survived", "class"]).unwrap();
    assert_relative_eq!(swapped.values()[4], 122.0 / 2201.0, max_relative = 1e-14); // no, first
    let coins = Table::new(&[("a", &["h", "t"]), ("b", &["h", "t"])], &[0.12, 0.28, 0.18, 0.42]).unwrap();
    assert!(coins.independent("a", "b", 1e-15).unwrap());
}

#[test]
fn grids_follow_bayes_on_densities() {
    let uniform = Grid::new(0.0, 1.0, vec![1.0; 4001]).unwrap();
    let (posterior, evidence) = uniform.update(|t| 7.0 * t.ln() + 3.0 * (-t).ln_1p()).unwrap();
    assert_relative_eq!(posterior.mean(), 2.0 / 3.0, max_relative = 1e-7);
    assert_relative_eq!(posterior.variance(), 8.0 * 4.0 / (144.0 * 13.0), max_relative = 1e-6);
    assert_relative_eq!(posterior.mode(), 0.7, max_relative = 1e-12);
    assert_relative_eq!(posterior.quantile(0.5), 0.676195548273579, max_relative = 1e-6); // Beta(8, 4)
    assert_relative_eq!(evidence, -(1320f64.ln()), max_relative = 1e-7);
    let (tiny, evidence) = uniform.update(|t| 7.0 * t.ln() + 3.0 * (-t).ln_1p() - 1e4).unwrap();
    assert_relative_eq!(tiny.mean(), 2.0 / 3.0, max_relative = 1e-7);
    assert_relative_eq!(evidence, -1e4 - 1320f64.ln(), max_relative = 1e-9);
    let d = Exponential::new(1.0).unwrap();
    assert_relative_eq!(Grid::of(&d, 0.0, 40.0, 40_001).unwrap().mean(), 1.0, max_relative = 1e-6);
}

#[test]
fn bad_input_is_named() {
    let grid = Grid::new(0.0, 1.0, vec![1.0; 3]).unwrap();
    let table = Table::new(&[("a", &["x", "y"])], &[1.0, 0.0]).unwrap();
    let wrong: Vec<(Result<(), Error>, &str)> = vec![
        (bayes(&[0.5, 0.4], &[1.0, 1.0]).map(drop), "sum 0.9"),
        (bayes(&[0.5, 0.5], &[1.0]).map(drop), "2 priors and 1 conditional"),
        (bayes(&[0.5, 0.5], &[0.0, 0.0]).map(drop), "probability 0"),
        (bayes(&[0.5, 0.5], &[-1.0, 0.0]).map(drop), "conditional probability 0 is -1"),
        (total_probability(&[f64::NAN], &[1.0]).map(drop), "probability 0 is NaN"),
        (Grid::new(1.0, 0.0, vec![1.0; 3]).map(drop), "ends 1 and 0"),
        (Grid::new(0.0, 1.0, vec![1.0]).map(drop), "1 values"),
        (Grid::new(0.0, 1.0, vec![1.0, -1.0]).map(drop), "value 1 is -1"),
        (Grid::new(0.0, 1.0, vec![0.0, 0.0]).map(drop), "area 0"),
        (grid.update(|_| f64::NAN).map(drop), "ln L is NaN at 0"),
        (grid.update(|_| f64::NEG_INFINITY).map(drop), "0 everywhere"),
        (Table::new(&[("a", &["x", "y"])], &[0.5]).map(drop), "1 values for 2 cells"),
        (Table::new(&[("a", &["x", "x"])], &[0.5, 0.5]).map(drop), "two outcomes \"x\" of a"),
        (Table::new(&[("a", &["x"]), ("a", &["x"])], &[1.0]).map(drop), "two variables \"a\""),
        (Table::from_counts(&[("a", &["x"])], &[0.0]).map(drop), "counts of sum 0"),
        (table.probability(&[("b", "x")]).map(drop), "variable \"b\", known are [\"a\"]"),
        (table.given("a", "z").map(drop), "outcome \"z\" of a"),
        (table.given("a", "y").map(drop), "a = y of probability 0"),
        (probability::expectation(&Exponential::new(1.0).unwrap(), |_| f64::NAN).map(drop), "NaN"),
    ];
    for (result, part) in wrong {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("expected"), "{error} does not say {part:?}");
    }
}

/// Every member of every family that the laws run on.
fn members() -> Vec<(&'static str, Box<dyn Univariate>)> {
    let each = |family: families::Family| {
        family.members.iter().map(move |values| (family.name, (family.build)(values).unwrap())).collect::<Vec<_>>()
    };
    families::families().into_iter().flat_map(each).collect()
}
