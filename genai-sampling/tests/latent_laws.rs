//! Laws of latent spaces: ends are met, draws keep the prior, directions add up, codes are found again.
#![cfg(test)]

use genai_core::random::{Key, Stream};
use genai_prob::combinator::Truncated;
use genai_prob::continuous::Normal;
use genai_prob::goodness::kolmogorov_smirnov;
use genai_prob::multivariate::{Multivariate, MultivariateNormal};
use genai_sampling::Error;
use genai_sampling::latent::{
    AggregatePrior, Inversion, Truncation, aggregate, analogy, attribute_direction, importance_weighted,
    importance_weighted_normal, lerp, mean_latent, mix_at, mix_styles, prior, project_out, random_walk, shift, slerp,
    truncated_prior, walk,
};

type Between = fn(&[f32], &[f32], f32) -> Result<Vec<f32>, Error>;

const INTERPOLATIONS: [(&str, Between); 2] = [("lerp", lerp), ("slerp", slerp)];

fn norm(z: &[f32]) -> f64 {
    z.iter().map(|z| f64::from(*z).powi(2)).sum::<f64>().sqrt()
}

fn close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 2e-6 * (1.0 + b.abs()))
}

/// Whether numbers of a prior pass as draws of a normal distribution between bounds.
fn is_normal(z: &[f32], bound: f64) -> bool {
    let z: Vec<f64> = z.iter().map(|z| f64::from(*z)).collect();
    let normal = Normal::new(0.0, 1.0).unwrap();
    let test = if bound.is_finite() {
        kolmogorov_smirnov(&z, &Truncated::new(normal, -bound, bound).unwrap())
    } else {
        kolmogorov_smirnov(&z, &normal)
    };
    test.unwrap().p_value > 1e-6
}

#[test]
fn interpolations_meet_their_ends_and_turn_around() {
    for (name, between) in INTERPOLATIONS {
        for (i, d) in [1, 2, 3, 64, 512].into_iter().enumerate() {
            let z = prior(2, d, Key::new(1).split(i as u64 + 1));
            let (a, b) = z.split_at(d);
            if d == 1 && a[0] * b[0] < 0.0 {
                continue; // opposite directions
            }
            assert!(
                close(&between(a, b, 0.0).unwrap(), a) && close(&between(a, b, 1.0).unwrap(), b),
                "{name} {d}: ends"
            );
            for t in [0.1, 0.25, 0.5, 0.9] {
                let (there, back) = (between(a, b, t).unwrap(), between(b, a, 1.0 - t).unwrap());
                assert!(close(&there, &back), "{name} {d} at {t}");
            }
            assert!(close(&between(a, a, 0.3).unwrap(), a), "{name} {d}: a code to itself");
        }
    }
}

#[test]
fn the_sphere_is_kept_by_spherical_steps_of_equal_angle() {
    let z = prior(2, 128, Key::new(3));
    let unit = |z: &[f32]| z.iter().map(|x| x / norm(z) as f32).collect::<Vec<f32>>();
    let (a, b) = (unit(&z[..128]), unit(&z[128..]));
    let way = walk(&[a.clone(), b.clone()].concat(), 128, 8, false, slerp).unwrap();
    let angle = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>().acos();
    let whole = angle(&a, &b);
    for pair in way.chunks(128).collect::<Vec<_>>().windows(2) {
        assert!((norm(pair[1]) - 1.0).abs() < 1e-6);
        assert!((angle(pair[0], pair[1]) - whole / 8.0).abs() < 1e-3);
    }
    assert!(norm(&lerp(&a, &b, 0.5).unwrap()) < 0.8, "the straight way leaves the sphere");
}

#[test]
fn walks_pass_their_codes() {
    let codes = prior(4, 16, Key::new(2));
    for (name, between) in INTERPOLATIONS {
        for closed in [false, true] {
            let way = walk(&codes, 16, 5, closed, between).unwrap();
            assert_eq!(way.len() / 16, if closed { 20 } else { 16 }, "{name}");
            (0..4).for_each(|i| assert_eq!(way[i * 5 * 16..][..16], codes[i * 16..][..16], "{name} {i}"));
        }
    }
    assert_eq!(walk(&codes[..16], 16, 5, false, lerp).unwrap(), codes[..16]);
}

#[test]
fn draws_are_of_the_prior_that_was_asked_for() {
    assert!(is_normal(&prior(1000, 50, Key::new(1)), f64::INFINITY));
    for bound in [0.1, 1.0, 2.0, 40.0] {
        let z = truncated_prior(500, 40, bound, Key::new(2)).unwrap();
        assert!(z.iter().all(|z| f64::from(z.abs()) <= bound + 1e-7) && is_normal(&z, bound), "{bound}");
    }
    let far = prior(1, 20_000, Key::new(3)); // a draw of the prior stays one
    let way = random_walk(&far, 3, 0.4, Key::new(4)).unwrap();
    assert!(way[..20_000] == far[..] && is_normal(&way[60_000..], f64::INFINITY));
    let product: f64 = far.iter().zip(&way[60_000..]).map(|(a, b)| f64::from(a * b)).sum::<f64>() / 20_000.0;
    assert!((product - (1.0 - 0.16f64).powf(1.5)).abs() < 0.03, "correlation after three steps: {product}");
}

