//! Continuous Bernoulli distributions.

use super::divergence::beyond;
use super::family::family;
use super::implicit::{Slope, implicit};
use super::shapes::{elementwise, joined, uniform};
use super::{Constraint, Distribution};
use crate::Univariate;
use crate::continuous::ContinuousBernoulli as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Continuous Bernoulli distributions, for grey values.
    ///
    /// Source: Loaiza-Ganem & Cunningham 2019, [arXiv:1907.06845](https://arxiv.org/abs/1907.06845).
    pub struct ContinuousBernoulli: scalar {
        /// λ of the density ∝ λˣ(1 − λ)¹⁻ˣ.
        p,
    }
    support Constraint::Between(0.0, 1.0);

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let u = uniform(key, &joined(&[shape, &self.batch]), self.p.dtype());
        self.icdf(&u).expect("in closed form")
    }

    fn mean(&self) -> Tensor {
        let mean = elementwise(&[&self.p], |p| scalar::new(p[0]).map_or(f64::NAN, |d| d.mean()));
        // the variance is the slope by the log-odds
        let slope = Slope::Exact(|p, _| variance(&p[0]) / (&p[0] * (1.0 - &p[0])));
        implicit("mean", mean, &[&self.p], &[slope])
    }

    fn variance(&self) -> Tensor {
        variance(&self.p)
    }

    /// (e^(ηx) − 1) / (e^η − 1), η the log-odds.
    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        let (odds, x) = (self.log_odds(), x.clamp(0.0, 1.0));
        let small = odds.abs().lt(1e-4);
        let safe = Tensor::choose(&small, &odds.ones_like(), &odds);
        let near = &x - &odds * &x * (1.0 - &x) * 0.5;
        Some(Tensor::choose(&small.expand(near.shape()), &near, &((&x * &safe).exp_m1() / safe.exp_m1())))
    }

    /// ln(1 + u(e^η − 1)) / η, η the log-odds.
    fn icdf(&self, u: &Tensor) -> Option<Tensor> {
        let odds = self.log_odds();
        let small = odds.abs().lt(1e-4);
        let safe = Tensor::choose(&small, &odds.ones_like(), &odds);
        let near = u + &odds * u * (1.0 - u) * 0.5;
        Some(Tensor::choose(&small.expand(near.shape()), &near, &((u * safe.exp_m1()).ln_1p() / &safe)))
    }

    fn entropy(&self) -> Option<Tensor> {
        Some(-(self.mean() * self.log_odds()) - self.log_prob(&self.p.zeros_like()))
    }

    fn kl_to(&self, other: &dyn Distribution) -> Option<Tensor> {
        if let Some(q) = other.as_any().downcast_ref::<Self>() {
            return Some({
                let at_zero = self.log_prob(&self.p.zeros_like()) - q.log_prob(&q.p.zeros_like());
                self.mean() * (self.log_odds() - q.log_odds()) + at_zero
            });
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Normal>() {
            return Some(q.cross_entropy(&self.mean(), &self.variance()) - self.entropy()?);
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Exponential>() {
            return Some(q.cross_entropy(&self.mean()) - self.entropy()?);
        }
        if let Some(q) = other.as_any().downcast_ref::<super::Uniform>() {
            return Some(q.kl_of_unit(&self.entropy()?));
        }
        beyond(self, other, self.p.dtype())
    }
}

/// The variance, which follows p as the third central moment follows the log-odds.
fn variance(p: &Tensor) -> Tensor {
    let variance = elementwise(&[p], |p| scalar::new(p[0]).map_or(f64::NAN, |d| d.variance()));
    let slope = Slope::First(|p, y| {
        let third = |v: &[f64]| scalar::new(v[0]).map_or(f64::NAN, |d| d.skewness()) * v[1].powf(1.5);
        elementwise(&[&p[0], y], third) / (&p[0] * (1.0 - &p[0]))
    });
    implicit("variance", variance, &[p], &[slope])
}

impl ContinuousBernoulli {
    fn log_odds(&self) -> Tensor {
        self.p.ln() - (-&self.p).ln_1p()
    }

    /// −E ln f of values in [0, 1] with this mean.
    pub(super) fn cross_entropy(&self, mean: &Tensor) -> Tensor {
        -(mean * self.log_odds()) - self.log_prob(&self.p.zeros_like())
    }
}
