//! Likelihood by the probability flow against densities that are known.

use genai_core::random::Key;
use genai_sampling::diffusion::exact::GaussianMixture;
use genai_sampling::diffusion::likelihood::{Divergence, ln_likelihood};
use genai_sampling::diffusion::{Flow, Level, Path, VarianceExploding, VariancePreserving, grid};

use crate::torch;

fn levels(path: &dyn Path, steps: usize) -> Vec<Level> {
    grid::karras(steps + 1, 0.002, 20.0, 7.0).into_iter().rev().map(|ratio| path.at_ratio(ratio)).collect()
}

/// The largest error over points of the ring.
fn worst(path: &dyn Path, steps: usize, points: usize) -> f64 {
    let levels = levels(path, steps);
    let ring = GaussianMixture::ring(8, 1.0, 0.1);
    let noise = torch::normal(0, 512);
    let mut worst = 0f64;
    for (i, z) in noise.chunks_exact(2).take(points).enumerate() {
        let x: Vec<f64> =
            ring.means()[i % 8].iter().zip(z).map(|(mean, z)| levels[0].alpha * (mean + 0.1 * z)).collect();
        let truth = ring.ln_density(&x, levels[0]);
        let ln_prior = |x: &[f64]| ring.ln_density(x, levels[levels.len() - 1]);
        let got = ln_likelihood(&mut ring.clone(), &x, &levels, ln_prior, Divergence::Exact).expect("finite");
        worst = worst.max((got.ln_density - truth).abs());
    }
    worst
}

#[test]
fn the_ring_s_density_is_found_to_1e_6() {
    for (name, path) in [
        ("exploding", &VarianceExploding as &dyn Path),
        ("preserving", &VariancePreserving::default()),
        ("flow", &Flow::default()),
    ] {
        let worst = worst(path, 400, 64);
        assert!(worst <= 1e-6, "{name}: off by {worst:e}");
    }
}

#[test]
fn the_error_falls_by_the_fourth_power_of_the_steps() {
    let (coarse, fine) = (worst(&VarianceExploding, 50, 32), worst(&VarianceExploding, 100, 32));
    assert!(coarse / fine > 10.0, "{coarse:e} and {fine:e}");
}

#[test]
fn hutchinson_s_estimate_is_unbiased() {
    let levels = levels(&VarianceExploding, 60);
    let ring = GaussianMixture::ring(8, 1.0, 0.1);
    let x = [0.62, 0.75];
    let ln_prior = |x: &[f64]| ring.ln_density(x, levels[levels.len() - 1]);
    let run = |divergence| ln_likelihood(&mut ring.clone(), &x, &levels, ln_prior, divergence).expect("finite");
    let exact = run(Divergence::Exact);
    let estimates: Vec<f64> =
        (0..40).map(|i| run(Divergence::Hutchinson { probes: 1, key: Key::new(i) }).ln_density).collect();
    let mean = estimates.iter().sum::<f64>() / 40.0;
    let variance = estimates.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / 39.0;
    assert!(variance > 0.0 && (mean - exact.ln_density).abs() < 4.0 * (variance / 40.0).sqrt());
    let both = run(Divergence::Hutchinson { probes: 64, key: Key::new(1) });
    assert!((both.ln_density - exact.ln_density).abs() < 1.0);
    let bits = exact.bits_per_dimension();
    assert!((bits * -2.0 * std::f64::consts::LN_2 - exact.ln_density).abs() < 1e-12);
}
