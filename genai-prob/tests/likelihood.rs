//! Likelihoods: estimates, errors, intervals and comparisons against mpmath 1.3 (50 digits), and the laws between them.
#![cfg(test)]
#![allow(clippy::excessive_precision, reason = "reference values keep the digits that they came with")]

use approx::assert_relative_eq;
use genai_core::random::Key;
use genai_prob::continuous::Exponential;
use genai_prob::discrete::Geometric;
use genai_prob::likelihood::{Bootstrap, Likelihood};
use genai_prob::optimize::{Constraint, Lbfgs};
use genai_prob::{Error, Univariate};

/// Hours between repairs of an air conditioning (Proschan 1963).
const HOURS: [f64; 12] = [3.0, 5.0, 7.0, 18.0, 43.0, 85.0, 91.0, 98.0, 100.0, 130.0, 230.0, 487.0];

fn coin() -> Likelihood<'static> {
    let domain = [("theta", Constraint::Between(0.0, 1.0))];
    Likelihood::with_score(
        &domain,
        10.0,
        |t| 7.0 * t[0].ln() + 3.0 * (-t[0]).ln_1p(),
        |t| vec![7.0 / t[0] - 3.0 / (1.0 - t[0])],
    )
}

#[test]
fn seven_heads_of_ten() {
    let coin = coin();
    for theta in [0.1f64, 0.5, 0.7, 0.9] {
        let product = theta.powi(7) * (1.0 - theta).powi(3);
        assert_relative_eq!(coin.ln_likelihood(&[theta]).exp(), product, max_relative = 1e-14);
    }
    let best = coin.maximize().unwrap();
    assert_relative_eq!(best.get("theta").unwrap(), 0.7, max_relative = 1e-14);
    assert_relative_eq!(best.standard_errors().unwrap()[0], 0.021f64.sqrt(), max_relative = 1e-10);
    let (low, high) = best.wald("theta", 0.95).unwrap();
    assert_relative_eq!(low, 0.41597423491067457, max_relative = 1e-10);
    assert_relative_eq!(high, 0.98402576508932538, max_relative = 1e-10);
    let (low, high) = coin.profile(&best, "theta", 0.95).unwrap();
    assert_relative_eq!(low, 0.39346096909551471, max_relative = 1e-11);
    assert_relative_eq!(high, 0.91544134501849017, max_relative = 1e-11);
    let fair = coin.clone().hold("theta", 0.5).unwrap().maximize().unwrap();
    let test = best.ratio_test(&fair).unwrap();
    assert_relative_eq!(test.statistic, 1.6456575701010369, max_relative = 1e-12);
    assert_relative_eq!(test.p_value, 0.19955099099366042, max_relative = 1e-12);
    assert_eq!(test.degrees, Some(1.0));
}

#[test]
fn without_a_score_differences_do() {
    let domain = [("theta", Constraint::Between(0.0, 1.0))];
    let coin = Likelihood::from_fn(&domain, 10.0, |t| 7.0 * t[0].ln() + 3.0 * (-t[0]).ln_1p());
    let best = coin.maximize().unwrap();
    assert_relative_eq!(best.values()[0], 0.7, max_relative = 1e-11);
    assert_relative_eq!(best.standard_errors().unwrap()[0], 0.021f64.sqrt(), max_relative = 1e-8);
}

#[test]
fn hours_between_repairs() {
    let likelihood = Likelihood::of::<Exponential>(&HOURS).unwrap();
    let best = likelihood.maximize().unwrap();
    let rows = [
        (best.get("rate").unwrap(), 0.0092521202775636083),
        (best.standard_errors().unwrap()[0], 0.0026708570664130722),
        (best.ln_likelihood(), -68.194830414341323),
        (best.aic(), 138.38966082868264572),
        (best.aicc(), 138.78966082868264572),
        (best.bic(), 138.87456747847064603),
        (likelihood.profile(&best, "rate", 0.95).unwrap().0, 0.0049544421973841209),
        (likelihood.profile(&best, "rate", 0.95).unwrap().1, 0.015517347250079193),
    ];
    for (i, (got, truth)) in rows.into_iter().enumerate() {
        assert!((got / truth - 1.0).abs() < 1e-11, "row {i}: {got}, expected {truth}");
    }
    let expected = likelihood.expected_information(best.values()).unwrap()[(0, 0)];
    assert_relative_eq!(expected, 12.0 / best.values()[0].powi(2), max_relative = 1e-12);
}

