//! Solvers on a ring of eight normal distributions, whose ideal denoiser is known: errors and orders.

use genai_sampling::diffusion::exact::GaussianMixture;
use genai_sampling::diffusion::solver::{
    Ddim, Deis, Dpm2, DpmMultistep, Euler, Heun, Lms, RungeKutta, Solver, UniPc, sample,
};
use genai_sampling::diffusion::{Denoise, Path as _, Step, VarianceExploding, grid};

use crate::torch;

/// EDM's levels.
fn steps(count: usize) -> Vec<Step> {
    let sigmas = grid::karras(count, 0.002, 20.0, 7.0);
    Step::between(sigmas.into_iter().map(|sigma| VarianceExploding.at_ratio(sigma)))
}

/// Where 256 points end.
fn ends(solver: &dyn Solver<f64>, count: usize) -> Vec<f64> {
    let mut x: Vec<f64> = torch::normal(0, 512).into_iter().map(|z| 20.0 * z).collect();
    let mut ring = GaussianMixture::ring(8, 1.0, 0.1);
    let mut denoise = Denoise::new(&mut ring, &VarianceExploding);
    sample(solver, &mut denoise, &mut x, &steps(count)).expect("finite points");
    x
}

/// The root mean square of distances over points.
fn rms(x: &[f64], truth: &[f64]) -> f64 {
    let squared: f64 = x.iter().zip(truth).map(|(x, truth)| (x - truth).powi(2)).sum();
    (squared / (x.len() / 2) as f64).sqrt()
}

fn dpm(order: usize) -> DpmMultistep {
    DpmMultistep { order, lower_order_final: false, ..DpmMultistep::default() }
}

#[test]
fn errors_are_those_of_the_table() {
    let rows: [(&str, &dyn Solver<f64>, [f64; 4]); 6] = [
        ("Euler", &Euler::default(), [9.04e-2, 4.10e-2, 1.95e-2, 9.52e-3]),
        ("DDIM", &Ddim::default(), [9.04e-2, 4.10e-2, 1.95e-2, 9.52e-3]),
        ("Heun", &Heun::default(), [6.17e-2, 9.35e-3, 1.91e-3, 4.38e-4]),
        ("DPM2", &Dpm2::default(), [3.75e-2, 5.85e-3, 1.30e-3, 3.18e-4]),
        ("LMS4", &Lms::default(), [4.15e-2, 9.07e-3, 1.74e-3, 2.05e-4]),
        ("DPM++2M", &dpm(2), [1.11e-1, 1.42e-2, 2.93e-3, 7.48e-4]),
    ];
    let truth = ends(&RungeKutta, 1000);
    let mut wrong = vec![];
    for (name, solver, expected) in rows {
        for (count, expected) in [10, 20, 40, 80].into_iter().zip(expected) {
            let got = rms(&ends(solver, count), &truth);
            if (got - expected).abs() > 0.006 * expected {
                wrong.push(format!("{name}, {count} steps: {got:.3e}, expected {expected:.2e}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn orders_are_those_of_theory() {
    // name, solver, order by which the error falls from 160 to 320 steps
    let rows: [(&str, &dyn Solver<f64>, f64); 11] = [
        ("Euler", &Euler::default(), 1.0),
        ("DDIM", &Ddim::default(), 1.0),
        ("Heun", &Heun::default(), 2.0),
        ("DPM2", &Dpm2::default(), 2.0),
        ("LMS4", &Lms::default(), 3.0),
        ("LMS2", &Lms { order: 2 }, 2.0),
        ("DPM++1", &dpm(1), 1.0),
        ("DPM++2M", &dpm(2), 2.0),
        ("DEIS2", &Deis { order: 2, lower_order_final: false }, 2.0),
        ("UniPC2", &UniPc { lower_order_final: false, ..UniPc::default() }, 2.0),
        ("RK4", &RungeKutta, 4.0),
    ];
    let truth = ends(&RungeKutta, 1500);
    for (name, solver, order) in rows {
        let (coarse, fine) = if name == "RK4" { (40, 80) } else { (160, 320) };
        let ratio = rms(&ends(solver, coarse), &truth) / rms(&ends(solver, fine), &truth);
        let measured = ratio.ln() / ((fine as f64 - 1.0) / (coarse as f64 - 1.0)).ln();
        assert!(measured > order - 0.25, "{name}: order {measured:.2}, expected {order}");
    }
}
