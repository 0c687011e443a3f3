//! Tensor distributions against PyTorch: divergences and gradients.

use crate::score::Score;
use crate::{number, numbers};
use genai_core::{DType, Tensor, grad};
use genai_prob::Error;
use genai_prob::bijector::Exp;
use genai_prob::tensor::{
    Bernoulli, Beta, Binomial, Categorical, Cauchy, ContinuousBernoulli, Dirichlet, Distribution, Exponential, Gamma,
    Geometric, Gumbel, HalfCauchy, HalfNormal, Independent, Kumaraswamy, Laplace, LogNormal, NegativeBinomial, Normal,
    Pareto, Poisson, RelaxedBernoulli, RelaxedOneHot, StudentT, Transformed, Uniform, VonMises, Weibull, gamma_slope,
    kl,
};
use serde_json::Value as Json;

/// Relative to the largest value of a list.
const TOLERANCE: f64 = 1e-10;
/// Absolute: a gradient that is 0 in theory is a difference of terms of about 1, there as here; a few steps of those.
const ROUNDING: f64 = 4e-15;
/// Of implicit gradients.
const IMPLICIT: f64 = 1e-4;
/// Entries whose truth PyTorch approximates (of divergences the gradients), with what its error was measured to be below,
/// relative and absolute: its trigamma function is up to 2e-9 off (ψ₁(5/2) = π²/2 − 40/9 gives the gradient of `gamma` as
/// ours), its polynomials of von Mises' Bessel functions up to 1e-6 of their derivative.
const APPROXIMATE: &[(&str, f64, f64)] = &[
    ("kl:gamma", 1e-8, 2e-9),
    ("kl:beta", 1e-8, 2e-9),
    ("kl:dirichlet", 1e-8, 2e-9),
    ("kl:gamma_vs_exponential", 1e-8, 2e-9),
    ("kl:gamma_vs_normal", 1e-8, 2e-9),
    ("kl:gamma_vs_gumbel", 1e-8, 2e-9),
    ("kl:beta_vs_normal", 1e-8, 2e-9),
    ("kl:beta_vs_exponential", 1e-8, 2e-9),
    ("kl:beta_vs_gamma", 1e-8, 2e-9),
    ("kl:beta_vs_uniform", 1e-8, 2e-9),
    ("kl:beta_vs_continuous_bernoulli", 1e-8, 2e-9),
    ("grads:von_mises", 1e-6, ROUNDING),
];
/// What `relaxed_*` were made with.
const BERNOULLI_TEMPERATURE: f64 = 0.7;
const ONE_HOT_TEMPERATURE: f64 = 0.8;
/// Trials of the binomial rows.
const TRIALS: f64 = 10.0;

type Made = Result<Box<dyn Distribution>, Error>;

fn boxed<D: Distribution + 'static>(made: Result<D, Error>) -> Made {
    Ok(Box::new(made?))
}