#[test]
fn scores_vanish_at_the_maximum_and_are_slopes_elsewhere() {
    let counts = [0.0, 3.0, 1.0, 0.0, 7.0, 2.0, 2.0];
    let weights = [1.0, 2.0, 0.5, 1.0, 1.0, 0.0, 3.0];
    let likelihood = Likelihood::weighted::<Geometric>(&counts, &weights).unwrap();
    assert_eq!(likelihood.observations(), 8.5);
    let best = likelihood.maximize().unwrap();
    assert!(likelihood.score(best.values())[0].abs() < 1e-10);
    for p in [0.1, 0.4, 0.9] {
        let h = 1e-4;
        let slope = (likelihood.ln_likelihood(&[p + h]) - likelihood.ln_likelihood(&[p - h])) / (2.0 * h);
        assert_relative_eq!(likelihood.score(&[p])[0], slope, max_relative = 1e-5);
        let curvature = (likelihood.score(&[p - h])[0] - likelihood.score(&[p + h])[0]) / (2.0 * h);
        assert_relative_eq!(likelihood.observed_information(&[p])[(0, 0)], curvature, max_relative = 1e-5);
    }
    assert_eq!(likelihood.ln_likelihood(&[1.5]), f64::NEG_INFINITY);
}

#[test]
fn searching_finds_what_the_family_knows() {
    let known = Likelihood::of::<Exponential>(&HOURS).unwrap().maximize().unwrap();
    let found = Likelihood::numeric::<Exponential>(&HOURS, &[]).unwrap().maximize().unwrap();
    assert_relative_eq!(found.values()[0], known.values()[0], max_relative = 1e-13);
    let far = Likelihood::numeric::<Exponential>(&HOURS, &[]).unwrap().start(&[1e4]).maximize().unwrap();
    assert_relative_eq!(far.values()[0], known.values()[0], max_relative = 1e-13);
}

const DOSE: [f64; 20] =
    [0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 4.0, 4.25, 4.5, 4.75, 5.0, 5.5];
const CURED: [f64; 20] =
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];

fn logistic() -> Likelihood<'static> {
    let pairs = || DOSE.into_iter().zip(CURED);
    let ln_likelihood =
        move |t: &[f64]| pairs().map(|(x, y)| y * (t[0] + t[1] * x) - (t[0] + t[1] * x).exp().ln_1p()).sum();
    let score = move |t: &[f64]| {
        let rest = pairs().map(|(x, y)| (x, y - 1.0 / (1.0 + (-t[0] - t[1] * x).exp())));
        rest.fold(vec![0.0, 0.0], |s, (x, r)| vec![s[0] + r, s[1] + r * x])
    };
    let domain = [("intercept", Constraint::Free), ("slope", Constraint::Free)];
    Likelihood::with_score(&domain, 20.0, ln_likelihood, score)
}

#[test]
fn logistic_regression_with_its_covariance() {
    let best = logistic().maximize().unwrap();
    assert_relative_eq!(best.values()[0], -4.0777134310876306701, max_relative = 1e-13);
    assert_relative_eq!(best.values()[1], 1.5046454283733334561, max_relative = 1e-13);
    assert_relative_eq!(best.ln_likelihood(), -8.0298784643446742926, max_relative = 1e-14);
    let covariance = best.covariance().unwrap();
    assert_relative_eq!(covariance[(0, 0)], 3.1011009744914196458, max_relative = 1e-10);
    assert_relative_eq!(covariance[(0, 1)], -1.0345034589834194159, max_relative = 1e-10);
    assert_relative_eq!(covariance[(1, 1)], 0.39528990212628157952, max_relative = 1e-10);
    let none = logistic().hold("slope", 0.0).unwrap().maximize().unwrap();
    assert_relative_eq!(none.get("intercept").unwrap(), 0.0, epsilon = 1e-12); // 10 of 20
    let test = best.ratio_test(&none).unwrap();
    assert_relative_eq!(test.statistic, 2.0 * (20.0 * 2f64.ln() - 8.0298784643446742926), max_relative = 1e-12);
}

