//! Draws without chains: frequencies equal probabilities; constants and moments are known.

use genai_core::random::{Key, Stream};
use genai_prob::Univariate;
use genai_prob::continuous::{Beta, Exponential, Gamma, Gumbel, Normal, Uniform};
use genai_prob::goodness::{chi_squared, kolmogorov_smirnov};
use genai_sampling::monte_carlo::{
    AdaptiveRejection, Alias, Annealed, Chain, Hmc, InverseTransform, Metropolis, Phase, Rejection, Smc, Weighted,
    importance, latin_hypercube, stratified_mean, stratified_uniforms, tempered,
};

/// A sampler of one number and the distribution that it should have.
struct Row {
    name: &'static str,
    truth: fn() -> Box<dyn Univariate>,
    draw: fn(usize, &mut Stream) -> Vec<f64>,
}

fn adaptive(
    f: fn(f64) -> (f64, f64),
    bounds: (f64, f64),
    points: &[f64],
) -> impl FnMut(usize, &mut Stream) -> Vec<f64> {
    let mut sampler = AdaptiveRejection::new(f, bounds.0, bounds.1, points).unwrap();
    move |n, rng| (0..n).map(|_| sampler.draw(rng).unwrap()).collect()
}

const ALL: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "inverse, exponential", truth: || Box::new(Exponential::new(2.0).unwrap()), draw: |n, rng| {
        let f = InverseTransform::new(|x: f64| -(-2.0 * x).exp_m1(), 0.0, f64::INFINITY).unwrap();
        (0..n).map(|_| f.draw(rng).unwrap()).collect() } },
    Row { name: "inverse, gumbel", truth: || Box::new(Gumbel::new(1.0, 2.0).unwrap()), draw: |n, rng| {
        let f = InverseTransform::new(|x: f64| (-(-(x - 1.0) / 2.0).exp()).exp(), ALL.0, ALL.1).unwrap();
        (0..n).map(|_| f.draw(rng).unwrap()).collect() } },
    Row { name: "rejection, beta", truth: || Box::new(Beta::new(2.0, 5.0).unwrap()), draw: |n, rng| {
        let f = Rejection { log_target: |x: &f64| x.ln() + 4.0 * (1.0 - x).ln(), log_proposal: |_: &f64| 0.0,
            propose: |rng: &mut Stream| rng.uniform(), log_bound: 0.2f64.ln() + 4.0 * 0.8f64.ln(), tries: 1000 };
        (0..n).map(|_| f.draw(rng).unwrap()).collect() } },
    Row { name: "adaptive rejection, normal", truth: || Box::new(Normal::new(3.0, 0.5).unwrap()),
        draw: |n, rng| adaptive(|x| (-2.0 * (x - 3.0).powi(2), -4.0 * (x - 3.0)), ALL, &[0.0, 10.0])(n, rng) },
    Row { name: "adaptive rejection, gamma", truth: || Box::new(Gamma::new(3.0, 2.0).unwrap()),
        draw: |n, rng| adaptive(|x| (2.0 * x.ln() - 2.0 * x, 2.0 / x - 2.0), (0.0, f64::INFINITY), &[0.1, 4.0])(n, rng) },
    Row { name: "adaptive rejection, beta", truth: || Box::new(Beta::new(3.0, 1.5).unwrap()),
        draw: |n, rng| adaptive(|x| (2.0 * x.ln() + 0.5 * (1.0 - x).ln(), 2.0 / x - 0.5 / (1.0 - x)), (0.0, 1.0), &[0.5])(n, rng) },
    Row { name: "adaptive rejection, flat", truth: || Box::new(Uniform::new(-1.0, 4.0).unwrap()),
        draw: |n, rng| adaptive(|_| (0.0, 0.0), (-1.0, 4.0), &[0.5])(n, rng) },
];

#[test]
fn draws_have_their_distribution() {
    for row in ROWS {
        let draws = (row.draw)(20_000, &mut Key::new(6).named(row.name).stream());
        let test = kolmogorov_smirnov(&draws, &*(row.truth)()).unwrap();
        assert!(test.p_value > 1e-6, "{}: p = {}", row.name, test.p_value);
    }
}

