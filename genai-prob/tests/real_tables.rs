//! Real data, where they lie beside the repository: horse kicks, coal-mining disasters, repairs of an air conditioning,
//! heights. Values of mpmath 1.3 and SciPy 1.17.
#![cfg(test)]
#![allow(clippy::excessive_precision, reason = "reference values keep the digits that they came with")]

use approx::assert_relative_eq;
use genai_core::random::Key;
use genai_prob::continuous::{Exponential, Normal};
use genai_prob::describe::Summary;
use genai_prob::discrete::Poisson;
use genai_prob::likelihood::Likelihood;
use genai_prob::{Univariate, goodness};
use std::fs;
use std::path::Path;

/// The rows of a table without its header, or `None` with a printed reason where it is absent.
fn table(name: &str) -> Option<Vec<Vec<String>>> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/rdatasets")).join(name);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let row = |line: &str| line.split(',').map(|cell| cell.trim_matches('"').to_string()).collect();
            Some(text.lines().skip(1).map(row).collect())
        }
        Err(error) => {
            println!("skipped: {}: {error}", path.display());
            None
        }
    }
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap()
}

/// Von Bortkiewicz's men killed by horse kicks, a corps and a year each.
#[test]
fn horse_kicks_are_poisson() {
    let Some(rows) = table("vcd__HorseKicks.csv") else { return };
    let (deaths, counts): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (number(&row[1]), number(&row[2]))).unzip();
    let likelihood = Likelihood::weighted::<Poisson>(&deaths, &counts).unwrap();
    let best = likelihood.maximize().unwrap();
    assert_relative_eq!(best.values()[0], 0.61, max_relative = 1e-14);
    assert_relative_eq!(best.standard_errors().unwrap()[0], 0.055226805085936304, max_relative = 1e-9);
    assert_relative_eq!(best.ln_likelihood(), -206.10672147175408, max_relative = 1e-13);
    let expected = likelihood.expected_information(best.values()).unwrap()[(0, 0)];
    assert_relative_eq!(expected, 200.0 / 0.61, max_relative = 1e-12);
    let d = Poisson::new(0.61).unwrap();
    let due = [d.prob(0.0), d.prob(1.0), d.prob(2.0), d.sf(2.0)].map(|p| 200.0 * p);
    let test = goodness::chi_squared(&[counts[0], counts[1], counts[2], counts[3] + counts[4]], &due, 1).unwrap();
    assert_relative_eq!(test.statistic, 0.32352357660871229, max_relative = 1e-12);
    assert_relative_eq!(test.p_value, 0.8506438137125911, max_relative = 1e-12);
}

/// Years between disasters in British coal mines: safety laws made them rarer, so one rate does not fit.
#[test]
fn coal_mining_disasters_have_no_constant_rate() {
    let Some(rows) = table("boot__coal.csv") else { return };
    let dates: Vec<f64> = rows.iter().map(|row| number(&row[1])).collect();
    let gaps: Vec<f64> = dates.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let likelihood = Likelihood::of::<Exponential>(&gaps).unwrap();
    let best = likelihood.maximize().unwrap();
    assert_relative_eq!(best.values()[0], 1.7114478778761505, max_relative = 1e-12);
    assert_relative_eq!(best.standard_errors().unwrap()[0], 0.12416147887003269, max_relative = 1e-9);
    assert_relative_eq!(best.ln_likelihood(), -87.905452351787661, max_relative = 1e-12);
    let d = Exponential::new(best.values()[0]).unwrap();
    let test = goodness::kolmogorov_smirnov(&gaps, &d).unwrap();
    assert_relative_eq!(test.statistic, 0.10402415646528751, max_relative = 1e-11);
    assert_relative_eq!(test.p_value, 0.0303944270383989889, max_relative = 1e-10); // Durbin's matrix in mpmath
    let (_, after) = goodness::after_fit::<Exponential>(&gaps, goodness::kolmogorov_smirnov, 400, Key::new(1)).unwrap();
    assert!(after.p_value < 0.02, "{after:?}");
}

#[test]
fn repairs_of_an_air_conditioning_are_exponential() {
    let Some(rows) = table("boot__aircondit.csv") else { return };
    let hours: Vec<f64> = rows.iter().map(|row| number(&row[1])).collect();
    let best = Likelihood::of::<Exponential>(&hours).unwrap().maximize().unwrap();
    assert_relative_eq!(best.values()[0], 0.0092521202775636083, max_relative = 1e-13);
    assert_relative_eq!(best.standard_errors().unwrap()[0], 0.0026708570664130722, max_relative = 1e-9);
    let (_, test) = goodness::after_fit::<Exponential>(&hours, goodness::anderson_darling, 400, Key::new(1)).unwrap();
    assert!(test.p_value > 0.1, "{test:?}");
}

/// Men's heights in inches, as they said them: round numbers and jokes included, so the tails are too long.
#[test]
fn heights_are_nearly_normal() {
    let Some(rows) = table("dslabs__heights.csv") else { return };
    let heights: Vec<f64> = rows.iter().filter(|row| row[1] == "Male").map(|row| number(&row[2])).collect();
    let likelihood = Likelihood::of::<Normal>(&heights).unwrap();
    let best = likelihood.maximize().unwrap();
    let errors = best.standard_errors().unwrap();
    let rows = [
        (best.get("mean").unwrap(), 69.314754941435553),
        (best.get("sd").unwrap(), 3.6087994529135113),
        (errors[0], 0.12664403340166657),
        (errors[1], 0.089550854815134056),
        (best.ln_likelihood(), -2194.2787152396769),
    ];
    for (i, (got, truth)) in rows.into_iter().enumerate() {
        assert!((got / truth - 1.0).abs() < 1e-9, "row {i}: {got}, expected {truth}");
    }
    let found = Likelihood::numeric::<Normal>(&heights, &[]).unwrap().maximize().unwrap();
    for (found, known) in found.values().iter().zip(best.values()) {
        assert_relative_eq!(found, known, max_relative = 1e-12);
    }
    let (n, z) = (heights.len() as f64, 1.959963984540054f64);
    let reach = best.values()[1] * ((z * z / n).exp() - 1.0).sqrt();
    let (low, high) = likelihood.profile(&best, "mean", 0.95).unwrap();
    assert_relative_eq!(high - low, 2.0 * reach, max_relative = 1e-8);
    let d = Normal::new(best.values()[0], best.values()[1]).unwrap();
    let test = goodness::kolmogorov_smirnov(&heights, &d).unwrap();
    assert_relative_eq!(test.statistic, 0.07367415910887509, max_relative = 1e-9);
    assert_relative_eq!(test.p_value, 0.0002804345594468196, max_relative = 1e-4); // SciPy's expansion
    assert_relative_eq!(
        goodness::anderson_darling(&heights, &d).unwrap().statistic,
        5.2180663885143006,
        max_relative = 1e-8
    );
    let pairs = goodness::quantile_pairs(&heights, &d).unwrap();
    let near = pairs.iter().filter(|(expected, seen)| (expected - seen).abs() < 1.0).count();
    assert!(near as f64 > 0.95 * n, "{near} of {n} quantiles within an inch");
    let summary = Summary::of(&heights).unwrap();
    assert_relative_eq!(summary.skewness, -0.544856105774208, max_relative = 1e-10);
    assert_relative_eq!(summary.kurtosis, 2.900566236426445, max_relative = 1e-10);
}
