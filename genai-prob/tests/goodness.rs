//! Goodness of fit and descriptions against SciPy 1.17, NumPy 2.4 and mpmath 1.3.
#![cfg(test)]
#![allow(clippy::excessive_precision, reason = "reference values keep the digits that they came with")]

use approx::assert_relative_eq;
use genai_core::random::Key;
use genai_prob::continuous::Exponential;
use genai_prob::describe::{Ecdf, Histogram, Summary, bandwidth, modes};
use genai_prob::discrete::Geometric;
use genai_prob::{Error, Univariate, goodness};

const HOURS: [f64; 12] = [3.0, 5.0, 7.0, 18.0, 43.0, 85.0, 91.0, 98.0, 100.0, 130.0, 230.0, 487.0];

/// n, d, P(Dₙ ≥ d): of scipy.stats.kstwo up to n = 140 and beyond 1,000; between, Durbin's matrix in mpmath, because SciPy's
/// expansion is right to seven digits there.
const KOLMOGOROV: &[(usize, f64, f64)] = &[
    (1, 0.7, 0.6000000000000001),
    (3, 0.3, 0.8862222222222222),
    (10, 0.15, 0.95396527),
    (10, 0.274, 0.3715203845434957),
    (10, 0.5, 0.00777741),
    (10, 0.9, 2e-10),
    (50, 0.08, 0.880839701941023),
    (50, 0.1884, 0.05001257260043668),
    (50, 0.29, 0.0003222158104813692),
    (140, 0.05, 0.8576480297656114),
    (140, 0.17, 0.0005246108687519814),
    (1000, 0.02, 0.810897131070212134),
    (1000, 0.043, 0.0481109772423124601),
    (1000, 0.09, 1.6911775984434787e-07),
    (5000, 0.008, 0.9035907876780276),
    (5000, 0.0192, 0.04947898364727654),
    (5000, 0.03, 0.00024159234422666817),
    (100000, 0.003, 0.3284563327726956),
    (100000, 0.0043, 0.04940312751194875),
];

#[test]
fn kolmogorovs_distribution_is_that_of_scipy() {
    for (n, d, truth) in KOLMOGOROV {
        if *n <= 1000 {
            let exact = goodness::kolmogorov_sf_exact(*n, *d);
            assert!((exact / truth - 1.0).abs() < 1e-10, "n = {n}, d = {d}: {exact:e}, expected {truth:e}");
        }
        if *n >= 140 {
            let near = goodness::kolmogorov_sf(*n, *d);
            assert!((near / truth - 1.0).abs() < 1e-4, "n = {n}, d = {d}: {near:e}, expected {truth:e}");
        }
    }
    assert_eq!(goodness::kolmogorov_sf_exact(5, 0.05), 1.0);
    assert_eq!(goodness::kolmogorov_sf_exact(5, 1.0), 0.0);
}

#[test]
fn tests_of_hours_between_repairs() {
    let d = Exponential::new(12.0 / 1297.0).unwrap();
    let test = goodness::kolmogorov_smirnov(&HOURS, &d).unwrap();
    assert_relative_eq!(test.statistic, 0.18728784825304445, max_relative = 1e-13);
    assert_relative_eq!(test.p_value, 0.728174757526139, max_relative = 1e-11);
    let test = goodness::anderson_darling(&HOURS, &d).unwrap();
    assert_relative_eq!(test.statistic, 0.71732032872126659, max_relative = 1e-13);
    assert!((0.53..0.56).contains(&test.p_value), "{test:?}"); // between the limits of 0.7 and 0.74
}

/// A², its P of mpmath: the characteristic function of the limit, inverted.
#[test]
fn anderson_darlings_limit_is_that_of_mpmath() {
    let d = Exponential::new(1.0).unwrap();
    for (statistic, truth) in [
        (0.3, 0.9381576360571246),
        (0.7, 0.55882320385325839),
        (1.933, 0.099994623208223797),
        (2.492, 0.050022186359607922),
        (3.857, 0.010241153229861044),
        (8.0, 0.000113814155730835),
    ] {
        // One value has A² = −1 − ln F − ln (1 − F): the place where it is this.
        let a2 = |x: f64| -1.0 - d.ln_cdf(x) - d.ln_sf(x);
        let (mut low, mut high) = (2f64.ln(), 60.0);
        if a2(low) > statistic {
            continue; // ln 4 − 1 is the least that one value can have
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if a2(middle) < statistic { low = middle } else { high = middle }
        }
        let test = goodness::anderson_darling(&[high], &d).unwrap();
        assert_relative_eq!(test.statistic, statistic, max_relative = 1e-12);
        assert_relative_eq!(test.p_value, truth, max_relative = 1e-7);
    }
}