#[test]
fn frequencies_of_an_alias_table_equal_probabilities() {
    let tables = [vec![1.0], vec![0.2, 0.5, 0.3], vec![0.0, 1e-3, 5.0, 0.0, 3.0], (1..200).map(f64::from).collect()];
    for weights in tables {
        let (alias, mut rng, n) = (Alias::new(&weights).unwrap(), Key::new(2).stream(), 200_000);
        let mut counts = vec![0.0; weights.len()];
        (0..n).for_each(|_| counts[alias.draw(&mut rng)] += 1.0);
        let total: f64 = weights.iter().sum();
        let used = |x: &[f64]| weights.iter().zip(x).filter(|(w, _)| **w > 0.0).map(|(_, x)| *x).collect::<Vec<f64>>();
        assert_eq!(used(&counts).iter().sum::<f64>(), n as f64, "what has no weight is never drawn");
        if weights.len() > 1 {
            let expected: Vec<f64> = weights.iter().map(|w| w / total * n as f64).collect();
            let test = chi_squared(&used(&counts), &used(&expected), 0).unwrap();
            assert!(test.p_value > 1e-6, "{weights:?}: p = {}", test.p_value);
        }
    }
}

#[test]
fn quantiles_invert_to_the_last_bits() {
    let logistic = InverseTransform::new(|x: f64| 1.0 / (1.0 + (-x).exp()), ALL.0, ALL.1).unwrap();
    for p in [1e-300, 1e-9, 0.3, 0.5, 0.999] {
        let truth = f64::ln(p / (1.0 - p));
        assert!((logistic.quantile(p).unwrap() - truth).abs() <= 1e-13 * (1.0 + truth.abs()), "{p}");
    }
    let coin = InverseTransform::new(
        |x: f64| {
            if x < 0.0 {
                0.0
            } else if x < 1.0 {
                0.25
            } else {
                1.0
            }
        },
        -5.0,
        5.0,
    )
    .unwrap();
    assert_eq!([0.1, 0.25, 0.26, 1.0].map(|p| coin.quantile(p).unwrap()), [0.0, 0.0, 1.0, 1.0]);
}

#[test]
fn importance_knows_constants_and_its_worth() {
    let weighted = |shift: f64| {
        let log_target = move |x: &f64| -0.5 * (x - shift).powi(2); // e^(x shift − shift²/2) times the proposal
        importance(|rng| rng.normal(), log_target, |x| -0.5 * x * x, 100_000, Key::new(3)).unwrap()
    };
    let sample = weighted(1.0);
    assert!((sample.log_mean_weight() / sample.log_mean_weight_error()).abs() < 5.0);
    assert!((sample.mean(|x| *x) - 1.0).abs() < 0.03);
    assert!((sample.ess() / 100_000.0 / (-1f64).exp() - 1.0).abs() < 0.1, "ESS of a shift: n e^(−shift²)");
    assert!((weighted(0.0).ess() - 100_000.0).abs() < 1e-6);
    let counts = Weighted::new(vec!['a', 'b', 'c'], vec![0.5f64.ln(), f64::NEG_INFINITY, 0.25f64.ln()]).unwrap();
    let drawn = counts.resample(9, &mut Key::new(1).stream());
    assert_eq!(["a", "b", "c"].map(|x| drawn.iter().filter(|d| ***d == x.chars().next().unwrap()).count()), [6, 0, 3]);
}

