//! Student t distributions.

use super::beta::ln_beta;
use super::family::family;
use super::gamma::{one, standard};
use super::shapes::{constant, joined, normal};
use super::{Constraint, numeric};
use crate::continuous::StudentT as scalar;
use genai_core::Tensor;
use genai_core::random::Key;

family! {
    /// Student t distributions: normal ones whose variance is estimated.
    pub struct StudentT: scalar {
        /// ν, the degrees of freedom.
        df,
        /// The locations.
        location,
        /// The scales.
        scale,
    }
    support Constraint::Real;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let full = joined(&[shape, &self.batch]);
        let half = &self.df * 0.5;
        let variance = standard(key.split(1), &full, &half) / half;
        &self.location + &self.scale * normal(key.split(0), &full, self.location.dtype()) * variance.rsqrt()
    }

    fn mean(&self) -> Tensor {
        Tensor::choose(&self.df.gt(1.0), &self.location, &constant(&self.df, f64::NAN)).expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        let variance = self.scale.square() * &self.df / (&self.df - 2.0);
        let diverges = Tensor::choose(&self.df.gt(1.0), &constant(&variance, f64::INFINITY), &constant(&variance, f64::NAN));
        Tensor::choose(&self.df.gt(2.0), &variance, &diverges).expand(&self.batch[..])
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        let z = (x - &self.location) / &self.scale;
        Some(numeric::cdf::<Formula>(&[&z, &self.df, &one(&z).zeros_like(), &one(&z)]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        let z = numeric::icdf::<Formula>(&[p, &self.df, &one(p).zeros_like(), &one(p)]);
        Some(&self.location + &self.scale * z)
    }

    fn entropy(&self) -> Option<Tensor> {
        Some({
            let (half, next) = (&self.df * 0.5, (&self.df + 1.0) * 0.5);
            let norm = self.df.ln() * 0.5 + ln_beta(&half, &constant(&half, 0.5));
            (self.scale.ln() + &next * (next.digamma() - half.digamma()) + norm).expand(&self.batch[..])
        })
    }
}
