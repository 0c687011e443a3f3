//! Draws follow the cdf, are the same for any number of threads, and stay inside the support.

use crate::{Failures, every};
use genai_core::random::Key;
use genai_prob::Univariate;
use rayon::ThreadPoolBuilder;

/// Draws of a member.
const N: usize = 1_000_000;

/// Bound on the distance of the empirical cdf. By the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart it is exceeded by
/// right draws with probability 2 exp(−2 n ε²) = 3e-8, and draws whose cdf is off by 2 ε anywhere pass with at most that
/// probability (plus the 0.001 between two of the places that are looked at).
const EPSILON: f64 = 0.003;

#[test]
fn a_million_draws_follow_the_cdf() {
    every(|m, failures| {
        let mut x = vec![0.0; N];
        m.d.fill(Key::new(20).named(m.family.name), &mut x);
        if m.d.support().discrete {
            chi_squared(&*m.d, &x, failures);
        }
        follow(&*m.d, &mut x, EPSILON, failures);
    });
}

/// The same for draws one by one: n = 10⁵ and ε = 0.0095 give the same rates. Counts have methods of their own there, and more draws.
#[test]
fn single_draws_follow_the_cdf() {
    every(|m, failures| {
        let mut stream = Key::new(21).named(m.family.name).stream();
        let discrete = m.d.support().discrete;
        let mut x = m.d.sample_n(if discrete { N / 4 } else { N / 10 }, &mut stream);
        if discrete {
            chi_squared(&*m.d, &x, failures);
        }
        follow(&*m.d, &mut x, 0.0095, failures);
    });
}

fn follow(d: &dyn Univariate, x: &mut [f64], epsilon: f64, failures: &mut Failures) {
    if let Some(stray) = x.iter().find(|x| !d.support().contains(**x)) {
        return failures.unless(false, || format!("a draw of {stray:e} lies outside the support"));
    }
    x.sort_unstable_by(f64::total_cmp);
    let mut worst = (0.0, String::new());
    for i in (0..1000).map(|i| i * (x.len() / 1000)) {
        let (before, here) = (x.partition_point(|y| *y < x[i]), x.partition_point(|y| *y <= x[i]));
        let found = [before, here].map(|count| count as f64 / x.len() as f64);
        let truth = [1.0 - d.sf(x[i].next_down()), d.cdf(x[i])];
        for ((side, found), truth) in ["below", "up to"].into_iter().zip(found).zip(truth) {
            if (found - truth).abs() > worst.0 || truth.is_nan() {
                worst = (
                    (found - truth).abs(),
                    format!("the share {found} of the draws is {side} {:e}, expected {truth}", x[i]),
                );
            }
        }
    }
    failures.unless(worst.0 <= epsilon, || worst.1);
}

/// Pearson's χ² of up to 200 cells of about equal probability; the bound is that of a normal value of 5.5 by the approximation of
/// Wilson and Hilferty, exceeded by right draws with probability 2e-8. Draws with n Σ (p − q)²/q ≥ 300 are found as surely.
fn chi_squared(d: &dyn Univariate, x: &[f64], failures: &mut Failures) {
    let mut edges: Vec<f64> = (1..200).map(|i| d.quantile(f64::from(i) / 200.0)).collect();
    edges.dedup();
    let mut counts = vec![0u32; edges.len() + 1];
    x.iter().for_each(|x| counts[edges.partition_point(|edge| edge < x)] += 1);
    let up_to: Vec<f64> = edges.iter().map(|edge| d.cdf(*edge)).chain([1.0]).collect();
    let (mut statistic, mut cells, mut before) = (0.0, 0, 0.0);
    for (count, p) in counts.iter().zip(&up_to) {
        let expected = x.len() as f64 * (p - before);
        if expected > 20.0 {
            statistic += (f64::from(*count) - expected).powi(2) / expected;
            cells += 1;
        }
        before = *p;
    }
    let freedom = f64::from((cells - 1).max(1));
    let z = ((statistic / freedom).cbrt() - 1.0 + 2.0 / (9.0 * freedom)) / (2.0 / (9.0 * freedom)).sqrt();
    failures.unless(z < 5.5, || format!("χ² = {statistic} of {cells} cells, {z:.1} standard deviations"));
}

/// Correlations of the draws' ranks, and of the ranks' squared distances from the middle, at every distance that a block of a
/// fill knows: √n times one is nearly standard normal and beyond 6.5 with probability 8e-11; a correlation of 0.07 is found as
/// surely.
#[test]
fn draws_of_a_fill_are_independent() {
    const DRAWS: usize = 40_000;
    every(|m, failures| {
        let mut x = vec![0.0; DRAWS];
        m.d.fill(Key::new(25).named(m.family.name), &mut x);
        let mut ranks = vec![0.0; DRAWS];
        m.d.cdf_into(&x, &mut ranks);
        let distances = ranks.iter().map(|u| (u - 0.5) * (u - 0.5)).collect();
        for (what, values) in [("ranks", ranks), ("distances", distances)] {
            let Some(values) = standardised(values) else { continue };
            for lag in 1..300 {
                let sum: f64 = values[..DRAWS - lag].iter().zip(&values[lag..]).map(|(a, b)| a * b).sum();
                let z = sum / ((DRAWS - lag) as f64).sqrt();
                failures.unless(z.abs() < 6.5, || format!("{what} {lag} apart: {z:.1} standard deviations"));
            }
        }
    });
}

/// Values of mean 0 and variance 1; none where nearly all are equal, whose sums are far from normal.
fn standardised(values: Vec<f64>) -> Option<Vec<f64>> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64;
    let most = values.iter().fold(0.0, |most: f64, v| most.max((v - mean) * (v - mean)));
    (variance > 1e-9 && most < 20.0 * variance)
        .then(|| values.into_iter().map(|v| (v - mean) / variance.sqrt()).collect())
}

#[test]
fn the_same_key_gives_the_same_bits_on_any_number_of_threads() {
    every(|m, failures| {
        let key = Key::new(23);
        let bits = |threads: usize, key: Key| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let mut x = vec![0.0; 20_000];
            pool.install(|| m.d.fill(key, &mut x));
            x.into_iter().map(f64::to_bits).collect::<Vec<_>>()
        };
        let one = bits(1, key);
        failures.unless(one == bits(2, key) && one == bits(3, key), || "bits depend on the number of threads".into());
        let constant = m.d.variance() == 0.0 || m.d.cdf(m.d.median()) - m.d.cdf(m.d.median().next_down()) > 0.999;
        failures.unless(constant || one != bits(1, key.split(1)), || "two keys give the same bits".into());
    });
}

#[test]
fn every_way_to_draw_one_by_one_gives_the_same_values() {
    every(|m, failures| {
        let key = Key::new(24);
        let through_rand = (m.family.draw)(m.parameters, key, 500);
        let (mut a, mut b) = (key.stream(), key.stream());
        let one_by_one: Vec<f64> = (0..500).map(|_| m.d.sample(&mut a)).collect();
        failures.unless(through_rand == one_by_one, || "sample and rand's trait differ".into());
        failures.unless(m.d.sample_n(500, &mut b) == one_by_one, || "sample and sample_n differ".into());
    });
}