/// A normal sample, written as a function of mean and standard deviation.
fn normal(x: &[f64]) -> Likelihood<'_> {
    let domain = [("mean", Constraint::Free), ("sd", Constraint::Above(0.0))];
    let n = x.len() as f64;
    Likelihood::with_score(
        &domain,
        n,
        move |t| -n * t[1].ln() - x.iter().map(|x| 0.5 * ((x - t[0]) / t[1]).powi(2)).sum::<f64>(),
        move |t| {
            let z = || x.iter().map(|x| (x - t[0]) / t[1]);
            vec![z().sum::<f64>() / t[1], (z().map(|z| z * z).sum::<f64>() - n) / t[1]]
        },
    )
}

#[test]
fn profiles_of_a_normal_mean_have_a_closed_form() {
    let x = [62.1, 58.4, 65.0, 71.3, 60.2, 63.9, 59.5];
    let likelihood = normal(&x);
    let best = likelihood.maximize().unwrap();
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let sd = (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    assert_relative_eq!(best.values()[0], mean, max_relative = 1e-13);
    assert_relative_eq!(best.values()[1], sd, max_relative = 1e-13);
    assert_relative_eq!(best.standard_errors().unwrap()[0], sd / n.sqrt(), max_relative = 1e-10);
    assert_relative_eq!(best.standard_errors().unwrap()[1], sd / (2.0 * n).sqrt(), max_relative = 1e-10);
    let z = 1.959963984540054f64; // 0.975
    let reach = sd * ((z * z / n).exp() - 1.0).sqrt();
    let (low, high) = likelihood.profile(&best, "mean", 0.95).unwrap();
    assert_relative_eq!(low, mean - reach, max_relative = 1e-10);
    assert_relative_eq!(high, mean + reach, max_relative = 1e-10);
    let far: Vec<f64> = x.iter().map(|x| 1e9 * (x - mean)).collect(); // an estimate of 0 with a large error
    let wide = normal(&far);
    let (low, high_of_far) = wide.profile(&wide.clone().start(&[1e8, 1e9]).maximize().unwrap(), "mean", 0.95).unwrap();
    assert_relative_eq!(high_of_far, 1e9 * reach, max_relative = 1e-6);
    assert_relative_eq!(low, -1e9 * reach, max_relative = 1e-6);
    let at = likelihood.profile_at("mean", high).unwrap();
    assert_relative_eq!(2.0 * (best.ln_likelihood() - at), z * z, max_relative = 1e-8);
}

#[test]
fn shares_on_a_simplex_have_the_multinomial_covariance() {
    let counts = [50.0, 30.0, 20.0];
    let likelihood = Likelihood::with_score(
        &[("p", Constraint::Simplex(3))],
        100.0,
        move |p| counts.iter().zip(p).map(|(n, p)| n * p.ln()).sum(),
        move |p| counts.iter().zip(p).map(|(n, p)| n / p).collect(),
    );
    let best = likelihood.maximize().unwrap();
    assert_eq!(best.names(), ["p[0]", "p[1]", "p[2]"]);
    let covariance = best.covariance().unwrap();
    for i in 0..3 {
        assert_relative_eq!(best.values()[i], counts[i] / 100.0, max_relative = 1e-8);
        for j in 0..3 {
            let (p, q) = (counts[i] / 100.0, counts[j] / 100.0);
            let truth = if i == j { p * (1.0 - p) } else { -p * q } / 100.0;
            assert_relative_eq!(covariance[(i, j)], truth, max_relative = 1e-7);
        }
    }
    assert_relative_eq!(best.aic(), 4.0 - 2.0 * best.ln_likelihood()); // two free numbers
}

#[test]
fn priors_pull() {
    // Exponential data under a Gamma-shaped prior λ² e^(−5λ): the posterior's mode is (n + 2) / (Σ x + 5).
    let likelihood = Likelihood::of::<Exponential>(&HOURS).unwrap();
    let best = likelihood.with_prior(|t| 2.0 * t[0].ln() - 5.0 * t[0]).maximize().unwrap();
    assert_relative_eq!(best.values()[0], 14.0 / 1302.0, max_relative = 1e-9);
    assert_relative_eq!(best.standard_errors().unwrap()[0], 14f64.sqrt() / 1302.0, max_relative = 1e-6);
    let prior = Exponential::new(4.0).unwrap();
    let likelihood = Likelihood::of::<Exponential>(&[1.0, 2.0, 3.0]).unwrap();
    let best = likelihood.with_priors(&[("rate", &prior)]).unwrap().maximize().unwrap();
    assert_relative_eq!(best.values()[0], 0.3, max_relative = 1e-9);
}

/// Over 400 data sets, a 90 % interval that holds what it says misses 40 times; 40 ± 5 √36 with an error rate of 6·10⁻⁷.
#[test]
fn intervals_hold_what_they_say() {
    let truth = Exponential::new(2.0).unwrap();
    let (mut wald, mut profile, mut bca) = (0, 0, 0);
    for seed in 0..400 {
        let data = truth.sample_n(60, &mut Key::new(seed).stream());
        let likelihood = Likelihood::of::<Exponential>(&data).unwrap();
        let best = likelihood.maximize().unwrap();
        let misses = |(low, high): (f64, f64)| i32::from(!(low < 2.0 && 2.0 < high));
        wald += misses(best.wald("rate", 0.9).unwrap());
        profile += misses(likelihood.profile(&best, "rate", 0.9).unwrap());
        let bootstrap = likelihood.bootstrap(300, Key::new(seed).split(1)).unwrap();
        bca += misses(bootstrap.bca("rate", 0.9).unwrap());
    }
    for (name, misses) in [("wald", wald), ("profile", profile), ("bca", bca)] {
        assert!((10..=75).contains(&misses), "{name} misses {misses} of 400");
    }
}

#[test]
fn bootstraps_repeat_themselves() {
    let likelihood = Likelihood::of::<Exponential>(&HOURS).unwrap();
    let one = likelihood.bootstrap(500, Key::new(3)).unwrap();
    let alone = rayon_of_one(|| likelihood.bootstrap(500, Key::new(3)).unwrap());
    assert_eq!(one, alone);
    assert_ne!(one, likelihood.bootstrap(500, Key::new(4)).unwrap());
    let (low, high) = one.percentile("rate", 0.95).unwrap();
    let sorted = one.replicates("rate").unwrap();
    assert!(sorted[12] <= low && low <= sorted[13] && sorted[486] <= high && high <= sorted[487]);
    assert_relative_eq!(one.standard_errors()[0], 0.0038, max_relative = 0.3);
}

#[test]
fn without_bias_and_skewness_bca_is_the_percentile_interval() {
    let mean = |x: &[f64]| Ok(vec![x.iter().sum::<f64>() / x.len() as f64]);
    let data: Vec<f64> = (0..41).map(|i| f64::from(i) - 20.0).collect(); // symmetric: no acceleration
    let bootstrap = Bootstrap::of(&data, mean, 4000, Key::new(5)).unwrap();
    let (percentile, bca) = (bootstrap.percentile("0", 0.9).unwrap(), bootstrap.bca("0", 0.9).unwrap());
    let spread = bootstrap.standard_errors()[0];
    assert!((percentile.0 - bca.0).abs() < 0.15 * spread && (percentile.1 - bca.1).abs() < 0.15 * spread);
    let truth = (data.iter().map(|x| x * x).sum::<f64>() / 41.0 / 41.0).sqrt();
    assert_relative_eq!(spread, truth, max_relative = 0.06); // five standard deviations of 1/√(2 · 4000)
}

fn rayon_of_one<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(f)
}

