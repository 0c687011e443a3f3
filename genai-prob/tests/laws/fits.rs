//! A fit is a maximum of the likelihood, near the truth, and says what it cannot work with.

use crate::families::FitOf;
use crate::{Failures, Member, every};
use genai_core::random::Key;
use genai_prob::{Domain, Univariate};

/// Draws that a fit sees.
const N: usize = 20_000;

/// Runs the law where the family has a fit: with draws of the member.
fn fitting(law: impl Fn(&Member<'_>, FitOf, &[f64], &mut Failures) + Sync) {
    every(|m, failures| {
        if let Some(fit) = m.family.fit {
            let mut x = vec![0.0; N];
            m.d.fill(Key::new(30).named(m.family.name), &mut x);
            law(m, fit, &x, failures);
        }
    });
}

fn fitted(m: &Member<'_>, fit: FitOf, x: &[f64], failures: &mut Failures) -> Option<(Vec<f64>, Box<dyn Univariate>)> {
    match fit(x, &vec![1.0; x.len()]) {
        Ok(parameters) => (m.family.build)(&parameters).ok().map(|d| (parameters, d)),
        Err(error) => {
            let constant = x.iter().all(|y| *y == x[0]); // nothing can be learned from it
            failures.unless(constant, || format!("the fit to its own draws: {error}"));
            None
        }
    }
}

fn ln_likelihood(d: &dyn Univariate, x: &[f64]) -> f64 {
    x.iter().map(|x| d.ln_prob(*x)).sum()
}

#[test]
fn a_fit_is_more_likely_than_the_truth() {
    fitting(|m, fit, x, failures| {
        if let Some((_, d)) = fitted(m, fit, x, failures) {
            let (best, truth) = (ln_likelihood(&*d, x), ln_likelihood(&*m.d, x));
            let holds = best >= truth - 1e-11 * truth.abs().max(1.0);
            failures.unless(holds, || format!("{d} has ln likelihood {best}, the truth {truth}"));
        }
    });
}

#[test]
fn the_mean_score_of_a_fit_is_zero() {
    fitting(|m, fit, x, failures| {
        let Some((parameters, d)) = fitted(m, fit, x, failures) else { return };
        let scores = scores(m, &parameters, x);
        for (i, parameter) in m.family.parameters.iter().enumerate().filter(|(i, _)| is_free(m, &parameters, *i)) {
            let mean = scores.iter().map(|s| s[i]).sum::<f64>() / N as f64;
            let size = (scores.iter().map(|s| s[i] * s[i]).sum::<f64>() / N as f64).sqrt();
            let at_kink = x.iter().filter(|x| **x == parameters[i]).count() as f64; // a median has the score of either side
            let largest = scores.iter().fold(0.0, |largest: f64, s| largest.max(s[i].abs()));
            let allowed = 1e-6 + at_kink * largest / size / N as f64;
            // A maximum at the end of a domain: the likelihood may only fall away from there.
            let at_end = matches!(parameter.domain, Domain::Positive) && parameters[i] < 1e-9 * d.std();
            let slope = if at_end { (mean / size).max(0.0) } else { mean / size };
            failures.close(&format!("the mean score of {} at {d}", parameter.name), slope, 0.0, allowed);
        }
    });
}

fn scores(m: &Member<'_>, parameters: &[f64], x: &[f64]) -> Vec<Vec<f64>> {
    let score = |x: &f64| {
        let mut score = vec![0.0; parameters.len()];
        (m.family.score)(parameters, *x, &mut score);
        score
    };
    x.iter().map(score).collect()
}

/// Whether the likelihood is smooth in the parameter and its maximum inside: a real number, away from the ends of its domain,
/// that does not move the support.
fn is_free(m: &Member<'_>, parameters: &[f64], i: usize) -> bool {
    let (domain, value) = (m.family.parameters[i].domain, parameters[i]);
    let whole = matches!(domain, Domain::Count | Domain::PositiveCount | Domain::Whole);
    let support = |by: f64| {
        let mut parameters = parameters.to_vec();
        parameters[i] += by;
        (m.family.build)(&parameters).ok().map(|d| d.support())
    };
    let step = 1e-9 * value.abs().max(f64::MIN_POSITIVE);
    let fixed = support(0.0) == support(step) && support(0.0) == support(-step);
    !whole && fixed
}

/// Within six standard errors 1/√n of the truth: right fits fail with probability 2e-9 a parameter.
#[test]
fn a_fit_recovers_the_parameters() {
    fitting(|m, fit, x, failures| {
        let Some((parameters, d)) = fitted(m, fit, x, failures) else { return };
        let information = outer_products(&scores(m, &parameters, x));
        let errors = standard_errors(&information);
        for (i, parameter) in m.family.parameters.iter().enumerate() {
            if errors[i].is_finite() && is_free(m, &parameters, i) {
                let what = format!("{} of {d}", parameter.name);
                failures.close(&what, parameters[i], m.parameters[i], 6.0 * errors[i] + 1e-12 * m.parameters[i].abs());
            }
        }
    });
}

/// Σ s sᵀ.
fn outer_products(scores: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let k = scores[0].len();
    let entry = |i: usize, j: usize| scores.iter().map(|s| s[i] * s[j]).sum();
    (0..k).map(|i| (0..k).map(|j| entry(i, j)).collect()).collect()
}

/// Square roots of the diagonal of the inverse; parameters that do not move the likelihood have none.
fn standard_errors(information: &[Vec<f64>]) -> Vec<f64> {
    let scale: Vec<f64> = (0..information.len()).map(|i| information[i][i].sqrt()).collect();
    let moving: Vec<usize> = (0..scale.len()).filter(|i| scale[*i] > 0.0).collect();
    let mut errors = vec![f64::INFINITY; scale.len()];
    for (place, i) in moving.iter().enumerate() {
        let correlation = |a: usize, b: usize| information[a][b] / scale[a] / scale[b];
        let matrix: Vec<Vec<f64>> =
            moving.iter().map(|a| moving.iter().map(|b| correlation(*a, *b)).collect()).collect();
        errors[*i] = inverse_entry(matrix, place).sqrt() / scale[*i];
    }
    errors
}

/// An entry of the diagonal of the inverse, by elimination.
fn inverse_entry(mut a: Vec<Vec<f64>>, place: usize) -> f64 {
    let n = a.len();
    let mut b: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == place))).collect();
    for i in 0..n {
        let pivot = a[i].clone();
        for j in (0..n).filter(|j| *j != i) {
            let factor = a[j][i] / pivot[i];
            a[j].iter_mut().zip(&pivot).for_each(|(entry, above)| *entry -= factor * above);
            b[j] -= factor * b[i];
        }
    }
    b[place] / a[place][place]
}