/// A distribution by PyTorch's name, with PyTorch's parameters; `None` for an unknown one.
fn distribution(name: &str, p: &[Tensor]) -> Option<Made> {
    let trials = Tensor::full_of([], TRIALS, DType::F64);
    Some(match (name, p) {
        ("bernoulli", [p]) => boxed(Bernoulli::new(p)),
        ("bernoulli_logits", [l]) => boxed(Bernoulli::from_logits(l)),
        ("binomial", [p]) => boxed(Binomial::new(&trials, p)),
        ("categorical", [w]) => boxed(Categorical::new(w)),
        ("categorical_logits", [l]) => boxed(Categorical::from_logits(l)),
        ("normal", [mean, sd]) => boxed(Normal::new(mean, sd)),
        ("independent_normal", [mean, sd]) => boxed(Normal::new(mean, sd).map(|d| Independent::new(d, 1))),
        ("transformed_vae_prior", [mean, sd]) => {
            boxed(Normal::new(mean, sd).map(|d| Transformed::new(d, Box::new(Exp))))
        }
        ("lognormal", [mu, sigma]) => boxed(LogNormal::new(mu, sigma)),
        ("half_normal", [scale]) => boxed(HalfNormal::new(scale)),
        ("half_cauchy", [scale]) => boxed(HalfCauchy::new(scale)),
        ("laplace", [location, scale]) => boxed(Laplace::new(location, scale)),
        ("cauchy", [location, scale]) => boxed(Cauchy::new(location, scale)),
        ("gumbel", [location, scale]) => boxed(Gumbel::new(location, scale)),
        ("gamma", [shape, rate]) => boxed(Gamma::new(shape, rate)),
        ("beta", [a, b]) => boxed(Beta::new(a, b)),
        ("dirichlet", [a]) => boxed(Dirichlet::new(a)),
        ("exponential", [rate]) => boxed(Exponential::new(rate)),
        ("poisson", [rate]) => boxed(Poisson::new(rate)),
        ("geometric", [p]) => boxed(Geometric::new(p)),
        ("negative_binomial", [r, p]) => boxed(NegativeBinomial::new(r, p)),
        ("student_t", [df, location, scale]) => boxed(StudentT::new(df, location, scale)),
        ("pareto", [scale, alpha]) => boxed(Pareto::new(alpha, scale)),
        ("weibull", [scale, shape]) => boxed(Weibull::new(shape, scale)),
        ("uniform", [low, high]) => boxed(Uniform::new(low, high)),
        ("continuous_bernoulli", [p]) => boxed(ContinuousBernoulli::new(p)),
        ("kumaraswamy", [a, b]) => boxed(Kumaraswamy::new(a, b)),
        ("von_mises", [location, concentration]) => boxed(VonMises::new(location, concentration)),
        ("relaxed_bernoulli", [l]) => boxed(RelaxedBernoulli::new(BERNOULLI_TEMPERATURE, l)),
        ("relaxed_onehot", [l]) => boxed(RelaxedOneHot::new(ONE_HOT_TEMPERATURE, l)),
        _ => return None,
    })
}

/// A number or a list of them, at any depth, as a tracked tensor.
fn tensor(json: &Json) -> Tensor {
    let (mut shape, mut first) = (Vec::new(), json);
    while let Some(list) = first.as_array() {
        shape.push(list.len());
        first = &list[0];
    }
    Tensor::from_vec(flat(json), shape).tracked()
}

/// The numbers of a list of any depth, in order.
fn flat(json: &Json) -> Vec<f64> {
    json.as_array().map_or_else(|| vec![number(json)], |list| list.iter().flat_map(flat).collect())
}

fn tensors(json: &Json) -> Vec<Tensor> {
    json.as_array().expect("a list of parameters").iter().map(tensor).collect()
}

fn compare(score: &mut Score, what: &str, got: &Tensor, truth: &Json, tolerance: f64) {
    let got = got.to_vec::<f64>();
    let truth = flat(truth);
    if got.len() != truth.len() {
        return score.fail(format!("{what}: {} values, expected {}", got.len(), truth.len()));
    }
    let approximate = APPROXIMATE.iter().find(|(name, ..)| what != "kl" && score.is(name));
    let (tolerance, floor) =
        approximate.map_or((tolerance, ROUNDING), |(_, relative, absolute)| (*relative, *absolute));
    let largest = truth.iter().filter(|x| x.is_finite()).fold(0.0f64, |m, x| m.max(x.abs()));
    for (got, truth) in got.iter().zip(&truth) {
        score.within(what, *got, *truth, (tolerance * largest).max(floor), tolerance);
    }
}

