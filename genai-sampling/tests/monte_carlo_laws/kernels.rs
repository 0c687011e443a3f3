//! Stationarity by known moments, and the same bits for any number of threads.

use genai_core::random::Stream;
use genai_sampling::Error;
use genai_sampling::monte_carlo::{
    Draws, EllipticalSlice, Gibbs, Hmc, Mala, Metric, Metropolis, Nuts, Run, Sgld, Slice, diagnostics,
};
use std::f64::consts::PI;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A kernel, run on one of the targets.
struct Row {
    name: &'static str,
    target: Target,
    draws: usize,
    run: fn(&Run<'_>) -> Result<Draws, Error>,
}

/// What the draws should be.
#[derive(Clone, Copy)]
enum Target {
    /// A normal pair with means 1 and −2, standard deviations 1 and 3, correlation .6.
    Pair,
    /// ln of an exponential: skewed.
    LogExponential,
    /// Two correlated normals in the middle of ten scales between .01 and 100.
    Scales,
}

impl Target {
    /// Means and standard deviations.
    fn moments(self) -> Vec<(f64, f64)> {
        match self {
            Self::Pair => vec![(1.0, 1.0), (-2.0, 3.0)],
            Self::LogExponential => vec![(-0.577_215_664_901_532_9, PI / 6f64.sqrt())],
            Self::Scales => (0..10).map(|i| (0.0, scale(i))).collect(),
        }
    }
}

fn scale(i: usize) -> f64 {
    10f64.powf(-2.0 + 4.0 * i as f64 / 9.0)
}

fn pair(x: &[f64], gradient: &mut [f64]) -> f64 {
    let (a, b) = (x[0] - 1.0, (x[1] + 2.0) / 3.0);
    gradient[0] = -(a - 0.6 * b) / 0.64;
    gradient[1] = -(b - 0.6 * a) / 0.64 / 3.0;
    -0.5 * (a * a - 1.2 * a * b + b * b) / 0.64
}

fn log_exponential(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient[0] = 1.0 - x[0].exp();
    x[0] - x[0].exp()
}

fn scales(x: &[f64], gradient: &mut [f64]) -> f64 {
    for (i, (g, x)) in gradient.iter_mut().zip(x).enumerate() {
        *g = -x / scale(i).powi(2);
    }
    0.5 * gradient.iter().zip(x).map(|(g, x)| g * x).sum::<f64>()
}

fn plain(target: fn(&[f64], &mut [f64]) -> f64) -> impl Fn(&[f64]) -> f64 + Sync {
    move |x| target(x, &mut vec![0.0; x.len()])
}

fn conditional(i: usize, x: &[f64], rng: &mut Stream) -> f64 {
    let (mean, std) = ([1.0, -2.0], [1.0, 3.0]);
    let other = (x[1 - i] - mean[1 - i]) / std[1 - i];
    mean[i] + std[i] * (0.6 * other + 0.8 * rng.normal())
}

const TWO: &[&[f64]] = &[&[0.0, 0.0], &[2.0, -3.0]];
const ONE: &[&[f64]] = &[&[0.0]];
const TEN: &[&[f64]] = &[&[0.0; 10]];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "metropolis, dense", target: Target::Pair, draws: 20_000, run: |run| Metropolis::default().sample(plain(pair), TWO, run) },
    Row { name: "metropolis, diagonal", target: Target::Pair, draws: 20_000, run: |run| Metropolis { metric: Metric::Diagonal, ..Metropolis::default() }.sample(plain(pair), TWO, run) },
    Row { name: "metropolis, skewed", target: Target::LogExponential, draws: 20_000, run: |run| Metropolis::default().sample(plain(log_exponential), ONE, run) },
    Row { name: "gibbs", target: Target::Pair, draws: 10_000, run: |run| Gibbs::default().sample(conditional, TWO, run) },
    Row { name: "gibbs, random scan", target: Target::Pair, draws: 10_000, run: |run| Gibbs { random_scan: true }.sample(conditional, TWO, run) },
    Row { name: "slice", target: Target::Pair, draws: 10_000, run: |run| Slice::default().sample(plain(pair), TWO, run) },
    Row { name: "slice, narrow", target: Target::LogExponential, draws: 10_000, run: |run| Slice { width: 0.01, steps: 10 }.sample(plain(log_exponential), ONE, run) },
    Row { name: "slice, wide", target: Target::LogExponential, draws: 10_000, run: |run| Slice { width: 100.0, steps: 0 }.sample(plain(log_exponential), ONE, run) },
    Row { name: "elliptical slice", target: Target::Pair, draws: 20_000, run: |run| {
        let prior = EllipticalSlice::new(&[0.5, 0.5], &[2.0, 0.5, 0.5, 12.0])?;
        let log_prior = |x: &[f64]| { let (a, b) = (x[0] - 0.5, x[1] - 0.5); -0.5 * (12.0 * a * a - a * b + 2.0 * b * b) / 23.75 };
        prior.sample(|x| plain(pair)(x) - log_prior(x), TWO, run)
    } },
    Row { name: "mala", target: Target::Pair, draws: 20_000, run: |run| Mala::default().sample(pair, TWO, run) },
    Row { name: "mala, skewed", target: Target::LogExponential, draws: 20_000, run: |run| Mala::default().sample(log_exponential, ONE, run) },
    Row { name: "hmc", target: Target::Pair, draws: 5000, run: |run| Hmc::default().sample(pair, TWO, run) },
    Row { name: "hmc, one scale", target: Target::Pair, draws: 5000, run: |run| Hmc { metric: Metric::Unit, ..Hmc::default() }.sample(pair, TWO, run) },
    Row { name: "hmc, skewed", target: Target::LogExponential, draws: 5000, run: |run| Hmc::default().sample(log_exponential, ONE, run) },
    Row { name: "nuts", target: Target::Pair, draws: 5000, run: |run| Nuts::default().sample(pair, TWO, run) },
    Row { name: "nuts, dense", target: Target::Pair, draws: 5000, run: |run| Nuts { metric: Metric::Dense, ..Nuts::default() }.sample(pair, TWO, run) },
    Row { name: "nuts, one scale", target: Target::Pair, draws: 5000, run: |run| Nuts { metric: Metric::Unit, ..Nuts::default() }.sample(pair, TWO, run) },
    Row { name: "nuts, cut short", target: Target::Pair, draws: 20_000, run: |run| Nuts { depth: 2, step_size: Some(0.1), acceptance: 0.99, ..Nuts::default() }.sample(pair, TWO, run) },
    Row { name: "nuts, skewed", target: Target::LogExponential, draws: 5000, run: |run| Nuts::default().sample(log_exponential, ONE, run) },
    Row { name: "nuts, scales", target: Target::Scales, draws: 2000, run: |run| Nuts::default().sample(scales, TEN, run) },
    Row { name: "nuts, scales, dense", target: Target::Scales, draws: 2000, run: |run| Nuts { metric: Metric::Dense, ..Nuts::default() }.sample(scales, TEN, run) },
];

