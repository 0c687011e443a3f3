//! Divergences that need no integral.

use crate::Univariate;
use crate::special::formula::{deviance, stirling_error};
use crate::special::{digamma, gamma};
use std::f64::consts::TAU;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// A distribution with its parameters.
type Of<'a> = (&'a dyn Univariate, &'a [f64]);

/// From the first to the second.
type Divergence = fn(Of<'_>, Of<'_>) -> f64;

/// KL(p, q) where it is known. `deviance(x, m)` = x ln(x/m) + m − x has its digits where the two are close.
pub(super) fn kl(p: &dyn Univariate, q: &dyn Univariate) -> Option<f64> {
    let ((from, x), (to, y)) = (p.family()?, q.family()?);
    let known = PAIRS.iter().find(|(a, b, _)| *a == from && *b == to);
    let closed = |(_, _, divergence): &(_, _, Divergence)| divergence((p, &x), (q, &y));
    known.map(closed).filter(|divergence| !divergence.is_nan()).map(|divergence| divergence.max(0.0))
}

const PAIRS: &[(&str, &str, Divergence)] = &[
    ("Bernoulli", "Bernoulli", |p, q| trials(p.1[0], q.1[0])),
    ("Binomial", "Binomial", |p, q| if p.1[0] == q.1[0] { p.1[0] * trials(p.1[1], q.1[1]) } else { f64::NAN }),
    ("Geometric", "Geometric", |p, q| trials(p.1[0], q.1[0]) / p.1[0]),
    ("NegativeBinomial", "NegativeBinomial", |p, q| {
        if p.1[0] == q.1[0] { p.1[0] / (1.0 - p.1[1]) * trials(p.1[1], q.1[1]) } else { f64::NAN }
    }),
    ("Poisson", "Poisson", |p, q| deviance(p.1[0], q.1[0])),
    ("Normal", "Normal", |p, q| normal(p.1, q.1)),
    ("LogNormal", "LogNormal", |p, q| normal(p.1, q.1)),
    ("HalfNormal", "HalfNormal", |p, q| 0.5 * deviance(1.0, (p.1[0] / q.1[0]).powi(2))),
    ("Rayleigh", "Rayleigh", |p, q| deviance(1.0, (p.1[0] / q.1[0]).powi(2))),
    ("Maxwell", "Maxwell", |p, q| 1.5 * deviance(1.0, (p.1[0] / q.1[0]).powi(2))),
    ("Exponential", "Exponential", |p, q| deviance(1.0, q.1[0] / p.1[0])),
    ("Exponential", "Gamma", |p, q| gammas(&[1.0, p.1[0]], q.1)),
    ("Gamma", "Exponential", |p, q| gammas(p.1, &[1.0, q.1[0]])),
    ("Gamma", "Gamma", |p, q| gammas(p.1, q.1)),
    ("Erlang", "Erlang", |p, q| gammas(p.1, q.1)),
    ("InverseGamma", "InverseGamma", |p, q| gammas(p.1, q.1)),
    ("ChiSquared", "ChiSquared", |p, q| shapes(0.5 * p.1[0], 0.5 * q.1[0])),
    ("Beta", "Beta", |p, q| shapes(p.1[0], q.1[0]) + shapes(p.1[1], q.1[1]) - shapes(p.1[0] + p.1[1], q.1[0] + q.1[1])),
    ("ContinuousBernoulli", "ContinuousBernoulli", |p, q| linear(p.0, p.0) - linear(p.0, q.0)),
    ("Laplace", "Laplace", |p, q| {
        let ([scale, apart], ratio) = (apart(p.1, q.1), p.1[1] / q.1[1]);
        deviance(1.0, ratio) + ratio * ((-apart / scale).exp_m1() + apart / scale)
    }),
    ("Cauchy", "Cauchy", |p, q| {
        let (s, t) = (p.1[1], q.1[1]);
        ((s - t) / s * ((s - t) / t) / 4.0 + (p.1[0] - q.1[0]) / s * ((p.1[0] - q.1[0]) / t) / 4.0).ln_1p()
    }),
    ("Gumbel", "Gumbel", |p, q| {
        let (ratio, shift) = (p.1[1] / q.1[1], (p.1[0] - q.1[0]) / q.1[1]);
        -ratio.ln() + EULER * (ratio - 1.0) + (-shift).exp() * gamma(ratio + 1.0) - 1.0 + shift
    }),
    ("Normal", "Gumbel", |p, q| {
        let (ratio, shift) = (p.1[1] / q.1[1], (p.1[0] - q.1[0]) / q.1[1]);
        shift + (0.5 * ratio * ratio - shift).exp() - ratio.ln() - 0.5 * TAU.ln() - 0.5
    }),
    ("Pareto", "Pareto", |p, q| {
        let lower = if p.1[1] < q.1[1] { f64::INFINITY } else { q.1[0] * (p.1[1] / q.1[1]).ln() };
        lower + deviance(1.0, q.1[0] / p.1[0])
    }),
    ("Weibull", "Weibull", |p, q| {
        let (shape, scale) = (q.1[0] / p.1[0], p.1[1] / q.1[1]);
        -shape.ln() + (shape - 1.0) * EULER - q.1[0] * scale.ln() + scale.powf(q.1[0]) * gamma(shape + 1.0) - 1.0
    }),
    ("Uniform", "Uniform", |p, q| {
        let inside = q.1[0] <= p.1[0] && p.1[1] <= q.1[1];
        if inside { ((q.1[1] - q.1[0]) / (p.1[1] - p.1[0])).ln() } else { f64::INFINITY }
    }),
    ("Uniform", "Normal", |p, q| to_normal(p.0, q.1)),
    ("Exponential", "Normal", |p, q| to_normal(p.0, q.1)),
    ("Gamma", "Normal", |p, q| to_normal(p.0, q.1)),
    ("Laplace", "Normal", |p, q| to_normal(p.0, q.1)),
    ("Logistic", "Normal", |p, q| to_normal(p.0, q.1)),
    ("Gumbel", "Normal", |p, q| to_normal(p.0, q.1)),
];

