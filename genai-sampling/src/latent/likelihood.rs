//! The likelihood of data under a model with latent codes.

use super::same_size;
use crate::Error;
use crate::monte_carlo::Weighted;
use genai_core::random::{Key, Stream};
use rayon::prelude::*;
use std::f64::consts::TAU;

/// An estimate of ln p(x), in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// ln of the mean weight: in expectation at most ln p(x), and nearer with every draw.
    pub log_likelihood: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The mean of ln of the weights: the evidence lower bound of one draw.
    pub elbo: f64,
    /// Effective sample size: near 1, the estimate hangs on one draw.
    pub ess: f64,
}

/// ln p(x) by importance: ln (1/k) Σ p(x, zᵢ) / q(zᵢ | x), zᵢ drawn from q.
///
/// `log_weight(rng)` draws z and returns ln p(x, z) − ln q(z | x).
///
/// Source: Burda, Grosse & Salakhutdinov 2016, [arXiv:1509.00519](https://arxiv.org/abs/1509.00519), eq. 8.
///
/// # Errors
///
/// If there are no draws, a weight is NaN or infinite, or all are 0.
pub fn importance_weighted(
    log_weight: impl Fn(&mut Stream) -> f64 + Sync,
    draws: usize,
    key: Key,
) -> Result<Evidence, Error> {
    let one = |i: usize| log_weight(&mut key.split(i as u64).stream());
    let log_weights: Vec<f64> = (0..draws).into_par_iter().map(one).collect();
    let elbo = log_weights.iter().sum::<f64>() / draws as f64;
    let weighted = Weighted::new(vec![(); draws], log_weights)?;
    Ok(Evidence {
        log_likelihood: weighted.log_mean_weight(),
        standard_error: weighted.log_mean_weight_error(),
        elbo,
        ess: weighted.ess(),
    })
}

/// [`importance_weighted`] with a normal q of independent numbers, as variational autoencoders have.
///
/// `log_joint(z)` is ln p(x, z) = ln p(z) + ln p(x | z).
///
/// ```
/// use genai_core::random::Key;
/// use genai_sampling::latent::importance_weighted_normal;
///
/// // z ~ N(0, 1), x | z ~ N(z, 1): x ~ N(0, 2), and the posterior of x = 2 is N(1, ½)
/// let ln_normal = |x: f64| -0.5 * (x * x + std::f64::consts::TAU.ln());
/// let log_joint = |z: &[f64]| ln_normal(z[0]) + ln_normal(2.0 - z[0]);
/// let evidence = importance_weighted_normal(&[1.0], &[0.5f64.sqrt()], log_joint, 50, Key::new(1))?;
/// let truth = -1.0 - 0.5 * (2.0 * std::f64::consts::TAU).ln();
/// assert!((evidence.log_likelihood - truth).abs() < 1e-12, "exact, as q is the posterior");
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// As [`importance_weighted`]; if means and standard deviations differ in number, or one is not positive.
pub fn importance_weighted_normal(
    mean: &[f64],
    std: &[f64],
    log_joint: impl Fn(&[f64]) -> f64 + Sync,
    draws: usize,
    key: Key,
) -> Result<Evidence, Error> {
    same_size("standard deviations", std.len(), mean.len())?;
    if let Some(&value) = std.iter().find(|s| !(**s > 0.0 && s.is_finite())) {
        return Err(Error::Parameter { name: "standard deviation", value, expected: "positive and finite" });
    }
    let constant: f64 = std.iter().map(|s| s.ln() + 0.5 * TAU.ln()).sum();
    let log_weight = |rng: &mut Stream| {
        let noise: Vec<f64> = mean.iter().map(|_| rng.normal()).collect();
        let z: Vec<f64> = noise.iter().zip(mean).zip(std).map(|((n, m), s)| m + s * n).collect();
        log_joint(&z) + constant + 0.5 * noise.iter().map(|n| n * n).sum::<f64>()
    };
    importance_weighted(log_weight, draws, key)
}