#[test]
fn strata_hold_one_draw_each() {
    for n in [1, 7, 100] {
        let u = stratified_uniforms(n, Key::new(1));
        assert!(u.iter().enumerate().all(|(i, u)| (u * n as f64) as usize == i));
        let points = latin_hypercube(n, 3, Key::new(1));
        for j in 0..3 {
            let mut places: Vec<usize> = (0..n).map(|i| (points[i * 3 + j] * n as f64) as usize).collect();
            places.sort_unstable();
            assert_eq!(places, (0..n).collect::<Vec<usize>>());
        }
    }
    let f = |u: &[f64]| (u[0] + 2.0 * u[1]).exp();
    let truth = (std::f64::consts::E - 1.0) * (2f64.exp() - 1.0) / 2.0;
    let errors: Vec<f64> = [10, 20, 40]
        .map(|strata| {
            let estimate = stratified_mean(f, 2, strata, Key::new(9)).unwrap();
            assert!(
                ((estimate.mean - truth) / estimate.standard_error).abs() < 5.0,
                "{strata}: {estimate:?} for {truth}"
            );
            estimate.standard_error
        })
        .into();
    assert!(errors[0] / errors[2] > 10.0, "four times the strata, a sixteenth of the error: {errors:?}");
}

fn narrow(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.iter_mut().zip(x).for_each(|(g, x)| *g = (2.0 - x) / 0.01);
    x.iter().map(|x| -0.5 * (x - 2.0).powi(2) / 0.01).sum()
}

fn wide(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.iter_mut().zip(x).for_each(|(g, x)| *g = -x);
    x.iter().map(|x| -0.5 * x * x).sum()
}

fn log_ratio(x: &[f64]) -> f64 {
    narrow(x, &mut [0.0; 2]) - wide(x, &mut [0.0; 2])
}

/// Two standard deviations of .1 instead of 1: ln (Z₁ / Z₀) = 2 ln .1.
const LOG_RATIO: f64 = -4.605170185988091;

#[test]
fn annealing_finds_the_ratio_of_constants() {
    let run = |key: Key| {
        Annealed::linear(60, 2000, key).run(
            |rng| vec![rng.normal(), rng.normal()],
            |x| log_ratio(x),
            |x, beta, rng| {
                let step_size = Some(0.6 / (1.0 + 99.0 * beta).sqrt());
                let mut chain = Hmc { step_size, ..Hmc::default() }.chain(tempered(wide, narrow, beta), x)?;
                chain.step(Phase::Draw, rng)?;
                x.copy_from_slice(chain.position());
                Ok(())
            },
        )
    };
    let led = run(Key::new(1)).unwrap();
    let off = (led.log_mean_weight() - LOG_RATIO) / led.log_mean_weight_error();
    assert!(
        off.abs() < 5.0 && led.log_mean_weight_error() < 0.2,
        "{} ± {}",
        led.log_mean_weight(),
        led.log_mean_weight_error()
    );
    assert!((led.mean(|x| x[0]) - 2.0).abs() < 0.05);
    assert_eq!(led.log_weights, run(Key::new(1)).unwrap().log_weights);
}

#[test]
fn a_crowd_finds_the_ratio_of_constants() {
    let smc = Smc { particles: 4000, moves: 3, ..Smc::new(5) };
    let run = || {
        smc.run(
            |rng| vec![rng.normal(), rng.normal()],
            |x| log_ratio(x),
            |x, beta, _, rng| {
                let target = |x: &[f64]| tempered(wide, narrow, beta)(x, &mut [0.0; 2]);
                let step_size = Some(1.7 / (1.0 + 99.0 * beta).sqrt());
                let mut chain = Metropolis { step_size, ..Metropolis::default() }.chain(target, x)?;
                chain.step(Phase::Draw, rng)?;
                x.copy_from_slice(chain.position());
                Ok(())
            },
        )
    };
    let crowd = run().unwrap();
    assert!((crowd.log_ratio - LOG_RATIO).abs() < 0.25, "{}", crowd.log_ratio);
    assert!(crowd.temperatures.len() > 2 && crowd.temperatures.is_sorted() && crowd.temperatures.ends_with(&[1.0]));
    let mean = crowd.points.iter().map(|x| x[1]).sum::<f64>() / 4000.0;
    assert!((mean - 2.0).abs() < 0.02, "{mean}");
    assert_eq!(crowd.points, run().unwrap().points);
}
