//! The Kullback–Leibler divergence between tensor distributions.

use super::shapes::broadcast;
use super::{Constraint, Distribution, Pareto, Uniform};
use genai_core::random::Key;
use genai_core::{DType, Tensor};

/// KL(p ‖ q) = E_p [ln p − ln q] in nats, in closed form, of the shape of both batches; `None` where there is none, or the
/// events differ in shape: see [`kl_monte_carlo`]. It is infinite where p has values that q has not.
///
/// # Panics
///
/// If the batches do not broadcast.
#[track_caller]
pub fn kl(p: &dyn Distribution, q: &dyn Distribution) -> Option<Tensor> {
    if p.event_shape() != q.event_shape() {
        return None;
    }
    let batch = broadcast("kl", &[p.batch_shape(), q.batch_shape()]).unwrap_or_else(|e| panic!("{e}"));
    Some(p.kl_to(q)?.expand(&batch[..]))
}

/// ∞, of the shape of both batches, if `p`, whose density is positive all over its support, has values below or above all
/// of `q`.
pub(super) fn beyond(p: &dyn Distribution, q: &dyn Distribution, dtype: DType) -> Option<Tensor> {
    let ((low, high), (least, most)) = (ends(p)?, ends(q)?);
    if (low >= least && high <= most) || p.event_shape() != q.event_shape() {
        return None;
    }
    let batch = broadcast("kl", &[p.batch_shape(), q.batch_shape()]).ok()?;
    Some(Tensor::full_of(batch, f64::INFINITY, dtype))
}

/// Between which numbers all values lie, where every member of the family has the same; a bound of the doubles' stands for
/// ends that differ.
fn ends(of: &dyn Distribution) -> Option<(f64, f64)> {
    Some(match of.support() {
        Constraint::Real => (f64::NEG_INFINITY, f64::INFINITY),
        Constraint::Positive if of.as_any().is::<Pareto>() => (f64::MIN_POSITIVE, f64::INFINITY),
        Constraint::Positive => (0.0, f64::INFINITY),
        Constraint::Above(low) => (low, f64::INFINITY),
        Constraint::Between(low, high) => (low, high),
        Constraint::BatchBetween if of.as_any().is::<Uniform>() => (f64::MIN, f64::MAX),
        _ => return None,
    })
}

/// An estimate and its standard error.
#[derive(Debug)]
pub struct MonteCarlo {
    /// The mean of the draws' values, differentiable where the draws are.
    pub estimate: Tensor,
    /// Its standard error.
    pub standard_error: Tensor,
}

/// KL(p ‖ q) from `n` draws of p.
///
/// # Panics
///
/// If `n` is below 2.
#[track_caller]
pub fn kl_monte_carlo(p: &dyn Distribution, q: &dyn Distribution, key: Key, n: usize) -> MonteCarlo {
    assert!(n > 1, "kl_monte_carlo: {n} draws have no standard error");
    let x = if p.has_rsample() { p.rsample(key, &[n]) } else { p.sample(key, &[n]) };
    let terms = p.log_prob(&x) - q.log_prob(&x);
    let standard_error = (terms.detach().var_over(0, 1.0, false) * (1.0 / n as f64)).sqrt();
    MonteCarlo { estimate: terms.mean_over(0, false), standard_error }
}
