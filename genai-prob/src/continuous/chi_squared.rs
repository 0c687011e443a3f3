//! The χ² distribution.

use super::gamma::Gamma;
use crate::family::{common, family};
use crate::{Density, Error, Fit, Support, Univariate, data, special};
use genai_core::Real;
use rand_core::RngCore;

family! {
    /// The sum of the squares of ν independent standard normal values: what the misfit of a right model follows.
    ///
    /// | | |
    /// |---|---|
    /// | density | that of Gamma(ν/2, ½) |
    /// | mean, variance | ν, 2ν |
    /// | maximum likelihood | ψ(ν̂/2) = mean(ln x/2) by Newton |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::ChiSquared};
    ///
    /// let misfit = ChiSquared::new(2.0)?;
    /// approx::assert_relative_eq!(misfit.sf(3.0), (-1.5f64).exp(), max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct ChiSquared: Continuous {
        /// ν, degrees of freedom.
        df: Positive,
    }
    prepared 4 drawn by Gamma(0.5 * df)
}

impl Density<1, 4> for ChiSquared {
    const NAME: &'static str = "ChiSquared";

    #[inline(always)]
    fn prepare<R: Real>([df]: [R; 1]) -> [R; 4] {
        Gamma::prepare([R::lit(0.5) * df, R::lit(0.5)])
    }

    #[inline(always)]
    fn ln_density<R: Real>(prepared: [R; 4], x: R) -> R {
        Gamma::ln_density(prepared, x)
    }
}

impl ChiSquared {
    fn gamma(&self) -> Gamma {
        Gamma::new(0.5 * self.df, 0.5).expect("half of a positive number is one")
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        (2.0 * self.sampler.draw(rng)).max(f64::MIN_POSITIVE)
    }
}

impl Univariate for ChiSquared {
    common!(draw);
    super::through_gamma!();
}

impl Fit for ChiSquared {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "ChiSquared::fit";
        let total = data::checked(what, data, weights, Support::reals(0.0, f64::INFINITY))?;
        if data.iter().zip(weights).any(|(x, w)| *x == 0.0 && *w > 0.0) {
            return Err(Error::data(what, "a value of 0", "positive values"));
        }
        let positive = data.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        Self::new(2.0 * inverse_digamma(data::sum(positive.map(|(x, w)| w * (0.5 * x).ln())) / total))
    }
}

/// The a at which ψ(a) = y, by Newton from Minka's start; ψ is concave, so the steps end on one side.
fn inverse_digamma(y: f64) -> f64 {
    let mut a = if y > -2.22 { y.exp() + 0.5 } else { -1.0 / (y + 0.577_215_664_901_532_9) };
    for _ in 0..20 {
        let next = a - (special::digamma(a) - y) / special::trigamma(a);
        let next = if next > 0.0 { next } else { 0.5 * a };
        let done = (next - a).abs() <= 1e-15 * a;
        a = next;
        if done {
            break;
        }
    }
    a
}