#[test]
fn weights_count_like_repetition() {
    fitting(|m, fit, x, failures| {
        let x = &x[..2000];
        let weights: Vec<f64> = (0..x.len()).map(|i| (i % 3) as f64).collect();
        let repeated: Vec<f64> = x.iter().zip(&weights).flat_map(|(x, w)| vec![*x; *w as usize]).collect();
        match (fit(x, &weights), fit(&repeated, &vec![1.0; repeated.len()])) {
            (Ok(weighted), Ok(plain)) => {
                for (i, parameter) in m.family.parameters.iter().enumerate() {
                    let allowed = 1e-7 * plain[i].abs() + 1e-9 * m.d.std().min(1.0);
                    failures.close(parameter.name, weighted[i], plain[i], allowed);
                }
            }
            (Err(_), Err(_)) => {}
            (one, other) => failures.unless(false, || format!("weighted {one:?}, repeated {other:?}")),
        }
    });
}

#[test]
fn data_that_admit_no_fit_are_named() {
    fitting(|m, fit, x, failures| {
        let x = &x[..20];
        let with = |stray: f64| [x, &[stray]].concat();
        let mut cases = vec![
            ("no data", vec![], vec![]),
            ("NaN", with(f64::NAN), vec![1.0; 21]),
            ("an infinity", with(f64::INFINITY), vec![1.0; 21]),
            ("weights of 0", x.to_vec(), vec![0.0; 20]),
            ("a negative weight", x.to_vec(), [vec![1.0; 19], vec![-1.0]].concat()),
            ("a weight of NaN", x.to_vec(), [vec![1.0; 19], vec![f64::NAN]].concat()),
            ("too few weights", x.to_vec(), vec![1.0; 19]),
        ];
        let support = m.d.support();
        let bounds = [support.lower.floor() - 1.0, support.upper.ceil() + 1.0];
        let moves = (0..m.parameters.len()).any(|i| !is_free(m, m.parameters, i));
        if !moves {
            let outside = bounds.into_iter().filter(|x| x.is_finite());
            cases.extend(outside.map(|x| ("a value outside the support", with(x), vec![1.0; 21])));
        }
        if support.discrete {
            cases.push(("half a count", with(0.5), vec![1.0; 21]));
        }
        for (what, data, weights) in cases {
            let result = fit(&data, &weights);
            let named = result.as_ref().err().is_some_and(|e| e.to_string().contains("expected"));
            failures.unless(named, || format!("{what} gives {result:?}"));
        }
    });
}

#[test]
fn constant_data_give_an_error_or_a_proper_member() {
    fitting(|m, fit, x, failures| {
        for c in [x[0], m.d.median()] {
            if let Ok(parameters) = fit(&[c; 12], &[1.0; 12]) {
                let d = (m.family.build)(&parameters);
                let proper = d.is_ok_and(|d| d.ln_prob(c).is_finite());
                failures.unless(proper, || format!("twelve times {c:e} gives {parameters:?}"));
            }
        }
    });
}