/// KL of every pair, and its gradients by both sides' parameters.
pub(crate) fn divergences(table: &Json, score: &mut Score) {
    for entry in table.as_array().expect("a list of pairs") {
        let pair = entry["pair"].as_str().expect("a name");
        score.begin(format!("kl:{pair}"));
        let (left, right) = pair.split_once("_vs_").unwrap_or((pair, pair));
        let (p, q) = (tensors(&entry["p"]), tensors(&entry["q"]));
        let (Some(left), Some(right)) = (distribution(left, &p), distribution(right, &q)) else {
            score.fail("an unknown pair".into());
            continue;
        };
        let (left, right) = match (left, right) {
            (Ok(left), Ok(right)) => (left, right),
            (Err(error), _) | (_, Err(error)) => {
                score.fail(error.to_string());
                continue;
            }
        };
        let Some(value) = kl(&*left, &*right) else {
            score.fail("no closed form".into());
            continue;
        };
        compare(score, "kl", &value, &entry["kl"], TOLERANCE);
        let parameters: Vec<&Tensor> = p.iter().chain(&q).collect();
        let gradients = grad(&value.sum(), &parameters, false);
        let truths: Vec<&Json> =
            ["grad_p", "grad_q"].into_iter().filter_map(|key| entry[key].as_array()).flatten().collect();
        let none = truths.iter().all(|truth| truth.is_null()) && value.to_vec::<f64>().iter().all(|x| x.is_infinite());
        if none {
            continue; // PyTorch's infinite constants depend on nothing
        }
        if truths.len() != gradients.len() {
            score.fail(format!("{} gradients, expected {}", gradients.len(), truths.len()));
        }
        for (i, (gradient, truth)) in gradients.iter().zip(truths).enumerate() {
            compare(score, &format!("gradient {i}"), gradient, truth, TOLERANCE);
        }
    }
}

/// Gradients of log-densities by parameters and value, and one implicit gradient.
pub(crate) fn gradients(table: &Json, score: &mut Score) {
    for entry in table.as_array().expect("a list of densities") {
        let Some(name) = entry["dist"].as_str() else {
            score.begin("grads:unnamed".into());
            score.fail(format!("an unknown entry {entry}"));
            continue;
        };
        score.begin(format!("grads:{name}"));
        if entry.get("log_prob").is_none() {
            implicit(name, entry, score);
            continue;
        }
        let (parameters, x) = (tensors(&entry["params"]), tensor(&entry["x"]));
        match distribution(name, &parameters) {
            Some(Ok(d)) => density(&*d, &parameters, &x, entry, score),
            Some(Err(error)) => score.fail(error.to_string()),
            None => score.fail("an unknown distribution".into()),
        }
    }
}

fn density(d: &dyn Distribution, parameters: &[Tensor], x: &Tensor, entry: &Json, score: &mut Score) {
    let value = d.log_prob(x);
    compare(score, "log_prob", &value, &entry["log_prob"], TOLERANCE);
    let by_parameters = grad(&value.sum(), &parameters.iter().collect::<Vec<_>>(), false);
    let truths = entry["grad_params"].as_array().expect("gradients");
    if truths.len() != by_parameters.len() {
        score.fail(format!("{} gradients, expected {}", by_parameters.len(), truths.len()));
    }
    for (i, (got, truth)) in by_parameters.iter().zip(truths).enumerate() {
        compare(score, &format!("gradient {i}"), got, truth, TOLERANCE);
    }
    if !entry["grad_x"].is_null() {
        compare(score, "gradient by x", &grad(&value.sum(), &[x], false)[0], &entry["grad_x"], TOLERANCE);
    }
}

/// How a draw follows a parameter at a fixed probability.
fn implicit(name: &str, entry: &Json, score: &mut Score) {
    if name != "gamma_implicit_reparam" {
        return score.fail("an unknown implicit gradient".into());
    }
    let truths = numbers(&entry["dsample_dalpha"]);
    for ((alpha, x), truth) in numbers(&entry["alpha"]).iter().zip(numbers(&entry["sample"])).zip(truths) {
        score.relative(&format!("at {alpha}, {x}"), gamma_slope(*alpha, x), truth, IMPLICIT);
    }
}
