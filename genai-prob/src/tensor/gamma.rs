//! Gamma distributions.

use super::divergence::beyond;
use super::family::family;
use super::implicit::{Slope, implicit};
use super::shapes::{each, elementwise, joined, least};
use super::{Constraint, Distribution, numeric};
use crate::continuous::Gamma as scalar;
use crate::sample::{ln_standard_gamma, standard_gamma};
use crate::{Density, special};
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Gamma distributions: `log_prob(x) = α ln β + (α − 1) ln x − βx − lnΓ(α)`.
    pub struct Gamma: scalar {
        /// α, the shapes.
        shape,
        /// β, the rates.
        rate,
    }
    support Constraint::Positive;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        standard(key, &joined(&[shape, &self.batch]), &self.shape) / &self.rate
    }

    fn mean(&self) -> Tensor {
        (&self.shape / &self.rate).expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        (&self.shape / self.rate.square()).expand(&self.batch[..])
    }

    fn entropy(&self) -> Option<Tensor> {
        Some((&self.shape - self.rate.ln() + self.shape.ln_gamma() + (1.0 - &self.shape) * self.shape.digamma()).expand(&self.batch[..]))
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        Some(numeric::cdf::<Formula>(&[&(x * &self.rate), &self.shape, &one(x)]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(numeric::icdf::<Formula>(&[p, &self.shape, &one(p)]) / &self.rate)
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let ratio = &q.rate / &self.rate;
                -(&q.shape * ratio.ln()) + q.shape.ln_gamma() - self.shape.ln_gamma()
                    + (&self.shape - &q.shape) * self.shape.digamma()
                    + (ratio - 1.0) * &self.shape
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Exponential>() {
            return Some({
                let ratio = &q.rate / &self.rate;
                -ratio.ln() - self.shape.ln_gamma() + (&self.shape - 1.0) * self.shape.digamma()
                    + (ratio - 1.0) * &self.shape
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Normal>() {
            return Some(q.cross_entropy(&self.mean(), &self.variance()) - self.entropy()?);
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Gumbel>() {
            return Some({
                let slopes = (&self.rate * &q.scale).reciprocal().ln_1p();
                let exponential = (&q.location / &q.scale - &self.shape * slopes).exp();
                q.cross_entropy(&self.mean(), &exponential) - self.entropy()?
            });
        }
        beyond(self, other, self.rate.dtype())
    }
}

impl Gamma {
    /// −E ln f of positive values with this mean and mean logarithm.
    pub(super) fn cross_entropy(&self, mean: &Tensor, mean_ln: &Tensor) -> Tensor {
        let (logs, ln_norm) = ((&self.shape - 1.0) * mean_ln, &self.shape * self.rate.ln() - self.shape.ln_gamma());
        &self.rate * mean - logs - ln_norm
    }
}

/// 1, of the type of `like`.
pub(super) fn one(like: &Tensor) -> Tensor {
    Tensor::ones_of((), like.dtype())
}

/// Draws of shape `full` with rate 1, differentiable by the shapes.
pub(super) fn standard(key: Key, full: &[usize], shape: &Tensor) -> Tensor {
    let (outer, batch) = split(full, shape);
    let x = each(key, outer, batch, [shape], |[a], stream| standard_gamma(a, stream));
    let x = x.clamp(least(x.dtype()), f64::INFINITY);
    implicit("gamma draw", x, &[shape], &[Slope::First(|a, x| elementwise(&[x, &a[0]], |v| gamma_slope(v[1], v[0])))])
}

/// Their logarithms: of small shapes the values themselves are too small for any float.
pub(super) fn ln_standard(key: Key, full: &[usize], shape: &Tensor) -> Tensor {
    let (outer, batch) = split(full, shape);
    let x = each(key, outer, batch, [shape], |[a], stream| ln_standard_gamma(a, stream));
    implicit("gamma draw", x, &[shape], &[Slope::First(|a, x| elementwise(&[x, &a[0]], |v| ln_slope(v[1], v[0])))])
}

/// The shape of draws in front of that of the parameters.
fn split<'a>(full: &'a [usize], shape: &Tensor) -> (&'a [usize], &'a [usize]) {
    let own = shape.shape();
    full.split_at(if full.ends_with(own) { full.len() - own.len() } else { 0 })
}

/// f(x)·∂x/∂a at a fixed probability: −∂P(a, x)/∂a, by differences of the smaller tail.
fn density_times_slope(a: f64, x: f64) -> f64 {
    let h = 1e-3 * a.min(a.sqrt());
    let upper = special::gamma_q(a, x) < 0.5;
    let f = |a: f64| if upper { special::gamma_q(a, x) } else { -special::gamma_p(a, x) };
    (8.0 * (f(a + h) - f(a - h)) - (f(a + 2.0 * h) - f(a - 2.0 * h))) / (12.0 * h) // of fourth order
}

/// ∂x/∂a of a gamma value x of shape a and rate 1, at a fixed probability: how a draw follows its shape.
///
/// Source: Figurnov et al. 2018, [arXiv:1805.08498](https://arxiv.org/abs/1805.08498), eq. 5.
pub fn gamma_slope(a: f64, x: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { x * ln_slope(a, x.ln()) }
}

/// ∂ ln x/∂a, given ln x.
fn ln_slope(a: f64, ln_x: f64) -> f64 {
    let x = ln_x.exp();
    let ln_density = <scalar as Density<2, _>>::ln_density(<scalar as Density<2, _>>::prepare([a, 1.0]), x);
    let density = (ln_density + ln_x).exp(); // of ln x
    if x < 1e-3 * a.min(1.0) || density == 0.0 {
        // P ~ xᵃ (1 − a x/(a + 1)) / Γ(a + 1), solved for ln x
        let next = a + 1.0;
        return (special::digamma(next) - ln_x + x / (next * next)) / (a * (1.0 - x / next));
    }
    density_times_slope(a, x) / density
}