#[test]
fn truncation_shrinks_towards_the_mean() {
    let mean = mean_latent(|z| vec![z[0] + 2.0, 3.0 * z[1]], 20_000, 2, Key::new(1)).unwrap();
    assert!((mean[0] - 2.0).abs() < 0.05 && mean[1].abs() < 0.15, "{mean:?}");
    let styles = prior(6, 2, Key::new(5));
    for (psi, cutoff) in [(0.7, None), (0.0, Some(4)), (1.0, None), (-1.0, Some(0)), (0.5, Some(9))] {
        let mut cut = styles.clone();
        Truncation { mean: mean.clone(), psi, cutoff }.apply(&mut cut).unwrap();
        for (i, (cut, w)) in cut.iter().zip(&styles).enumerate() {
            let expected = if i / 2 < cutoff.unwrap_or(6) { mean[i % 2] + psi * (w - mean[i % 2]) } else { *w };
            assert!((cut - expected).abs() < 1e-6, "ψ = {psi}, layer {}", i / 2);
        }
    }
}

#[test]
fn styles_come_from_the_layers_that_were_named() {
    let (a, b) = (prior(8, 4, Key::new(1)), prior(8, 4, Key::new(2)));
    for layers in [0..0, 0..8, 2..5, 8..8] {
        let mixed = mix_styles(&a, &b, 4, layers.clone()).unwrap();
        for l in 0..8 {
            let from = if layers.contains(&l) { &b } else { &a };
            assert_eq!(mixed[l * 4..][..4], from[l * 4..][..4], "{layers:?} {l}");
        }
        let (first, second) = (&a[..4], &b[..4]);
        let repeated = mix_at(&[first, second, first].concat(), 4, &[layers.start, layers.end], 8).unwrap();
        let plain = mix_styles(&first.repeat(8), &second.repeat(8), 4, layers).unwrap();
        assert_eq!(repeated, plain);
    }
}

#[test]
fn attributes_add_up() {
    let base = prior(50, 8, Key::new(7));
    let smile: Vec<f32> = (0..8).map(|i| i as f32).collect();
    let with: Vec<f32> = base.chunks(8).flat_map(|z| shift(z, &smile, 1.0).unwrap()).collect();
    assert!(close(&attribute_direction(&with, &base, 8).unwrap(), &smile));
    let (a, c) = (&with[..8], &base[8..16]);
    assert!(close(&analogy(a, &base[..8], c).unwrap(), &with[8..16]), "what is to c as a is to b");
    let other = prior(1, 8, Key::new(8));
    let free = project_out(&smile, &other).unwrap();
    assert!(free.iter().zip(&other).map(|(a, b)| f64::from(a * b)).sum::<f64>().abs() < 1e-4);
    assert!(close(&project_out(&free, &other).unwrap(), &free), "projecting twice is projecting once");
}

/// What a small generator makes of a code, and its Jacobian's product with a gradient of what it made.
fn generate(z: &[f32]) -> Vec<f32> {
    (0..12).map(|i| (0..4).map(|j| (((i * 4 + j) * 7 % 11) as f32 / 5.0 - 1.0) * z[j]).sum::<f32>().tanh()).collect()
}

#[test]
fn inversion_finds_the_code_again() {
    let code = [0.3, -0.6, 0.1, 0.5];
    let data = generate(&code);
    let loss = |z: &[f32], gradient: &mut [f32]| {
        let made = generate(z);
        gradient.fill(0.0);
        for i in 0..12 {
            let pull = (made[i] - data[i]) * (1.0 - made[i] * made[i]);
            (0..4).for_each(|j| gradient[j] += pull * (((i * 4 + j) * 7 % 11) as f32 / 5.0 - 1.0));
        }
        0.5 * made.iter().zip(&data).map(|(a, b)| f64::from((a - b) * (a - b))).sum::<f64>()
    };
    let found = Inversion::default().run(loss, &[&[0.0; 4], &[1.0; 4]]).unwrap();
    assert!(found.loss < 1e-8 && norm(&shift(&found.code, &code, -1.0).unwrap()) < 1e-2, "{found:?}");
    assert_eq!(found.losses.len(), 501);
    let held = Inversion { prior: 100.0, ..Inversion::default() }.run(loss, &[&[1.0; 4]]).unwrap();
    assert!(norm(&held.code) < 0.05, "a strong prior holds the code at 0: {:?}", held.code);
    let edge = |z: &[f32], g: &mut [f32]| {
        g[0] = -1.0;
        if z[0] < 1.0 { -f64::from(z[0]) } else { f64::NAN }
    };
    let stopped = Inversion::default().run(edge, &[&[0.0]]).unwrap();
    assert!(stopped.code[0] < 1.0 && stopped.code[0] > 0.8, "a step out of the domain ends the descent");
}

