//! Von Mises distributions of angles.

use super::family::family;
use super::gamma::one;
use super::implicit::{Slope, implicit};
use super::shapes::{each, elementwise};
use super::{Constraint, numeric};
use crate::Univariate;
use crate::continuous::VonMises as scalar;
use genai_core::Tensor;
use genai_core::random::Key;
use std::f64::consts::PI;

family! {
    /// Von Mises distributions of angles. `mean` is the direction, `variance` the circular one, 1 − I₁(κ)/I₀(κ).
    ///
    /// Draws and `cdf` live on the turn around the direction, from μ − π to μ + π; `log_prob` takes any angle.
    pub struct VonMises: scalar {
        /// The mean directions.
        location,
        /// κ, the concentrations.
        concentration,
    }
    support Constraint::BatchBetween;

    fn has_rsample(&self) -> bool {
        true
    }

    fn rsample(&self, key: Key, shape: &[usize]) -> Tensor {
        let x = each(key, shape, &self.batch, [&self.location, &self.concentration], |[mu, kappa], stream| {
            scalar::new(mu, kappa).map_or(f64::NAN, |d| d.sample(stream))
        });
        let by_location = Slope::Exact(|_, x| x.ones_like());
        let by_concentration = Slope::First(|p, x| elementwise(&[x, &p[0], &p[1]], |v| slope(v[2], turned(v[0], v[1]))));
        implicit("von Mises draw", x, &[&self.location, &self.concentration], &[by_location, by_concentration])
    }

    fn mean(&self) -> Tensor {
        self.location.expand(&self.batch[..])
    }

    fn variance(&self) -> Tensor {
        (1.0 - self.concentration.bessel_i1e() / self.concentration.bessel_i0e()).expand(&self.batch[..])
    }

    fn cdf(&self, x: &Tensor) -> Option<Tensor> {
        let z = x - &self.location;
        Some(numeric::cdf::<Formula>(&[&z, &one(&z).zeros_like(), &self.concentration]))
    }

    fn icdf(&self, p: &Tensor) -> Option<Tensor> {
        Some(&self.location + numeric::icdf::<Formula>(&[p, &one(p).zeros_like(), &self.concentration]))
    }

    fn entropy(&self) -> Option<Tensor> {
        Some({
            let ratio = self.concentration.bessel_i1e() / self.concentration.bessel_i0e();
            (self.concentration.bessel_i0e().ln() + (2.0 * PI).ln() + &self.concentration * (1.0 - ratio)).expand(&self.batch[..])
        })
    }
}

/// An angle from the mean direction, between −π and π.
fn turned(x: f64, location: f64) -> f64 {
    (x - location + PI).rem_euclid(2.0 * PI) - PI
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
