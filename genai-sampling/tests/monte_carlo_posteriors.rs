//! Five posteriors of posteriordb, where they lie beside the repository: means and standard deviations within four combined
//! standard errors of 10,000 reference draws of Stan.
#![cfg(test)]

use genai_core::Tensor;
use genai_sampling::monte_carlo::{Metric, Nuts, Run, autograd};
use serde_json::Value;
use std::fs;
use std::path::Path;

type Target = Box<dyn Fn(&[f64], &mut [f64]) -> f64 + Sync>;

/// A posterior in coordinates without bounds, and the way back to its parameters.
struct Row {
    file: &'static str,
    target: fn(&Value) -> Target,
    parameters: fn(&[f64]) -> Vec<f64>,
    start: &'static [f64],
    metric: Metric,
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { file: "eight_schools-eight_schools_noncentered", target: eight_schools, metric: Metric::Diagonal, start: &[0.0; 10],
        parameters: |x| { let tau = x[9].exp(); x[..8].iter().map(|z| x[8] + tau * z).chain([x[8], tau]).collect() } },
    Row { file: "low_dim_gauss_mix-low_dim_gauss_mix", target: mixture, metric: Metric::Diagonal, start: &[-1.0, 0.5, 0.0, 0.0, 0.0],
        parameters: |x| vec![x[0], x[0] + x[1].exp(), x[2].exp(), x[3].exp(), logistic(x[4])] },
    Row { file: "hmm_example-hmm_example", target: hidden_markov, metric: Metric::Diagonal, start: &[0.0, 0.0, 1.0, 2.0],
        parameters: |x| { let (p, q) = (logistic(x[0]), logistic(x[1])); vec![p, 1.0 - p, q, 1.0 - q, x[2].exp(), x[2].exp() + x[3].exp()] } },
    Row { file: "arK-arK", target: autoregression, metric: Metric::Dense, start: &[0.0; 7],
        parameters: |x| [&x[..6], &[x[6].exp()]].concat() },
    Row { file: "kidiq-kidscore_momiq", target: regression, metric: Metric::Dense, start: &[50.0, 0.0, 3.0],
        parameters: |x| vec![x[0], x[1], x[2].exp()] },
];

#[test]
fn means_and_deviations_are_those_of_the_references() {
    let mut checked = 0;
    for row in ROWS {
        let Some(file) = read(row.file) else { continue };
        let target = (row.target)(&file["data"]);
        let run = Run { warm_up: 500, ..Run::new(20) };
        let nuts = Nuts { metric: row.metric, ..Nuts::default() };
        let draws = nuts.sample(target, &[row.start], &run).unwrap();
        let draws = draws.map(row.parameters);
        let reference = &file["reference"];
        let (mean, std) = (numbers(&reference["mean"]), numbers(&reference["sd"]));
        let (error, n) = (numbers(&reference["mcse_mean"]), reference["ndraws"].as_f64().unwrap());
        assert_eq!(mean.len(), draws.dim(), "{}", row.file);
        let (ours, deviation, r_hat) = (draws.mean(), draws.std(), draws.r_hat());
        let (mean_error, deviation_error) = (draws.mcse_mean(), draws.mcse_std());
        for i in 0..mean.len() {
            let name = format!("{} {}", row.file, reference["names"][i]);
            let within = |what: &str, (ours, ours_error): (f64, f64), (theirs, error): (f64, f64)| {
                let off = (ours - theirs).abs() / ours_error.hypot(error);
                assert!(off <= 4.0, "{name}: {what} {ours} for {theirs}, off by {off:.1} combined standard errors");
            };
            within("mean", (ours[i], mean_error[i]), (mean[i], error[i]));
            within("sd", (deviation[i], deviation_error[i]), (std[i], std[i] / (2.0 * n).sqrt()));
            assert!(r_hat[i] < 1.01, "{name}: R-hat {}", r_hat[i]);
        }
        checked += 1;
    }
    println!("posteriors: {checked} of {} matched", ROWS.len());
}