#[test]
fn a_fitted_prior_draws_what_it_was_fitted_to() {
    let (means, stds) = (prior(400, 2, Key::new(1)), vec![0.5; 800]);
    let codes = aggregate(&means, &stds, 2, 20, Key::new(2)).unwrap();
    let fitted = AggregatePrior::<MultivariateNormal>::fit(&codes, 2).unwrap();
    let variance = fitted.density().variance();
    assert!(variance.iter().all(|v| (v - 1.25).abs() < 0.25), "means of variance 1, each spread by .5: {variance:?}");
    let draws: Vec<f64> = fitted.draws(5000, Key::new(3)).into_iter().map(f64::from).collect();
    let refitted = AggregatePrior::<MultivariateNormal>::fit(&draws, 2).unwrap();
    for (a, b) in refitted.density().covariance().iter().zip(fitted.density().covariance()) {
        assert!((a - b).abs() < 0.15, "{a} {b}");
    }
    let z = fitted.draws(1, Key::new(4));
    assert_eq!(fitted.log_density(&z).unwrap(), fitted.density().ln_prob(&[f64::from(z[0]), f64::from(z[1])]));
}

#[test]
fn more_draws_bring_the_bound_nearer() {
    let ln_normal = |x: f64| -0.5 * (x * x + std::f64::consts::TAU.ln());
    let log_joint = |z: &[f64]| ln_normal(z[0]) + ln_normal(2.0 - z[0]);
    let truth = -1.0 - 0.5 * (2.0 * std::f64::consts::TAU).ln();
    let of = |draws: usize, key: Key| importance_weighted_normal(&[0.0], &[1.0], log_joint, draws, key).unwrap();
    let mean = |draws: usize| (0..500).map(|i| of(draws, Key::new(1).split(i)).log_likelihood).sum::<f64>() / 500.0;
    let means = [1, 5, 50].map(mean);
    assert!(means.is_sorted() && means[2] < truth + 0.02 && means[0] < truth - 0.5, "{means:?} below {truth}");
    let many = of(100_000, Key::new(2));
    assert!(((many.log_likelihood - truth) / many.standard_error).abs() < 5.0 && many.elbo < truth - 0.5, "{many:?}");
    assert!(many.ess > 10_000.0 && many.ess < 90_000.0);
}

#[test]
fn bad_input_is_named() {
    let constant = |_: &mut Stream| 0.0;
    let no_loss = |_: &[f32], _: &mut [f32]| f64::NAN;
    let some_loss = |_: &[f32], g: &mut [f32]| {
        g.fill(0.0);
        0.0
    };
    let rows: [(&str, bool); 24] = [
        ("codes of different sizes", lerp(&[1.0], &[1.0, 2.0], 0.5).is_err()),
        ("empty codes", lerp(&[], &[], 0.5).is_err()),
        ("opposite codes", slerp(&[1.0, 0.0], &[-2.0, 0.0], 0.5).is_err()),
        ("no codes to walk", walk(&[], 3, 2, false, lerp).is_err()),
        ("codes that are no rows", walk(&[1.0; 4], 3, 2, false, lerp).is_err()),
        ("no dimension", walk(&[1.0; 4], 0, 2, false, lerp).is_err()),
        ("no steps", walk(&[1.0; 4], 2, 0, false, lerp).is_err()),
        ("a step above 1", random_walk(&[1.0], 2, 1.5, Key::new(1)).is_err()),
        ("a step that is NaN", random_walk(&[1.0], 2, f32::NAN, Key::new(1)).is_err()),
        ("a bound of 0", truncated_prior(1, 1, 0.0, Key::new(1)).is_err()),
        ("a bound that is NaN", truncated_prior(1, 1, f64::NAN, Key::new(1)).is_err()),
        (
            "styles of another size",
            Truncation { mean: vec![0.0; 3], psi: 0.5, cutoff: None }.apply(&mut [0.0; 4]).is_err(),
        ),
        ("no mean", Truncation { mean: vec![], psi: 0.5, cutoff: None }.apply(&mut [0.0; 4]).is_err()),
        ("no draws for a mean", mean_latent(<[f32]>::to_vec, 0, 2, Key::new(1)).is_err()),
        ("layers that are not there", mix_styles(&[0.0; 4], &[0.0; 4], 2, 1..3).is_err()),
        ("crossovers out of order", mix_at(&[0.0; 3], 1, &[2, 1], 4).is_err()),
        ("too few crossovers", mix_at(&[0.0; 3], 1, &[2], 4).is_err()),
        ("no codes with the attribute", attribute_direction(&[], &[0.0; 2], 2).is_err()),
        ("a direction of 0", project_out(&[1.0], &[0.0]).is_err()),
        ("a loss that is NaN", Inversion::default().run(no_loss, &[&[0.0]]).is_err()),
        ("no starts", Inversion::default().run(some_loss, &[]).is_err()),
        ("no optimisation", Inversion { steps: 0, ..Inversion::default() }.run(some_loss, &[&[0.0]]).is_err()),
        ("no draws", importance_weighted(constant, 0, Key::new(1)).is_err()),
        ("a negative deviation", aggregate(&[0.0], &[-1.0], 1, 2, Key::new(1)).is_err()),
    ];
    for (what, refused) in rows {
        assert!(refused, "{what}");
    }
}