#[test]
fn moments_are_those_of_the_target() {
    for row in ROWS {
        let draws = (row.run)(&Run { draws: row.draws, ..Run::new(5) }).unwrap();
        for (i, (mean, std)) in row.target.moments().into_iter().enumerate() {
            let c = draws.column(i);
            for (what, ours, truth, error) in [
                ("mean", draws.mean()[i], mean, diagnostics::mcse_mean(&c)),
                ("standard deviation", draws.std()[i], std, diagnostics::mcse_std(&c)),
            ] {
                let off = (ours - truth) / error;
                assert!(off.abs() < 5.0, "{}: {what} {i} is {ours}, not {truth}: {off:.1} standard errors", row.name);
            }
            assert!(diagnostics::r_hat(&c) < 1.02, "{}: R-hat {}", row.name, diagnostics::r_hat(&c));
        }
    }
}

/// A learned metric makes scales of .01 to 100 as easy as one.
#[test]
fn metrics_are_learned() {
    let run = Run::new(3);
    for metric in [Metric::Diagonal, Metric::Dense] {
        let draws = Nuts { metric, ..Nuts::default() }.sample(scales, TEN, &run).unwrap();
        assert!(draws.evaluations() < 4 * 1000 * 16, "{metric:?}: {} evaluations", draws.evaluations());
    }
    let pair = |metric| Nuts { metric, ..Nuts::default() }.sample(narrow, TWO, &run).unwrap().evaluations();
    fn narrow(x: &[f64], gradient: &mut [f64]) -> f64 {
        let (sum, difference) = (x[0] + x[1], 100.0 * (x[0] - x[1]));
        gradient[0] = -sum - 100.0 * difference;
        gradient[1] = -sum + 100.0 * difference;
        -0.5 * (sum * sum + difference * difference)
    }
    let (diagonal, dense) = (pair(Metric::Diagonal), pair(Metric::Dense));
    assert!(dense * 5 < diagonal, "a ridge takes {dense} evaluations in its metric and {diagonal} without");
}

