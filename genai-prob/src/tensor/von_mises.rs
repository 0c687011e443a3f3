//! Von Mises distributions of angles.

use super::Constraint;
use super::family::family;
use super::shapes::{each, elementwise, with_slopes};
use crate::Univariate;
use crate::continuous::VonMises as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::PI;

family! {
    /// Von Mises distributions of angles. `mean` is the direction, `variance` the circular one, 1 − I₁(κ)/I₀(κ).
    pub struct VonMises: scalar {
        /// The mean directions.
        location,
        /// κ, the concentrations.
        concentration,
    }
    support Constraint::Between(-std::f64::consts::PI, std::f64::consts::PI);

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let x = each(key, shape, &self.batch, [&self.location, &self.concentration], |[mu, kappa], stream| {
            scalar::new(mu, kappa).map_or(f64::NAN, |d| d.sample(stream))
        });
        let turned = elementwise([&x, &self.location], |[x, mu]| (x - mu + PI).rem_euclid(2.0 * PI) - PI);
        let slope = elementwise([&turned, &self.concentration], |[z, kappa]| slope(kappa, z));
        with_slopes(&x, &[(&self.location, self.location.ones_like()), (&self.concentration, slope)])
    }

    fn mean(&self) -> Tensor {
        self.location.expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        (1.0 - self.concentration.bessel_i1e() / self.concentration.bessel_i0e()).expand(&self.batch[..])
    }

    fn entropy(&self) -> Option<Tensor> {
        Some({
            let ratio = self.concentration.bessel_i1e() / self.concentration.bessel_i0e();
            (self.concentration.bessel_i0e().ln() + (2.0 * PI).ln() + &self.concentration * (1.0 - ratio)).expand(&self.batch[..])
        })
    }
}

/// ∂z/∂κ of an angle around 0 at a fixed probability: −∂F/∂κ / f, by differences of the distribution function.
fn slope(kappa: f64, z: f64) -> f64 {
    let h = 1e-4 * kappa.max(1e-2);
    let below = (kappa - h).max(0.0);
    let (Ok(up), Ok(down), Ok(here)) = (scalar::new(0.0, kappa + h), scalar::new(0.0, below), scalar::new(0.0, kappa))
    else {
        return f64::NAN;
    };
    let change = if z > 0.0 { down.sf(z) - up.sf(z) } else { up.cdf(z) - down.cdf(z) };
    -change / (kappa + h - below) / here.prob(z)
}
