//! Continuous Bernoulli distributions.

use super::family::family;
use super::shapes::{elementwise, joined, uniform, with_slopes};
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
        let mean = elementwise([&self.p], |[p]| scalar::new(p).map_or(f64::NAN, |d| d.mean()));
        let p = self.p.detach();
        let slope = self.variance() / (&p * (1.0 - &p)); // the variance is the slope by the log-odds
        with_slopes(&mean, &[(&self.p, slope)])
    }

    fn variance(&self) -> Tensor {
        elementwise([&self.p], |[p]| scalar::new(p).map_or(f64::NAN, |d| d.variance()))
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
        let q = other.as_any().downcast_ref::<Self>()?;
        let at_zero = self.log_prob(&self.p.zeros_like()) - q.log_prob(&q.p.zeros_like());
        Some(self.mean() * (self.log_odds() - q.log_odds()) + at_zero)
    }
}

impl ContinuousBernoulli {
    fn log_odds(&self) -> Tensor {
        self.p.ln() - (-&self.p).ln_1p()
    }
}
