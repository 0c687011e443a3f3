//! The von Mises–Fisher distribution.

use super::lkj_cholesky::unit;
use super::parameters::parameters;
use super::{Multivariate, OFF_UNIT, Region, check_size, matrix};
use crate::special::{ln_bessel_i, ln_gamma};
use crate::{Domain, Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::{LN_2, PI, TAU};

/// Directions around a direction: compass bearings, stars, normalised embeddings.
///
/// | | |
/// |---|---|
/// | density | κ^(d/2−1) / ((2π)^(d/2) I_(d/2−1)(κ)) · e^(κ μ·x), \|x\| = 1, by the sphere's area |
/// | mean | A μ, A = I_(d/2)(κ) / I_(d/2−1)(κ) |
/// | covariance | (A/κ) 1 + (1 − d A/κ − A²) μ μᵀ |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{Multivariate, VonMisesFisher};
///
/// let any = VonMisesFisher::new(&[0.0, 0.0, 1.0], 0.0)?; // uniform on a sphere of area 4π
/// approx::assert_relative_eq!(any.ln_prob(&[1.0, 0.0, 0.0]), -(4.0 * std::f64::consts::PI).ln(), max_relative = 1e-15);
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::VonMisesFisher", into = "fields::VonMisesFisher")]
pub struct VonMisesFisher {
    direction: Vec<f64>,
    concentration: f64,
    /// ln of the normaliser over e^κ: the density is e^(κ (μ·x − 1) − this).
    ln_norm: f64,
}

const NAME: &str = "VonMisesFisher";

parameters!(VonMisesFisher {
    /// μ, the mean direction: `[d]`.
    direction: Vec<f64> => &[f64],
    /// κ, how close to it: 0 is uniform.
    concentration: f64 => f64,
});

impl VonMisesFisher {
    /// The distribution around this unit vector of at least two numbers, with this concentration of at least 0.
    ///
    /// # Errors
    ///
    /// If the direction is of another length than 1 (by more than 10⁻⁶; what is less is scaled away) or of fewer than two
    /// numbers, or the concentration is negative or not finite.
    pub fn new(direction: &[f64], concentration: f64) -> Result<Self, Error> {
        Domain::NonNegative.check(NAME, "concentration", concentration)?;
        let length = matrix::sum_of_squares(direction).sqrt();
        if direction.len() < 2 || length.is_nan() || (length - 1.0).abs() > OFF_UNIT {
            let found = format!("{direction:?} of length {length}");
            return Err(Error::parameter(NAME, "direction", found, "a vector of length 1, two numbers at least"));
        }
        let direction: Vec<f64> = direction.iter().map(|x| x / length).collect();
        let half = 0.5 * direction.len() as f64;
        let ln_norm = if concentration > 0.0 {
            let bessel = ln_bessel_i(half - 1.0, concentration) - concentration;
            half * TAU.ln() + bessel - (half - 1.0) * concentration.ln()
        } else {
            LN_2 + half * PI.ln() - ln_gamma(half) // the sphere's area
        };
        Ok(Self { direction, concentration, ln_norm })
    }

    /// The length A of the mean vector: 0 where all directions are alike, 1 for one alone.
    pub fn resultant(&self) -> f64 {
        let (half, k) = (0.5 * self.direction.len() as f64, self.concentration);
        if k == 0.0 { 0.0 } else { (ln_bessel_i(half, k) - ln_bessel_i(half - 1.0, k)).exp() }
    }
}

impl Multivariate for VonMisesFisher {
    fn shape(&self) -> Vec<usize> {
        vec![self.direction.len()]
    }

    fn support(&self) -> Region {
        Region::Sphere
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.direction.len());
        if !Region::Sphere.contains(x) {
            return f64::NEG_INFINITY;
        }
        // μ·x − 1 = −½ |x − μ|²: no cancellation near the mean
        let square = x.iter().zip(&self.direction).map(|(x, m)| (x - m) * (x - m)).sum::<f64>();
        -0.5 * self.concentration * square - self.ln_norm
    }

    fn mean(&self) -> Vec<f64> {
        let length = self.resultant();
        self.direction.iter().map(|m| length * m).collect()
    }

    fn covariance(&self) -> Vec<f64> {
        let (d, length) = (self.size(), self.resultant());
        let across = if self.concentration == 0.0 { 1.0 / d as f64 } else { length / self.concentration };
        let along = 1.0 - d as f64 * across - length * length;
        let outer = self.direction.iter().flat_map(|a| self.direction.iter().map(move |b| along * a * b));
        outer.zip(matrix::identity(d)).map(|(outer, one)| outer + across * one).collect()
    }

    fn entropy(&self) -> Option<f64> {
        Some(self.ln_norm + self.concentration * (1.0 - self.resultant()))
    }

    /// The height above the equator by rejection, the rest uniform, turned towards μ by a reflection.
    ///
    /// Source: Wood 1994, *Simulation of the von Mises Fisher distribution*; here with 1 − height, which keeps its digits.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        let d = self.direction.len();
        check_size(NAME, "a draw into", out.len(), d);
        let drop = self.drop(rng);
        out[0] = 1.0 - drop;
        unit(&mut out[1..], rng);
        let radius = (drop * (2.0 - drop)).max(0.0).sqrt();
        out[1..].iter_mut().for_each(|x| *x *= radius);
        // the reflection that exchanges e₁ and μ; along v = e₁ − μ
        let side = self.direction[0] <= 0.0; // of the two, the one whose v is long
        let sign = if side { 1.0 } else { -1.0 };
        let v: Vec<f64> =
            self.direction.iter().enumerate().map(|(i, m)| if i == 0 { 1.0 } else { 0.0 } - sign * m).collect();
        let scale = 2.0 * matrix::dot(&v, out) / matrix::sum_of_squares(&v);
        out.iter_mut().zip(&v).for_each(|(x, v)| *x = sign * (*x - scale * v));
    }
}

impl VonMisesFisher {
    /// 1 − μ·x.
    fn drop<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let (k, m) = (self.concentration, self.direction.len() as f64 - 1.0);
        let b = m / (2.0 * k + (2.0 * k).hypot(m));
        let start = (1.0 - b) / (1.0 + b);
        let ln_gap = (4.0 * b).ln() - 2.0 * b.ln_1p(); // ln(1 − start²)
        loop {
            let (ln_g, ln_h) = (sample::ln_standard_gamma(0.5 * m, rng), sample::ln_standard_gamma(0.5 * m, rng));
            let z = 1.0 / (1.0 + (ln_h - ln_g).exp()); // Beta(m/2, m/2)
            let drop = 2.0 * b * z / (1.0 - (1.0 - b) * z);
            // 1 − start (1 − drop), from its parts of one sign
            let gap = 2.0 * b / (1.0 + b) + start * drop;
            let ratio = k * (1.0 - start - drop) + m * (gap.ln() - ln_gap);
            if ratio >= sample::open_uniform(rng).ln() {
                return drop;
            }
        }
    }
}