/// Of one trial with these probabilities.
fn trials(p: f64, q: f64) -> f64 {
    let side = |x: f64, m: f64| {
        if m == 0.0 && x > 0.0 {
            f64::INFINITY
        } else if x == 0.0 {
            m
        } else {
            deviance(x, m)
        }
    };
    side(p, q) + side(1.0 - p, 1.0 - q)
}

fn normal(p: &[f64], q: &[f64]) -> f64 {
    0.5 * deviance(1.0, (p[1] / q[1]).powi(2)) + 0.5 * ((p[0] - q[0]) / q[1]).powi(2)
}

/// (a − c) ψ(a) − ln Γ(a) + ln Γ(c): of gamma distributions of one rate, by Stirling's formula so that nothing large cancels.
fn shapes(a: f64, c: f64) -> f64 {
    let lag = a.ln() - digamma(a);
    deviance(c, a) + 0.5 * (a / c).ln() - (a - c) * lag + stirling_error(c) - stirling_error(a)
}

/// Shape and rate.
fn gammas(p: &[f64], q: &[f64]) -> f64 {
    let (a, c) = (p[0], q[0]);
    shapes(a, c) - deviance(c, a) + deviance(c, a * (q[1] / p[1]))
}

/// Eₚ ln q where ln q is a straight line on [0, 1].
fn linear(p: &dyn Univariate, q: &dyn Univariate) -> f64 {
    let mean = p.mean();
    (1.0 - mean) * q.ln_prob(0.0) + mean * q.ln_prob(1.0)
}

/// The scale of the first, and how far the centres are apart.
fn apart(p: &[f64], q: &[f64]) -> [f64; 2] {
    [p[1], (p[0] - q[0]).abs()]
}

/// To a normal distribution: −H(p) and the mean of a square.
fn to_normal(p: &dyn Univariate, q: &[f64]) -> f64 {
    let (spread, shift) = (p.std() / q[1], (p.mean() - q[0]) / q[1]);
    0.5 * (spread * spread + shift * shift) + 0.5 * TAU.ln() + q[1].ln() - p.entropy()
}
