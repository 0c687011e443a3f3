//! The negative binomial distribution.

use super::entropy::entropy;
use super::ties;
use crate::continuous::Gamma;
use crate::domain::MOST;
use crate::family::{common, family};
use crate::newton::{likelihood, maximise};
use crate::special::formula::{HALF_LN_TAU, LARGE, deviance, stirling_error};
use crate::special::{Double, Side, beta_tail, ln_beta_weight};
use crate::{Density, Error, Fit, FitMoments, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Successes before the r-th failure, for any real r: a count whose rate itself varies, as accidents of drivers do.
    ///
    /// | | |
    /// |---|---|
    /// | mass | Γ(k + r) / (k! Γ(r)) (1 − p)ʳ pᵏ, k = 0, 1, … |
    /// | mean, variance | rp/(1 − p), rp/(1 − p)² |
    /// | maximum likelihood | p̂ = mean/(mean + r̂), r̂ by Newton where the variance exceeds the mean |
    ///
    /// PyTorch's convention: p is the probability of what is counted. Values against mpmath for r to 10¹⁰: relative error of
    /// mass and distribution function ≤ 2·10⁻¹⁴.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::NegativeBinomial};
    ///
    /// let successes = NegativeBinomial::new(1.0, 0.5)?; // geometric
    /// approx::assert_relative_eq!(successes.pmf(3.0), 0.0625, max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    ///
    /// Source of the draws: a Poisson value whose rate is a gamma value.
    pub struct NegativeBinomial: Discrete {
        /// r, the failures waited for.
        r: Positive,
        /// p, the probability of a success.
        p: OpenProbability,
    }
    prepared 5
}

impl Density<2, 5> for NegativeBinomial {
    const NAME: &'static str = "NegativeBinomial";

    #[inline(always)]
    fn prepare<R: Real>([r, p]: [R; 2]) -> [R; 5] {
        let constant = R::lit(0.5) * r.ln() - R::lit(HALF_LN_TAU) - stirling_error(r);
        [r, p, R::lit(1.0) - p, r * (-p).ln_1p(), constant]
    }

    #[inline(always)]
    fn ln_density<R: Real>([r, p, q, none, constant]: [R; 5], k: R) -> R {
        let zero = R::lit(0.0);
        let most = k.eq(R::lit(f64::INFINITY));
        let positive = zero.lt(k).and(most.not());
        let count = R::select(positive, k, R::lit(1.0));
        let n = count + r;
        let saddle = -deviance(count, n * p) - deviance(r, n * q);
        let scale = constant - R::lit(0.5) * (n * count).ln();
        let value = saddle + scale + stirling_error(n) - stirling_error(count);
        let outside = k.lt(zero).or(k.eq(k.floor()).not()).or(most);
        R::select(outside, R::lit(f64::NEG_INFINITY), R::select(positive, value, none))
    }
}

impl NegativeBinomial {
    /// p and 1 − p, exactly.
    fn chances(&self) -> (Double, Double) {
        (Double::from(self.p), Double::sum(1.0, -self.p))
    }

    fn needs_double(&self, k: f64) -> bool {
        self.r + k > LARGE && k > 0.0 && k.fract() == 0.0 && k < f64::INFINITY
    }

    /// For k > 0.
    fn ln_double(&self, k: f64) -> Double {
        let (p, q) = self.chances();
        if k > 1e18 {
            return p.ln() * k; // all but this is below its rounding
        }
        ln_beta_weight(k, self.r, p, q) - Double::from(k).ln()
    }

    fn side(&self, k: f64, side: Side) -> f64 {
        let (p, q) = self.chances();
        match k {
            k if k < 0.0 => f64::from(side == Side::Upper),
            k if k > 1e290 => f64::from(side == Side::Lower),
            _ => beta_tail(self.r, k.floor() + 1.0, q, p).of(side),
        }
    }

    fn ln_side(&self, k: f64, side: Side) -> f64 {
        if k > 1e290 && k < f64::INFINITY && side == Side::Upper {
            return self.p.ln() * k; // all but this is below its rounding
        }
        if !(0.0..=1e290).contains(&k) {
            return self.side(k, side).ln();
        }
        let (p, q) = self.chances();
        beta_tail(self.r, k.floor() + 1.0, q, p).ln_of(side)
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let rate = sample::standard_gamma(self.r, rng) * (self.p / (1.0 - self.p));
        if rate > 0.0 { sample::poisson(rate, rng) } else { 0.0 }
    }
}

impl Univariate for NegativeBinomial {
    common!(careful);
    common!(tabled);

    fn cdf_in_two(&self, k: f64) -> Option<(f64, f64)> {
        ties::cdf(k, self.support(), |j| Double::sum(self.r, j - 1.0) * self.p / j)
    }

    fn support(&self) -> Support {
        Support::whole(0.0, f64::INFINITY)
    }

    fn prob(&self, k: f64) -> f64 {
        match k {
            0.0 => (self.chances().1.ln() * self.r).exp(),
            k if k > 0.0 && k.fract() == 0.0 && k < f64::INFINITY => self.ln_double(k).exp(),
            _ => 0.0,
        }
    }

    common!(sides);

    fn mean(&self) -> f64 {
        self.r * (self.p / (1.0 - self.p))
    }

    fn variance(&self) -> f64 {
        self.mean() / (1.0 - self.p)
    }

    fn skewness(&self) -> f64 {
        (1.0 + self.p) / (self.r * self.p).sqrt()
    }

    fn kurtosis(&self) -> f64 {
        6.0 / self.r + (1.0 - self.p) / self.r * ((1.0 - self.p) / self.p)
    }

    fn mode(&self) -> f64 {
        (((self.r - 1.0) * (self.p / (1.0 - self.p))).ceil() - 1.0).max(0.0)
    }

    /// By its sum; where r is small and the mean large, that of the gamma distribution of the rate (error about 1/mean).
    fn entropy(&self) -> f64 {
        if self.mean() > 1e4 && self.r < 30.0 {
            let rates = Gamma::new(self.r, (1.0 - self.p) / self.p).expect("a positive shape and odds");
            return rates.entropy();
        }
        entropy(self)
    }
}

impl FitMoments for NegativeBinomial {
    fn from_moments(mean: f64, std: f64) -> Result<Self, Error> {
        let variance = std * std; // above the mean, else no member has it
        Self::new(mean * (mean / (variance - mean)), (variance - mean) / variance)
    }
}

impl Fit for NegativeBinomial {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "NegativeBinomial::fit";
        let total = data::checked(what, data, weights, Support::whole(0.0, MOST))?;
        let (mean, variance) = data::mean_and_variance(data, weights, total);
        if variance <= mean {
            let found = format!("mean {mean} and variance {variance}");
            return Err(Error::data(what, found, "a variance above the mean: else no finite r is best"));
        }
        let chance = |r: f64| mean / (mean + r);
        let start = (mean * (mean / (variance - mean))).ln(); // by moments
        let [r] = maximise(what, [start], |u| {
            let r = u[0].clamp(-600.0, 600.0).exp();
            let (value, gradient) = likelihood::<Self, 2, 5>(data, weights, total, [r, chance(r)]);
            (value, [gradient[0]]) // p is the best for this r: its slope is 0
        })?;
        Self::new(r.exp(), chance(r.exp()))
    }
}