#[test]
fn valleys_and_walls() {
    let rosenbrock = |x: &[f64], g: &mut [f64]| {
        g[0] = -400.0 * x[0] * (x[1] - x[0] * x[0]) - 2.0 * (1.0 - x[0]);
        g[1] = 200.0 * (x[1] - x[0] * x[0]);
        100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
    };
    let minimum = Lbfgs::default().minimize(&[-1.2, 1.0], rosenbrock).unwrap();
    assert!(minimum.point.iter().all(|x| (x - 1.0).abs() < 1e-8), "{minimum:?}");
    assert!(minimum.iterations < 60, "{} steps", minimum.iterations);
    // The same valley, cut off before its lowest place: the minimum lies on the wall x₀ = ½.
    let domain = [Constraint::Between(-2.0, 0.5), Constraint::Below(3.0)];
    let minimum =
        Lbfgs { tolerance: 1e-9, ..Lbfgs::default() }.minimize_within(&domain, &[-1.2, 1.0], rosenbrock).unwrap();
    assert_relative_eq!(minimum.point[0], 0.5, epsilon = 1e-6);
    assert_relative_eq!(minimum.point[1], 0.25, epsilon = 1e-5);
    let wide: Vec<f64> = (0..200).map(|i| f64::from(i).sin()).collect();
    let bowl = |x: &[f64], g: &mut [f64]| {
        let scale = |i: usize| 1.0 + i as f64;
        x.iter().enumerate().for_each(|(i, x)| g[i] = scale(i) * (x - 1.0));
        x.iter().enumerate().map(|(i, x)| 0.5 * scale(i) * (x - 1.0).powi(2)).sum()
    };
    let minimum = Lbfgs::default().minimize(&wide, bowl).unwrap();
    assert!(minimum.point.iter().all(|x| (x - 1.0).abs() < 1e-8));
}

