//! Densities, distribution functions, quantiles and moments of families of one number.

use crate::families::{Family, families};
use crate::score::Score;
use crate::{number, numbers};
use genai_prob::Univariate;
use serde_json::Value as Json;

/// Relative to the value, or for logarithms to the larger of it and 1.
const TOLERANCE: f64 = 1e-12;
/// What the libraries that the moments come from promise.
const MOMENTS: f64 = 1e-9;

/// Family, library, moment: what is not the moment of the name, or not to its own tolerance.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("von_mises", "moments_torch", "variance"), // the circular one, 1 - I1/I0
    ("von_mises", "moments_scipy", "excess_kurtosis"), // 5e-8 off mpmath's 0.0557902378018513 at concentration 20
    ("gompertz", "moments_scipy", "excess_kurtosis"), // 6e-9 off mpmath's -0.494783995394208 at shape 0.5
];

pub(crate) fn check(table: &Json, score: &mut Score) {
    let families = families();
    for entry in table["distributions"].as_array().expect("a list of distributions") {
        let (name, parameters) = (entry["name"].as_str().expect("a name"), numbers(&entry["params"]));
        score.begin(format!("univariate:{name}"));
        match families.iter().find(|family| family.name == name) {
            Some(family) => one(family, &parameters, entry, score),
            None => score.fail("an unknown distribution".into()),
        }
    }
}

fn one(family: &Family, parameters: &[f64], entry: &Json, score: &mut Score) {
    let d = match (family.build)(parameters) {
        Ok(d) => d,
        Err(error) => return score.fail(format!("{parameters:?}: {error}")),
    };
    assert_eq!(entry["discrete"].as_bool(), Some(d.support().discrete), "{d}: discrete");
    let columns: Vec<&str> =
        entry["columns"].as_array().expect("columns").iter().map(|c| c.as_str().expect("a word")).collect();
    for row in entry["rows"].as_array().expect("rows") {
        let row = numbers(row);
        for (column, truth) in columns.iter().zip(&row).skip(1) {
            value(&*d, column, row[0], *truth, score);
        }
    }
    for quantile in entry["quantiles"].as_array().expect("quantiles") {
        let (side, p, truth) = (quantile[0].as_str(), number(&quantile[1]), number(&quantile[2]));
        let got = match side {
            Some("ppf") => d.quantile(p),
            Some("isf") => d.isf(p),
            _ => panic!("{d}: {side:?} is an unknown side"),
        };
        score.relative(&format!("{d} {side:?}({p:e})"), got, truth, TOLERANCE);
    }
    moments(&*d, family.name, entry, score);
}

fn value(d: &dyn Univariate, column: &str, x: f64, truth: f64, score: &mut Score) {
    let what = format!("{d} {column}({x:?})");
    match column {
        "prob" => score.relative(&what, d.prob(x), truth, TOLERANCE),
        "cdf" => score.relative(&what, d.cdf(x), truth, TOLERANCE),
        "sf" => score.relative(&what, d.sf(x), truth, TOLERANCE),
        "log_prob" => score.mixed(&what, d.ln_prob(x), truth, TOLERANCE),
        "log_cdf" => score.mixed(&what, d.ln_cdf(x), truth, TOLERANCE),
        "log_sf" => score.mixed(&what, d.ln_sf(x), truth, TOLERANCE),
        _ => score.fail(format!("{column}: an unknown column")),
    }
}

fn moments(d: &dyn Univariate, family: &str, entry: &Json, score: &mut Score) {
    for library in ["moments_scipy", "moments_torch"] {
        for (moment, truth) in entry[library].as_object().expect("moments") {
            let (what, truth) = (format!("{d} {library} {moment}"), number(truth));
            let got = match moment.as_str() {
                "mean" => d.mean(),
                "variance" => d.variance(),
                "skewness" => d.skewness(),
                "excess_kurtosis" => d.kurtosis(),
                "median" => d.median(),
                "entropy" => d.entropy(),
                "mode" => d.mode(),
                _ => return score.fail(format!("{what}: an unknown moment")),
            };
            if ELSEWHERE.contains(&(family, library, moment)) {
                continue;
            }
            let elsewhere = moment == "mode" && d.ln_prob(got) >= d.ln_prob(truth); // PyTorch's where the density has none, or two
            if !truth.is_nan() && !elsewhere {
                score.mixed(&what, got, truth, MOMENTS);
            }
        }
    }
}