/// Of 500 samples from the hypothesis, a test at 5 % rejects 25; 25 ± 5 √24 with an error rate of 6·10⁻⁷.
#[test]
fn tests_reject_as_often_as_they_say() {
    let d = Exponential::new(2.0).unwrap();
    let rate = |test: &dyn Fn(&[f64]) -> f64| {
        (0..500).filter(|seed| test(&d.sample_n(80, &mut Key::new(*seed).stream())) < 0.05).count()
    };
    let rates = [
        ("KS", rate(&|x| goodness::kolmogorov_smirnov(x, &d).unwrap().p_value)),
        ("AD", rate(&|x| goodness::anderson_darling(x, &d).unwrap().p_value)),
        ("chi2", rate(&|x| goodness::chi_squared_of(x, &d, 0).unwrap().p_value)),
    ];
    for (name, rejected) in rates {
        assert!((5..=49).contains(&rejected), "{name} rejects {rejected} of 500");
    }
    let other = Exponential::new(3.5).unwrap().sample_n(300, &mut Key::new(1).stream());
    assert!(goodness::kolmogorov_smirnov(&other, &d).unwrap().p_value < 1e-6);
    assert!(goodness::anderson_darling(&other, &d).unwrap().p_value < 1e-6);
    assert!(goodness::chi_squared_of(&other, &d, 0).unwrap().p_value < 1e-4);
}

#[test]
fn counts_of_whole_numbers() {
    let d = Geometric::new(0.3).unwrap();
    let data = d.sample_n(2000, &mut Key::new(9).stream());
    let test = goodness::chi_squared_of(&data, &d, 1).unwrap();
    assert!(test.p_value > 1e-3 && test.degrees.unwrap() > 5.0, "{test:?}");
    assert!(goodness::kolmogorov_smirnov(&data, &d).unwrap().p_value > 1e-3);
    let other = Geometric::new(0.4).unwrap();
    assert!(goodness::kolmogorov_smirnov(&data, &other).unwrap().p_value < 1e-6);
    let three = goodness::kolmogorov_smirnov(&[0.0, 1.0, 1.0], &Geometric::new(0.5).unwrap()).unwrap();
    assert_relative_eq!(three.statistic, 0.25, max_relative = 1e-12); // 3/3 against 3/4
    let test = goodness::chi_squared(&[10.0, 20.0, 30.0], &[20.0, 20.0, 20.0], 0).unwrap();
    assert_relative_eq!(test.p_value, (-5f64).exp(), max_relative = 1e-13); // χ² = 10 with 2 degrees
}

#[test]
fn fitted_distributions_are_judged_more_strictly() {
    let before = goodness::kolmogorov_smirnov(&HOURS, &Exponential::new(12.0 / 1297.0).unwrap()).unwrap();
    let again = || goodness::after_fit::<Exponential>(&HOURS, goodness::kolmogorov_smirnov, 999, Key::new(2)).unwrap();
    let (fit, after) = again();
    assert_relative_eq!(fit.rate(), 12.0 / 1297.0, max_relative = 1e-14);
    assert_eq!(after.statistic, before.statistic);
    assert!(after.p_value < before.p_value && after.p_value > 0.2, "{after:?}");
    assert_eq!(again().1, after);
}

#[test]
fn quantiles_meet_their_places() {
    let d = Exponential::new(1.0).unwrap();
    let pairs = goodness::quantile_pairs(&[2.0, 0.5], &d).unwrap();
    assert_eq!(pairs, [(d.quantile(0.25), 0.5), (d.quantile(0.75), 2.0)]);
}

#[test]
fn descriptions_are_those_of_scipy_and_numpy() {
    let x = [0.3, -1.2, 2.5, 0.9, 1.7, -0.4, 3.3, 0.05];
    let summary = Summary::of(&x).unwrap();
    let rows = [
        (summary.mean, 0.8937499999999999),
        (summary.std, 1.5185607612849363),
        (summary.skewness, 0.28114365975252337),
        (summary.kurtosis, -1.0579826153318477),
        (summary.quantile(0.1), -0.64),
        (summary.quantile(0.25), -0.0625),
        (summary.median(), 0.6),
        (summary.quantile(0.9), 2.74),
    ];
    for (i, (got, truth)) in rows.into_iter().enumerate() {
        assert!((got - truth).abs() < 1e-14, "row {i}: {got}, expected {truth}");
    }
    assert_eq!(summary.range(), (-1.2, 3.3));
    let histogram = Histogram::of(&x, 4).unwrap();
    assert_eq!(histogram.counts, [2, 3, 1, 2]);
    for (edge, truth) in histogram.edges.iter().zip([-1.2, -0.075, 1.05, 2.175, 3.3]) {
        assert_relative_eq!(*edge, truth, epsilon = 1e-15);
    }
    let area: f64 = histogram.density().iter().map(|y| y * 1.125).sum();
    assert_relative_eq!(area, 1.0, epsilon = 1e-14);
    assert_eq!(Histogram::of(&[3.0, 3.0], 1).unwrap().counts, [2]);
    let automatic = Histogram::automatic(&HOURS).unwrap();
    assert_eq!(automatic.counts.iter().sum::<usize>(), 12);
}

