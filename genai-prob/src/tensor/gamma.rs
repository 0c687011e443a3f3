//! Gamma distributions.

use super::family::family;
use super::shapes::each;
use super::shapes::{elementwise, joined, with_slopes};
use super::{Constraint, Distribution};
use crate::continuous::Gamma as scalar;
use crate::sample::standard_gamma;
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
        Some({
            let p = elementwise([x, &self.shape, &self.rate], |[x, a, b]| if x <= 0.0 { 0.0 } else { special::gamma_p(a, b * x) });
            let density = self.log_prob(x).exp().detach();
            let by_shape = elementwise([x, &self.shape, &self.rate], |[x, a, b]| -density_times_slope(a, b * x));
            let by_rate = x.detach() * &density / &self.rate.detach();
            with_slopes(&p, &[(x, density), (&self.shape, by_shape), (&self.rate, by_rate)])
        })
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        let x = elementwise([p, &self.shape, &self.rate], |[p, a, b]| special::gamma_p_inv(a, p) / b);
        let by_p = (-self.log_prob(&x)).exp().detach();
        let by_shape = elementwise([&x, &self.shape, &self.rate], |[x, a, b]| slope(a, b * x) / b);
        let by_rate = -(&x / &self.rate.detach());
        Some(with_slopes(&x, &[(p, by_p), (&self.shape, by_shape), (&self.rate, by_rate)]))
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
        None
    }
}

/// Draws of shape `full` with rate 1, differentiable by the shapes.
pub(super) fn standard(key: Key, full: &[usize], shape: &Tensor) -> Tensor {
    let batch = shape.shape();
    let outer = &full[..full.len() - batch.len()];
    let (outer, batch) = if full.ends_with(batch) { (outer, batch) } else { (&full[..0], full) };
    let x = each(key, outer, batch, [shape], |[a], stream| standard_gamma(a, stream));
    let slope = elementwise([&x, shape], |[x, a]| slope(a, x));
    with_slopes(&x, &[(shape, slope)])
}

/// f(x)·∂x/∂a at a fixed probability: −∂P(a, x)/∂a, by differences of the smaller tail.
fn density_times_slope(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let h = 1e-5 * a.max(1e-3);
    let upper = special::gamma_q(a, x) < 0.5;
    let f = |a: f64| if upper { special::gamma_q(a, x) } else { -special::gamma_p(a, x) };
    (8.0 * (f(a + h) - f(a - h)) - (f(a + 2.0 * h) - f(a - 2.0 * h))) / (12.0 * h) // of fourth order
}

/// ∂x/∂a of a gamma value x of shape a and rate 1, at a fixed probability: how a draw follows its shape.
///
/// Source: Figurnov et al. 2018, [arXiv:1805.08498](https://arxiv.org/abs/1805.08498), eq. 5.
pub fn gamma_slope(a: f64, x: f64) -> f64 {
    slope(a, x)
}

fn slope(a: f64, x: f64) -> f64 {
    let density = <scalar as Density<2, _>>::ln_density(<scalar as Density<2, _>>::prepare([a, 1.0]), x).exp();
    if x < 1e-3 * a.min(1.0) || density == 0.0 {
        // P ~ xᵃ / Γ(a + 1): ln x = (ln P + lnΓ(a + 1)) / a
        return x * (special::digamma(a + 1.0) - x.ln()) / a;
    }
    density_times_slope(a, x) / density
}
