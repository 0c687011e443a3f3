//! The Poisson distribution.

use super::entropy::entropy;
use crate::domain::MOST;
use crate::family::{common, family};
use crate::special::formula::{HALF_LN_TAU, deviance, stirling_error};
use crate::special::{Double, Side, gamma_tail, ln_poisson_weight_double};
use crate::{Density, Error, Fit, Support, Univariate, data};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// How often something happens that happens at a constant rate: horse kicks, typing errors, photons.
    ///
    /// | | |
    /// |---|---|
    /// | mass | λᵏ e^(−λ) / k!, k = 0, 1, … |
    /// | mean, variance | λ, λ |
    /// | maximum likelihood | λ̂ = mean(k) |
    ///
    /// Values against mpmath for λ to 10¹⁰, into the tails: relative error of mass and distribution function ≤ 2·10⁻¹⁴.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::Poisson};
    ///
    /// let kicks = Poisson::new(0.61)?;
    /// approx::assert_relative_eq!(kicks.pmf(0.0), (-0.61f64).exp());
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    ///
    /// Sources: Loader 2000 (mass), Ahrens & Dieter 1982 (draws in constant time).
    pub struct Poisson: Discrete {
        /// λ, the expected number.
        rate: Positive,
    }
    prepared 1 drawn by Poisson(rate)
}

impl Density<1, 1> for Poisson {
    const NAME: &'static str = "Poisson";

    #[inline(always)]
    fn prepare<R: Real>([rate]: [R; 1]) -> [R; 1] {
        [rate]
    }

    #[inline(always)]
    fn ln_density<R: Real>([rate]: [R; 1], k: R) -> R {
        let zero = R::lit(0.0);
        let most = k.eq(R::lit(f64::INFINITY));
        let positive = zero.lt(k).and(most.not());
        let count = R::select(positive, k, R::lit(1.0));
        let scale = R::lit(0.5) * count.ln() + R::lit(HALF_LN_TAU) + stirling_error(count);
        let value = R::select(positive, -deviance(count, rate) - scale, -rate);
        let outside = k.lt(zero).or(k.eq(k.floor()).not()).or(most);
        R::select(outside, R::lit(f64::NEG_INFINITY), value)
    }
}

impl Poisson {
    fn side(&self, k: f64, side: Side) -> f64 {
        match k {
            k if k < 0.0 => f64::from(side == Side::Upper),
            f64::INFINITY => f64::from(side == Side::Lower),
            _ => gamma_tail(k.floor() + 1.0, Double::from(self.rate)).of(side.other()),
        }
    }

    fn ln_side(&self, k: f64, side: Side) -> f64 {
        if k < 0.0 || k == f64::INFINITY {
            return self.side(k, side).ln();
        }
        gamma_tail(k.floor() + 1.0, Double::from(self.rate)).ln_of(side.other())
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.sampler.draw(rng)
    }
}

impl Univariate for Poisson {
    common!(formula);
    common!(tabled);

    fn support(&self) -> Support {
        Support::whole(0.0, f64::INFINITY)
    }

    fn prob(&self, k: f64) -> f64 {
        if k > 0.0 && k.fract() == 0.0 && k < f64::INFINITY {
            return ln_poisson_weight_double(k, Double::from(self.rate)).exp();
        }
        self.ln_prob(k).exp()
    }

    common!(sides);

    fn mean(&self) -> f64 {
        self.rate
    }

    fn variance(&self) -> f64 {
        self.rate
    }

    fn skewness(&self) -> f64 {
        self.rate.sqrt().recip()
    }

    fn kurtosis(&self) -> f64 {
        self.rate.recip()
    }

    /// ⌊λ⌋; where λ is whole, λ − 1 is as likely.
    fn mode(&self) -> f64 {
        self.rate.floor()
    }

    fn entropy(&self) -> f64 {
        entropy(self)
    }
}

impl Fit for Poisson {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Poisson::fit", data, weights, Support::whole(0.0, MOST))?;
        let sum = data::weighted_sum(data, weights);
        if sum == 0.0 {
            return Err(Error::data("Poisson::fit", "only zeros", "a positive count"));
        }
        Self::new(sum / total)
    }
}