/// The data and reference of a posterior, or `None` with a printed reason where it is absent.
fn read(name: &str) -> Option<Value> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/posteriordb"));
    match fs::read_to_string(folder.join(name).with_extension("json")) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            println!("skipped: {name}: {error}");
            None
        }
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ln of a half-Cauchy density of e^x, with the Jacobian of e^x, and its derivative.
fn half_cauchy_of_exp(x: f64, scale: f64) -> (f64, f64) {
    let t = (x.exp() / scale).powi(2);
    (x - t.ln_1p(), 1.0 - 2.0 * t / (1.0 + t))
}

/// yⱼ ~ N(μ + τ zⱼ, σⱼ), z ~ N(0, 1), μ ~ N(0, 5), τ ~ half-Cauchy(5); x = z, μ, ln τ.
fn eight_schools(data: &Value) -> Target {
    let (y, sigma) = (numbers(&data["y"]), numbers(&data["sigma"]));
    Box::new(move |x, gradient| {
        let (mu, tau) = (x[8], x[9].exp());
        let (prior, slope) = half_cauchy_of_exp(x[9], 5.0);
        let mut log_density = prior - mu * mu / 50.0;
        (gradient[8], gradient[9]) = (-mu / 25.0, slope);
        for j in 0..8 {
            let rest = (y[j] - mu - tau * x[j]) / sigma[j];
            let pull = rest / sigma[j];
            log_density -= 0.5 * (rest * rest + x[j] * x[j]);
            gradient[j] = pull * tau - x[j];
            gradient[8] += pull;
            gradient[9] += pull * tau * x[j];
        }
        log_density
    })
}

/// y ~ θ N(μ₁, s₁) + (1 − θ) N(μ₂, s₂), μ ~ N(0, 2), s ~ half-N(0, 2), θ ~ Beta(5, 5); x = μ₁, ln(μ₂ − μ₁), ln s, logit θ.
fn mixture(data: &Value) -> Target {
    let y = numbers(&data["y"]);
    Box::new(move |x, gradient| {
        let (mu, s, theta) = ([x[0], x[0] + x[1].exp()], [x[2].exp(), x[3].exp()], logistic(x[4]));
        let mut log_density = x[1] + x[2] + x[3] + 5.0 * (theta.ln() + (1.0 - theta).ln());
        let (mut to_mu, mut to_s, mut to_logit) = ([0.0; 2], [0.0; 2], 5.0 * (1.0 - 2.0 * theta));
        for k in 0..2 {
            log_density -= (mu[k] * mu[k] + s[k] * s[k]) / 8.0;
            to_mu[k] -= mu[k] / 4.0;
            to_s[k] += 1.0 - s[k] * s[k] / 4.0;
        }
        for y in &y {
            let of = |k: usize, weight: f64| weight.ln() - x[2 + k] - 0.5 * ((y - mu[k]) / s[k]).powi(2);
            let (first, second) = (of(0, theta), of(1, 1.0 - theta));
            let most = first.max(second);
            let sum = most + ((first - most).exp() + (second - most).exp()).ln();
            log_density += sum;
            for (k, part) in [(0, first), (1, second)] {
                let (share, z) = ((part - sum).exp(), (y - mu[k]) / s[k]);
                to_mu[k] += share * z / s[k];
                to_s[k] += share * (z * z - 1.0);
                to_logit += share * if k == 0 { 1.0 - theta } else { -theta };
            }
        }
        let width = x[1].exp();
        gradient.copy_from_slice(&[to_mu[0] + to_mu[1], 1.0 + to_mu[1] * width, to_s[0], to_s[1], to_logit]);
        log_density
    })
}