/// SGLD with a constant step on a normal has the variance 1 / (1 − ε/4), and with falling steps moves towards 1.
#[test]
fn langevin_has_the_bias_of_its_step() {
    let exact = |x: &[f64], g: &mut [f64], rng: &mut Stream| g[0] = -x[0] + 0.1 * rng.normal();
    for step_size in [0.5, 0.1] {
        let sgld = Sgld { step_size, ..Sgld::default() };
        let draws = sgld.sample(exact, ONE, &Run { draws: 50_000, ..Run::new(2) }).unwrap();
        let noise = 1.0 + 0.25 * step_size * 0.01; // of the gradient, beside the noise that is put in
        let truth = (noise / (1.0 - step_size / 4.0)).sqrt();
        let off = (draws.std()[0] - truth) / draws.mcse_std()[0];
        assert!(off.abs() < 5.0, "ε = {step_size}: {} for {truth}", draws.std()[0]);
    }
    let falling = Sgld { step_size: 0.5, slow: 10.0, decay: 0.55 };
    let draws = falling.sample(exact, ONE, &Run { draws: 50_000, ..Run::new(2) }).unwrap();
    assert!(draws.steps(0)[49_999].step_size < 0.01 && (draws.std()[0] - 1.0).abs() < 0.1);
}

#[test]
fn draws_depend_on_the_key_alone() {
    let on = |threads: usize, row: &Row, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let run = Run { warm_up: 100, draws: 50, ..Run::new(seed) };
        let draws = pool.install(|| (row.run)(&run)).unwrap();
        draws.iter().flatten().map(|x| x.to_bits()).collect::<Vec<u64>>()
    };
    for row in ROWS {
        let one = on(1, row, 7);
        assert_eq!(one, on(3, row, 7), "{}: another number of threads", row.name);
        assert_ne!(one, on(1, row, 8), "{}: another seed", row.name);
    }
}

#[test]
fn progress_is_told_of_every_transition() {
    let (calls, warming) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let told = |progress: &genai_sampling::monte_carlo::Progress| {
        assert!(progress.done <= progress.of && progress.of == 30 && progress.chain < 4);
        calls.fetch_add(1, Ordering::Relaxed);
        warming.fetch_add(usize::from(progress.warming), Ordering::Relaxed);
    };
    let run = Run { warm_up: 10, draws: 10, thin: 2, progress: Some(&told), ..Run::new(1) };
    let draws = Nuts::default().sample(pair, TWO, &run).unwrap();
    assert_eq!((calls.into_inner(), warming.into_inner()), (4 * 30, 4 * 10));
    assert_eq!((draws.chains(), draws.per_chain(), draws.dim()), (4, 10, 2));
}