#[test]
fn hills_are_counted() {
    let hill = |at: f64, seed| {
        Exponential::new(1.0).unwrap().sample_n(300, &mut Key::new(seed).stream()).into_iter().map(move |x| at + x.ln())
    }; // Gumbel-shaped: one hill
    let one: Vec<f64> = hill(0.0, 1).collect();
    let two: Vec<f64> = hill(0.0, 1).chain(hill(9.0, 2)).collect();
    assert_eq!(modes(&one).unwrap().len(), 1);
    let found = modes(&two).unwrap();
    assert!(found.len() == 2 && found[0].abs() < 0.7 && (found[1] - 9.0).abs() < 0.7, "{found:?}");
    assert_eq!(modes(&[2.5, 2.5]).unwrap(), [2.5]);
    assert_eq!(bandwidth(&[2.5, 2.5]).unwrap(), 0.0);
}

/// A band of 90 % misses at most 10 % of the time: at most 20 + 5 √18 of 200 with an error rate of 3·10⁻⁷.
#[test]
fn bands_hold_the_whole_function() {
    let d = Exponential::new(1.0).unwrap();
    let misses = |seed: u64| {
        let ecdf = Ecdf::of(&d.sample_n(50, &mut Key::new(seed).stream())).unwrap();
        let margin = ecdf.margin(0.9).unwrap();
        let steps = ecdf.steps().iter().enumerate();
        steps
            .map(|(i, x)| [i, i + 1].map(|i| (i as f64 / 50.0 - d.cdf(*x)).abs()))
            .any(|gaps| gaps[0].max(gaps[1]) > margin)
    };
    let count = (0..200).filter(|seed| misses(*seed)).count();
    assert!((1..=41).contains(&count), "{count} of 200 bands miss");
    let ecdf = Ecdf::of(&[3.0, 1.0, 2.0, 2.0]).unwrap();
    assert_eq!((ecdf.at(0.9), ecdf.at(1.0), ecdf.at(2.0), ecdf.at(3.0)), (0.0, 0.25, 0.75, 1.0));
    assert_relative_eq!(ecdf.margin(0.95).unwrap(), (40f64.ln() / 8.0).sqrt(), max_relative = 1e-12);
    assert_eq!(ecdf.band(9.0, 0.95).unwrap().1, 1.0);
}

#[test]
fn bad_input_is_named() {
    let d = Exponential::new(1.0).unwrap();
    let whole = Geometric::new(0.5).unwrap();
    let wrong: Vec<(Result<(), Error>, &str)> = vec![
        (goodness::kolmogorov_smirnov(&[], &d).map(drop), "no values"),
        (goodness::kolmogorov_smirnov(&[1.0, f64::INFINITY], &d).map(drop), "value 1 is inf"),
        (goodness::anderson_darling(&[1.0], &whole).map(drop), "Geometric"),
        (goodness::chi_squared(&[1.0, 2.0], &[1.5], 0).map(drop), "2 observed and 1 expected"),
        (goodness::chi_squared(&[1.0, 2.0], &[1.5, 1.5], 1).map(drop), "2 classes and 1 fitted"),
        (goodness::chi_squared(&[1.0, 2.0], &[3.0, 0.0], 0).map(drop), "expected count 1 is 0"),
        (goodness::chi_squared(&[-1.0, 2.0], &[0.5, 0.5], 0).map(drop), "observed count 0 is -1"),
        (goodness::chi_squared(&[1.0, 2.0], &[3.0, 3.0], 0).map(drop), "3 observed and 6 expected"),
        (goodness::chi_squared_of(&[1.0, 2.0], &d, 0).map(drop), "1 classes"),
        (goodness::quantile_pairs(&[f64::NAN], &d).map(drop), "value 0 is NaN"),
        (goodness::after_fit::<Exponential>(&HOURS, goodness::kolmogorov_smirnov, 0, Key::new(0)).map(drop), "0 draws"),
        (Summary::of(&[]).map(drop), "no values"),
        (Histogram::of(&HOURS, 0).map(drop), "0 bins"),
        (Ecdf::of(&[f64::NAN]).map(drop), "value 0 is NaN"),
        (Ecdf::of(&HOURS).unwrap().margin(1.5).map(drop), "level 1.5"),
    ];
    for (result, part) in wrong {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("expected"), "{error} does not say {part:?}");
    }
}
