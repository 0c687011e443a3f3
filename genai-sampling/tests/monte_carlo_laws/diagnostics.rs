//! Diagnostics against ArviZ 0.23.4 (NumPy 2.4.6), on chains that any language can make.

use approx::assert_relative_eq;
use genai_core::random::Key;
use genai_sampling::monte_carlo::diagnostics::{
    e_bfmi, ess_bulk, ess_mean, ess_quantile, ess_tail, mcse_mean, mcse_std, quantile, r_hat,
};

/// Chains, draws, correlation, shift and spread from chain to chain; then R̂, ESS of bulk, tail and mean, MCSE of mean and
/// standard deviation, ESS of the first quartile.
struct Row(&'static str, usize, usize, f64, f64, f64, [f64; 7]);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row("iid", 4, 250, 0.0, 0.0, 0.0, [1.000409429757829, 1008.2004387270018, 1008.2905628194102, 1008.9763687366628, 0.018469373400434103, 0.011965063315256605, 833.0120739261254]),
    Row("slow", 4, 400, 0.9, 0.0, 0.0, [1.0211423110795639, 87.8120821157189, 257.06865160006254, 87.0896571727507, 0.14375888124687267, 0.059566441065966674, 131.997284828965]),
    Row("antithetic", 2, 300, -0.7, 0.0, 0.0, [1.0133295654696357, 1666.890750230186, 272.9752855096881, 1666.890750230186, 0.02138316534125147, 0.04455663637837749, 616.4876754299921]),
    Row("apart", 3, 201, 0.5, 0.5, 0.0, [1.1985613610656507, 13.025649169148823, 268.74358019001, 12.708070448336136, 0.2145287813127302, 0.029407515671661215, 22.04920044556043]),
    Row("spread", 4, 300, 0.3, 0.0, 0.5, [1.0748616763151946, 598.8192518828315, 288.0203072104038, 590.5239755875542, 0.04526067357975732, 0.14101149777768884, 389.4164657816557]),
    Row("short", 4, 6, 0.2, 0.0, 0.0, [1.1350723051622496, 33.12506980107854, 33.12506980107854, 33.12506980107854, 0.10007614982110005, 0.048768587272395074, 33.12506980107854]),
];

/// An autoregressive chain driven by sums of four numbers of a linear congruential generator.
fn chain(seed: u64, n: usize, rho: f64, shift: f64, scale: f64) -> Vec<f64> {
    let (mut state, mut x) = (seed, 0.0);
    let mut next = || {
        let mut sum = 0.0;
        for _ in 0..4 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            sum += (state >> 11) as f64 * 2f64.powi(-53);
        }
        x = rho * x + (sum - 2.0);
        shift + scale * x
    };
    (0..n).map(|_| next()).collect()
}

#[test]
fn diagnostics_are_those_of_arviz() {
    for Row(name, chains, n, rho, shift, spread, expected) in ROWS {
        let chains: Vec<Vec<f64>> =
            (0..*chains).map(|c| chain(17 + c as u64, *n, *rho, shift * c as f64, 1.0 + spread * c as f64)).collect();
        let c: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
        let ours =
            [r_hat(&c), ess_bulk(&c), ess_tail(&c), ess_mean(&c), mcse_mean(&c), mcse_std(&c), ess_quantile(&c, 0.25)];
        for (i, (ours, expected)) in ours.into_iter().zip(expected).enumerate() {
            assert!((ours / expected - 1.0).abs() < 1e-9, "{name}, number {i}: {ours}, not {expected}");
        }
    }
}

#[test]
fn energies_drawn_anew_have_two() {
    let mut energies = vec![0.0; 100_000];
    Key::new(1).normal_f64(&mut energies);
    assert_relative_eq!(e_bfmi(&energies), 2.0, epsilon = 0.02);
    let walk: Vec<f64> = energies
        .iter()
        .scan(0.0, |sum, x| {
            *sum += x;
            Some(*sum)
        })
        .collect();
    assert!(e_bfmi(&walk) < 0.01);
}

#[test]
fn quantiles_are_linear_between_order_statistics() {
    assert_eq!([0.0, 0.25, 0.5, 1.0].map(|p| quantile(&[&[4.0, 1.0], &[2.0, 3.0]], p)), [1.0, 1.75, 2.5, 4.0]);
}

#[test]
fn what_cannot_be_known_is_nan() {
    let rows: [&[&[f64]]; 4] =
        [&[], &[&[1.0, 2.0, 3.0]], &[&[1.0, f64::NAN, 2.0, 3.0]], &[&[1.0, 2.0, 3.0, 4.0], &[1.0]]];
    for chains in rows.into_iter().chain([&[&[5.0; 8][..], &[5.0; 8][..]][..]]) {
        for f in [r_hat, ess_bulk, ess_mean] {
            assert!(f(chains).is_nan(), "{chains:?}");
        }
    }
}
