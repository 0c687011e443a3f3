//! Simulation-based calibration of NUTS: over data drawn from the prior, the rank of the true parameter among posterior draws is
//! uniform.
//!
//! Source: Talts, Betancourt, Simpson, Vehtari & Gelman 2018, arXiv:1804.06788, algorithm 1.

use genai_core::random::{Key, Stream};
use genai_prob::goodness::chi_squared;
use genai_sampling::monte_carlo::{Nuts, Run};

/// Posterior draws kept: ranks are 0 … 15.
const KEPT: usize = 15;

/// Parameters of the prior with data, and the log-density that they have.
struct Model {
    name: &'static str,
    dim: usize,
    prior: fn(&mut Stream) -> Vec<f64>,
    data: fn(&[f64], &mut Stream) -> Vec<f64>,
    log_density: fn(&[f64], &[f64], &mut [f64]) -> f64,
}

#[rustfmt::skip]
const MODELS: &[Model] = &[
    // location and ln scale of five numbers
    Model { name: "location and scale", dim: 2,
        prior: |rng| vec![rng.normal(), 0.5 * rng.normal()],
        data: |x, rng| (0..5).map(|_| x[0] + x[1].exp() * rng.normal()).collect(),
        log_density: |y, x, gradient| {
            let precision = (-2.0 * x[1]).exp();
            let rest: f64 = y.iter().map(|y| y - x[0]).sum();
            let squares: f64 = y.iter().map(|y| (y - x[0]).powi(2)).sum();
            gradient[0] = -x[0] + rest * precision;
            gradient[1] = -4.0 * x[1] - y.len() as f64 + squares * precision;
            -0.5 * x[0] * x[0] - 2.0 * x[1] * x[1] - y.len() as f64 * x[1] - 0.5 * squares * precision
        } },
    // four groups z with common mean and ln spread, one number of each
    Model { name: "groups", dim: 6,
        prior: |rng| vec![rng.normal(), rng.normal(), rng.normal(), rng.normal(), rng.normal(), 0.5 * rng.normal()],
        data: |x, rng| x[..4].iter().map(|z| x[4] + x[5].exp() * z + 0.5 * rng.normal()).collect(),
        log_density: |y, x, gradient| {
            let spread = x[5].exp();
            let mut log_density = -0.5 * x[4] * x[4] - 2.0 * x[5] * x[5];
            (gradient[4], gradient[5]) = (-x[4], -4.0 * x[5]);
            for j in 0..4 {
                let rest = 2.0 * (y[j] - x[4] - spread * x[j]);
                log_density -= 0.5 * (rest * rest + x[j] * x[j]);
                gradient[j] = 2.0 * rest * spread - x[j];
                gradient[4] += 2.0 * rest;
                gradient[5] += 2.0 * rest * spread * x[j];
            }
            log_density
        } },
];

#[test]
fn ranks_of_true_parameters_are_uniform() {
    for model in MODELS {
        let simulations = 800;
        let mut counts = vec![[0.0; KEPT + 1]; model.dim];
        for i in 0..simulations {
            let mut rng = Key::new(4).named(model.name).split(i).stream();
            let truth = (model.prior)(&mut rng);
            let data = (model.data)(&truth, &mut rng);
            let run = Run { chains: 1, warm_up: 200, draws: KEPT, thin: 6, ..Run::new(i) };
            let target = |x: &[f64], gradient: &mut [f64]| (model.log_density)(&data, x, gradient);
            let draws = Nuts::default().sample(target, &[&vec![0.0; model.dim]], &run).unwrap();
            for (j, counts) in counts.iter_mut().enumerate() {
                counts[draws.iter().filter(|x| x[j] < truth[j]).count()] += 1.0;
            }
        }
        for (j, counts) in counts.iter().enumerate() {
            let expected = [simulations as f64 / (KEPT + 1) as f64; KEPT + 1];
            let test = chi_squared(counts, &expected, 0).unwrap();
            assert!(test.p_value > 1e-6, "{} {j}: {counts:?}, p = {}", model.name, test.p_value);
        }
    }
}
