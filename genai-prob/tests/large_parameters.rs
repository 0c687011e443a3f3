//! Families against mpmath at the cases at which other libraries lose all digits: those of gamma and beta where parameters
//! reach 10¹⁰, densities whose exponential alone leaves the range of f64, ends of a support that are no f64.
#![cfg(test)]

mod families;

use families::families;
use genai_prob::Univariate;

/// Relative to the value, or for logarithms to the larger of it and 1.
const BOUND: f64 = 1e-13;

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

fn values(d: &dyn Univariate, x: f64) -> [f64; 6] {
    [d.prob(x), d.ln_prob(x), d.cdf(x), d.sf(x), d.ln_cdf(x), d.ln_sf(x)]
}

#[test]
fn large_parameters_keep_their_digits() {
    let (families, mut failures, mut worst, mut count) = (families(), Vec::new(), 0f64, 0);
    for line in include_str!("data/families.txt").lines().filter(|line| !line.starts_with('#')) {
        let (left, right) = line.split_once('=').unwrap();
        let (name, arguments) = left.split_once(' ').unwrap();
        let (arguments, truth) = (numbers(arguments), numbers(right));
        let (x, parameters) = arguments.split_last().unwrap();
        let d = (families.iter().find(|family| family.name == name).unwrap().build)(parameters).unwrap();
        for (i, (got, truth)) in values(&*d, *x).into_iter().zip(truth).enumerate() {
            let scale = if [1, 4, 5].contains(&i) { truth.abs().max(1.0) } else { truth.abs() };
            let subnormal = truth.abs() < 2.3e-308 && (got - truth).abs() <= 5e-324;
            let error = if got == truth || subnormal { 0.0 } else { (got - truth).abs() / scale };
            (worst, count) = (worst.max(error), count + 1);
            if error.is_nan() || error > BOUND {
                failures.push(format!("{d} at {x:e}, value {i}: {got:e}, expected {truth:e}, error {error:.1e}"));
            }
        }
    }
    println!("{count} values, worst error {worst:.1e}");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}