/// Two states with emissions N(μₖ, 1); x = logits of the first entries of both rows, ln μ₁, ln(μ₂ − μ₁).
fn hidden_markov(data: &Value) -> Target {
    let y = numbers(&data["y"]);
    Box::new(move |x, gradient| {
        let mu = [x[2].exp(), x[2].exp() + x[3].exp()];
        let (p, q) = (logistic(x[0]), logistic(x[1]));
        let moves = [[p, 1.0 - p], [q, 1.0 - q]];
        let emit = |t: usize, k: usize| (-0.5 * (y[t] - mu[k]).powi(2)).exp();
        let n = y.len();
        let (mut forward, mut backward, mut scale) = (vec![[0.0; 2]; n], vec![[1.0; 2]; n], vec![0.0; n]);
        for t in 0..n {
            for k in 0..2 {
                let before = if t == 0 { 1.0 } else { (0..2).map(|i| forward[t - 1][i] * moves[i][k]).sum() };
                forward[t][k] = before * emit(t, k);
            }
            scale[t] = forward[t][0] + forward[t][1];
            forward[t] = forward[t].map(|a| a / scale[t]);
        }
        for t in (0..n - 1).rev() {
            backward[t] = [0, 1]
                .map(|i| (0..2).map(|k| moves[i][k] * emit(t + 1, k) * backward[t + 1][k]).sum::<f64>() / scale[t + 1]);
        }
        let (mut to_mu, mut used) = ([3.0 - mu[0], 10.0 - mu[1]], [[0.0; 2]; 2]);
        for t in 0..n {
            for k in 0..2 {
                to_mu[k] += forward[t][k] * backward[t][k] * (y[t] - mu[k]);
                for i in 0..if t == 0 { 0 } else { 2 } {
                    used[i][k] += forward[t - 1][i] * moves[i][k] * emit(t, k) * backward[t][k] / scale[t];
                }
            }
        }
        let jacobian = x[2] + x[3] + p.ln() + (1.0 - p).ln() + q.ln() + (1.0 - q).ln();
        let prior = -0.5 * ((mu[0] - 3.0).powi(2) + (mu[1] - 10.0).powi(2));
        gradient[0] = used[0][0] * (1.0 - p) - used[0][1] * p + 1.0 - 2.0 * p;
        gradient[1] = used[1][0] * (1.0 - q) - used[1][1] * q + 1.0 - 2.0 * q;
        gradient[2] = 1.0 + (to_mu[0] + to_mu[1]) * x[2].exp();
        gradient[3] = 1.0 + to_mu[1] * x[3].exp();
        scale.iter().map(|s| s.ln()).sum::<f64>() + prior + jacobian
    })
}

/// yₜ ~ N(α + Σ βₖ yₜ₋ₖ, σ) for t > 5, α and β ~ N(0, 10), σ ~ half-Cauchy(2.5); x = α, β, ln σ.
fn autoregression(data: &Value) -> Target {
    let y = numbers(&data["y"]);
    Box::new(move |x, gradient| {
        let precision = (-2.0 * x[6]).exp();
        let (prior, slope) = half_cauchy_of_exp(x[6], 2.5);
        let mut log_density = prior;
        gradient[6] = slope;
        for k in 0..6 {
            log_density -= x[k] * x[k] / 200.0;
            gradient[k] = -x[k] / 100.0;
        }
        for t in 5..y.len() {
            let mean = x[0] + (1..6).map(|k| x[k] * y[t - k]).sum::<f64>();
            let pull = (y[t] - mean) * precision;
            log_density -= 0.5 * (y[t] - mean) * pull + x[6];
            gradient[0] += pull;
            (1..6).for_each(|k| gradient[k] += pull * y[t - k]);
            gradient[6] += (y[t] - mean) * pull - 1.0;
        }
        log_density
    })
}

/// score ~ N(b₁ + b₂ iq, σ), b flat, σ ~ half-Cauchy(2.5); x = b, ln σ; gradients by differentiation.
fn regression(data: &Value) -> Target {
    let (score, iq) = (Tensor::from(numbers(&data["kid_score"])), Tensor::from(numbers(&data["mom_iq"])));
    let n = score.count() as f64;
    Box::new(autograd(move |x| {
        let (b, ln_sigma) = (x.narrow(0, 0, 2), x.narrow(0, 2, 1));
        let rest = &score - &iq * b.narrow(0, 1, 1) - b.narrow(0, 0, 1);
        let squares = (rest * (-&ln_sigma).exp()).square().sum();
        let tail = ((ln_sigma.exp() / 2.5).square() + 1.0).ln();
        squares * -0.5 - (tail + &ln_sigma * (n - 1.0)).sum()
    }))
}