#[test]
fn bad_input_is_named() {
    let likelihood = Likelihood::of::<Exponential>(&HOURS).unwrap();
    let best = likelihood.maximize().unwrap();
    let sure = Likelihood::of::<Geometric>(&[0.0, 0.0]).unwrap();
    let constant = Geometric::new(0.5).unwrap();
    let flat = Likelihood::from_fn(&[("a", Constraint::Free)], 1.0, |_| f64::NEG_INFINITY);
    let steep = |x: &[f64], g: &mut [f64]| {
        g[0] = 1.0;
        x[0]
    };
    let wrong: Vec<(Result<(), Error>, &str)> = vec![
        (Likelihood::of::<Exponential>(&[]).map(drop), "no values"),
        (Likelihood::of::<Exponential>(&[1.0, f64::NAN]).map(drop), "value 1 is NaN"),
        (Likelihood::weighted::<Exponential>(&[1.0], &[-1.0]).map(drop), "weight 0 is -1"),
        (Likelihood::weighted::<Exponential>(&[1.0], &[1.0, 1.0]).map(drop), "2 weights for 1 values"),
        (Likelihood::of::<Exponential>(&[-1.0]).unwrap().maximize().map(drop), "value 0 is -1"),
        (Likelihood::of::<Exponential>(&[0.0, 0.0]).unwrap().maximize().map(drop), "rate is inf"),
        (likelihood.clone().hold("speed", 1.0).map(drop), "parameter \"speed\""),
        (likelihood.clone().hold("rate", -1.0).map(drop), "rate held at -1"),
        (likelihood.clone().with_priors(&[("rate", &constant)]).map(drop), "Geometric(p = 0.5) for rate"),
        (likelihood.profile(&best, "rate", 1.0).map(drop), "level 1"),
        (likelihood.profile(&best, "speed", 0.9).map(drop), "parameter \"speed\", known are [\"rate\"]"),
        (sure.profile(&sure.maximize().unwrap(), "p", 0.9).map(drop), "p = 1 at the end of its domain"),
        (best.wald("rate", f64::NAN).map(drop), "level NaN"),
        (best.get("speed").map(drop), "parameter \"speed\""),
        (best.ratio_test(&best).map(drop), "1 parameters, 12 observations"),
        (flat.maximize().map(drop), "no start with a finite likelihood"),
        (coin().bootstrap(10, Key::new(0)).map(drop), "given as a function"),
        (coin().expected_information(&[0.5]).map(drop), "given as a function"),
        (likelihood.bootstrap(0, Key::new(0)).map(drop), "12 data and 0 replicates"),
        (Lbfgs::default().minimize(&[f64::NAN], steep).map(drop), "value NaN"),
        (Lbfgs::default().minimize_within(&[Constraint::Above(0.0)], &[-1.0], steep).map(drop), "[-1.0]"),
        (Lbfgs::default().minimize_within(&[Constraint::Free], &[0.0, 1.0], steep).map(drop), "2 numbers"),
    ];
    for (result, part) in wrong {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("expected"), "{error} does not say {part:?}");
    }
    let endless = Lbfgs { iterations: 50, ..Lbfgs::default() }.minimize(&[0.0], steep);
    assert!(matches!(endless, Err(Error::NotConverged { what: "minimize", .. })), "{endless:?}");
}
