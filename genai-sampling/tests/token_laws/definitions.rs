//! What a truncation keeps, against its definition by sorting in f64.

use super::{one, softmax, vocabularies};
use genai_sampling::Error;
use genai_sampling::token::{Chain, EpsilonCutoff, EtaCutoff, MinP, TopH, TopNSigma, TypicalP};
use std::collections::BTreeMap;

/// A truncation with a parameter, and what it keeps of probabilities by definition. The share of rounding in the parameter
/// (`more` > 1: keep more) tells what must and what may be kept.
struct Row {
    name: &'static str,
    make: fn(f64) -> Result<Chain, Error>,
    keeps: fn(&[f64], f64, f64) -> Vec<bool>,
    parameters: [f64; 3],
}

#[rustfmt::skip]
const ROWS: [Row; 6] = [
    Row { name: "min-p", make: |x| one(MinP::new(x)), keeps: min_p, parameters: [0.01, 0.2, 0.9] },
    Row { name: "epsilon", make: |x| one(EpsilonCutoff::new(x)), keeps: epsilon, parameters: [1e-4, 0.01, 0.4] },
    Row { name: "eta", make: |x| one(EtaCutoff::new(x)), keeps: eta, parameters: [1e-4, 0.01, 0.4] },
    Row { name: "typical", make: |x| one(TypicalP::new(x)), keeps: typical, parameters: [0.05, 0.5, 0.98] },
    Row { name: "top-h", make: |x| one(TopH::new(x)), keeps: top_h, parameters: [0.1, 0.4, 0.9] },
    Row { name: "top-nσ", make: |x| one(TopNSigma::new(x as f32)), keeps: n_sigma, parameters: [0.5, 1.0, 2.5] },
];

fn reaching(p: &[f64], least: f64) -> Vec<bool> {
    let most = p.iter().fold(0.0, |a: f64, &b| a.max(b));
    p.iter().map(|&p| p >= least || p == most).collect()
}

fn entropy(p: &[f64]) -> f64 {
    p.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum()
}

fn min_p(p: &[f64], x: f64, more: f64) -> Vec<bool> {
    reaching(p, x / more * p.iter().fold(0.0, |a: f64, &b| a.max(b)))
}

fn epsilon(p: &[f64], x: f64, more: f64) -> Vec<bool> {
    reaching(p, x / more)
}

fn eta(p: &[f64], x: f64, more: f64) -> Vec<bool> {
    reaching(p, x.min(x.sqrt() * (-entropy(p)).exp()) / more)
}

/// Positions by ascending key.
fn sorted(p: &[f64], key: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&i| p[i] > 0.0).collect();
    order.sort_by(|&a, &b| key(a).total_cmp(&key(b)));
    order
}

fn typical(p: &[f64], x: f64, more: f64) -> Vec<bool> {
    let h = entropy(p);
    let distance = |i: usize| (-p[i].ln() - h).abs();
    let (order, mut sum) = (sorted(p, distance), 0.0);
    let crossing = order.iter().position(|&i| {
        sum += p[i];
        sum >= x * more
    });
    let last = distance(order[crossing.unwrap_or(order.len() - 1)]) + (more - 1.0);
    (0..p.len()).map(|i| p[i] > 0.0 && distance(i) <= last).collect()
}

fn top_h(p: &[f64], x: f64, more: f64) -> Vec<bool> {
    let mut order = sorted(p, |i| -p[i]);
    order.truncate(100);
    let total: f64 = order.iter().map(|&i| p[i]).sum();
    let best: Vec<f64> = order.iter().map(|&i| p[i] / total).collect();
    let (allowed, mut sum, mut kept) = (x * more * entropy(&best), 0.0, vec![false; p.len()]);
    for (rank, (&i, q)) in order.iter().zip(&best).enumerate() {
        sum -= q * q.ln();
        kept[i] = sum <= allowed || rank == 0;
    }
    kept
}

fn n_sigma(p: &[f64], x: f64, more: f64) -> Vec<bool> {
    let finite: Vec<f64> = p.iter().filter(|p| **p > 0.0).map(|p| p.ln()).collect();
    let mean = finite.iter().sum::<f64>() / finite.len() as f64;
    let sigma = (finite.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / finite.len() as f64).sqrt();
    let most = finite.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    p.iter().map(|p| p.ln() >= most - x * more * sigma - (more - 1.0)).collect()
}

#[test]
fn truncations_keep_what_their_definition_keeps() -> Result<(), Error> {
    let mut removed = 0;
    for row in ROWS {
        for logits in vocabularies() {
            let p = softmax(&logits);
            let mut often: BTreeMap<u32, usize> = BTreeMap::new();
            logits.iter().for_each(|x| *often.entry((x + 0.0).to_bits()).or_default() += 1); // −0 + 0 = 0
            for x in row.parameters {
                let mut after = logits.clone();
                (row.make)(x)?.apply(&[], &mut after)?;
                let (must, may) = ((row.keeps)(&p, x, 1.0 - 2e-5), (row.keeps)(&p, x, 1.0 + 2e-5));
                // Equal tokens are in no order: where they stand at the edge, only their number counts.
                let kept = after.iter().filter(|x| x.is_finite()).count();
                let count = |list: &[bool]| list.iter().filter(|kept| **kept).count();
                let place = format!("{} {x} of {}", row.name, logits.len());
                assert!((count(&must)..=count(&may)).contains(&kept), "{place}: {kept} kept");
                for (i, value) in after.iter().enumerate() {
                    let tie = often[&(logits[i] + 0.0).to_bits()] > 1;
                    assert!(value.is_finite() || !must[i] || tie, "{place}: token {i} is lost");
                    assert!(!value.is_finite() || may[i] || tie, "{place}: token {i} is kept");
                }
                removed += logits.len() - kept;
            }
        }
    }
    assert!(removed > 100_000, "{removed} tokens were removed");
    Ok(())
}
