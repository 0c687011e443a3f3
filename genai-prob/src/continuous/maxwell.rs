//! The Maxwell distribution.

use super::gamma::ln_of;
use super::standardised::exp_by;
use crate::family::{common, family};
use crate::special::{Double, Side, gamma_quantile, gamma_tail};
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;
use std::f64::consts::{FRAC_2_PI, PI};

/// ½ ln(2/9π), the logarithm of the cdf’s leading coefficient √(2/π)/3.
const LN_LEADING: f64 = -1.324_403_641_312_837;

family! {
    /// The speed of a gas molecule: the length of a vector of three normal components.
    ///
    /// | | |
    /// |---|---|
    /// | density | √(2/π) x² e^(−x²/2σ²) / σ³, x ≥ 0 |
    /// | mean, variance | 2σ √(2/π), σ² (3 − 8/π) |
    /// | maximum likelihood | σ̂² = mean(x²) / 3 |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Maxwell};
    ///
    /// let speed = Maxwell::new(2.0)?;
    /// approx::assert_relative_eq!(speed.mode(), 8f64.sqrt());
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Maxwell: Continuous {
        /// σ, the standard deviation of a component.
        scale: Positive,
    }
    prepared 2
}

impl Density<1, 2> for Maxwell {
    const NAME: &'static str = "Maxwell";

    #[inline(always)]
    fn prepare<R: Real>([scale]: [R; 1]) -> [R; 2] {
        [scale, R::lit(0.5 * FRAC_2_PI.ln()) - scale.ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([scale, constant]: [R; 2], x: R) -> R {
        let positive = R::lit(0.0).lt(x).and(x.lt(R::lit(f64::INFINITY)));
        let z = R::select(positive, x, R::lit(1.0)) / scale;
        let z = R::min(z, R::lit(1e150)); // its square must not overflow
        let value = constant + R::lit(2.0) * z.ln() - R::lit(0.5) * z * z;
        R::select(positive, value, R::lit(f64::NEG_INFINITY))
    }
}

impl Maxwell {
    /// x² / 2σ², a gamma value of shape 3/2.
    fn energy(&self, x: f64) -> Double {
        let z = Double::from(x.max(0.0)) / self.scale;
        (z * z).scale(0.5)
    }

    fn speed(&self, energy: f64) -> f64 {
        self.scale * (2.0 * energy).sqrt()
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.speed(sample::standard_gamma(1.5, rng))
    }
}

impl Univariate for Maxwell {
    common!();

    fn support(&self) -> Support {
        Support::reals(0.0, f64::INFINITY)
    }

    fn prob(&self, x: f64) -> f64 {
        let z = x.max(0.0) / self.scale;
        if z > 110.0 {
            return 0.0; // below e^(−6000)
        }
        exp_by(-self.energy(x), |y| (FRAC_2_PI.sqrt() / self.scale) * (z * y * z))
    }

    fn cdf(&self, x: f64) -> f64 {
        gamma_tail(1.5, self.energy(x)).of(Side::Lower)
    }

    fn sf(&self, x: f64) -> f64 {
        gamma_tail(1.5, self.energy(x)).of(Side::Upper)
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let z = x / self.scale;
        if z > 0.0 && z < 1e-100 {
            return 3.0 * z.ln() + LN_LEADING; // P ≈ (z²/2)^(3/2) / Γ(5/2)
        }
        gamma_tail(1.5, self.energy(x)).ln_of(Side::Lower)
    }

    fn ln_sf(&self, x: f64) -> f64 {
        gamma_tail(1.5, self.energy(x)).ln_of(Side::Upper)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.speed(gamma_quantile(1.5, ln_of(p), Side::Lower))
    }

    fn isf(&self, q: f64) -> f64 {
        self.speed(gamma_quantile(1.5, ln_of(q), Side::Upper))
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        if ln_p < -700.0 {
            return self.scale * ((ln_p - LN_LEADING) / 3.0).exp();
        }
        self.speed(gamma_quantile(1.5, Double::from(ln_p.min(0.0)), Side::Lower))
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        self.speed(gamma_quantile(1.5, Double::from(ln_q.min(0.0)), Side::Upper))
    }

    fn mean(&self) -> f64 {
        2.0 * self.scale * FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> f64 {
        self.scale * self.scale * (3.0 - 8.0 / PI)
    }

    fn skewness(&self) -> f64 {
        2.0 * 2f64.sqrt() * (16.0 - 5.0 * PI) / (3.0 * PI - 8.0).powf(1.5)
    }

    fn kurtosis(&self) -> f64 {
        4.0 * (-96.0 + 40.0 * PI - 3.0 * PI * PI) / (3.0 * PI - 8.0).powi(2)
    }

    fn mode(&self) -> f64 {
        self.scale * 2f64.sqrt()
    }

    fn entropy(&self) -> f64 {
        const EULER: f64 = 0.577_215_664_901_532_9;
        self.scale.ln() + 0.5 * (2.0 * PI).ln() + EULER - 0.5
    }
}

impl Fit for Maxwell {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Maxwell::fit", data, weights, Support::reals(0.0, f64::INFINITY))?;
        let square = data::sum(data.iter().zip(weights).map(|(x, w)| w * x * x)) / total;
        if square == 0.0 {
            return Err(Error::data("Maxwell::fit", "only zeros", "a positive value"));
        }
        Self::new((square / 3.0).sqrt())
    }
}
