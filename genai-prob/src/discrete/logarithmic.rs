//! The logarithmic distribution.

use super::tails::{self, Tails};
use crate::family::{common, family};
use crate::special::{Double, log1pmx};
use crate::{Density, Error, Fit, Support, Univariate, data, invert, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// How many of a kind one finds where most kinds are rare: species in a trap, purchases of a customer.
    ///
    /// | | |
    /// |---|---|
    /// | mass | a pᵏ/k, a = −1/ln(1 − p), k = 1, 2, … |
    /// | mean, variance | a p/(1 − p), a p (1 − a p)/(1 − p)² |
    /// | maximum likelihood | the p whose mean is that of the data |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::Logarithmic};
    ///
    /// let found = Logarithmic::new(0.5)?;
    /// approx::assert_relative_eq!(found.pmf(1.0), 0.5 / 2f64.ln(), max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    ///
    /// Source: Fisher, Corbet & Williams 1943, *The relation between the number of species and the number of individuals*.
    pub struct Logarithmic: Discrete {
        /// p, how slowly the masses fall.
        p: OpenProbability,
    }
    prepared 2
}

impl Density<1, 2> for Logarithmic {
    const NAME: &'static str = "Logarithmic";

    #[inline(always)]
    fn prepare<R: Real>([p]: [R; 1]) -> [R; 2] {
        [p.ln(), (-(-p).ln_1p()).ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([ln_p, ln_norm]: [R; 2], k: R) -> R {
        let outside = k.lt(R::lit(1.0)).or(k.eq(k.floor()).not());
        let k = k.max(R::lit(1.0));
        R::select(outside, R::lit(f64::NEG_INFINITY), k * ln_p - k.ln() - ln_norm)
    }
}

impl Logarithmic {
    /// ln of the mass at real k ≥ 1.
    fn ln_mass(&self) -> impl Fn(f64) -> Double {
        let (ln_p, ln_norm) = (Double::from(self.p).ln(), self.prepared[1]);
        move |k| ln_p * k - k.ln() - ln_norm
    }

    fn tails(&self, k: f64) -> Tails {
        Tails::at(k, self.support(), self.mean(), self.ln_mass())
    }

    /// a = −1/ln(1 − p).
    fn weight(&self) -> f64 {
        -(-self.p).ln_1p().recip()
    }

    /// Given a uniform u, the place is geometric with ratio 1 − (1 − p)ᵘ.
    ///
    /// Source: Kemp 1981, *Efficient generation of logarithmically distributed pseudo-random variables*.
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let ratio = -((-self.p).ln_1p() * sample::open_uniform(rng)).exp_m1();
        1.0 + (-sample::standard_exponential(rng) / ratio.ln()).floor()
    }

    /// Central moments by their few terms, where powers of the mean would cancel.
    fn central(&self, j: i32) -> f64 {
        let mass = |k: u32| self.weight() * self.p.powi(k as i32) / f64::from(k);
        let beyond: f64 = (2..80).map(|k| f64::from(k - 1) * mass(k)).sum(); // mean − 1
        (1..80).map(|k| (f64::from(k - 1) - beyond).powi(j) * mass(k)).sum()
    }

    /// The third and fourth central moment.
    fn third_and_fourth(&self) -> (f64, f64) {
        if self.p < 0.3 {
            return (self.central(3), self.central(4));
        }
        let (a, x) = (self.weight(), self.p / (1.0 - self.p));
        let [f1, f2, f3, f4] = [a * x, a * x * x, 2.0 * a * x.powi(3), 6.0 * a * x.powi(4)]; // factorial moments
        let [m1, m2, m3, m4] = [f1, f2 + f1, f3 + 3.0 * f2 + f1, f4 + 6.0 * f3 + 7.0 * f2 + f1];
        let third = m3 - 3.0 * m1 * m2 + 2.0 * m1.powi(3);
        (third, m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1.powi(4))
    }
}

impl Univariate for Logarithmic {
    common!();

    fn support(&self) -> Support {
        Support::whole(1.0, f64::INFINITY)
    }

    fn prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { (Double::from(self.p).ln() * k).exp() / k * self.weight() } else { 0.0 }
    }

    common!(tails);

    fn mean(&self) -> f64 {
        self.weight() * self.p / (1.0 - self.p)
    }

    fn variance(&self) -> f64 {
        // p (1 − a p) = −a p (p + ln(1 − p))
        let a = self.weight();
        -a * a * self.p * log1pmx(-self.p) / (1.0 - self.p).powi(2)
    }

    fn skewness(&self) -> f64 {
        self.third_and_fourth().0 / self.variance().powf(1.5)
    }

    fn kurtosis(&self) -> f64 {
        self.third_and_fourth().1 / self.variance().powi(2) - 3.0
    }

    fn mode(&self) -> f64 {
        1.0
    }

    fn entropy(&self) -> f64 {
        tails::entropy(self.support(), 1.0, self.ln_mass())
    }
}

impl Fit for Logarithmic {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let total = data::checked("Logarithmic::fit", data, weights, Support::whole(1.0, f64::INFINITY))?;
        let mean = data::weighted_sum(data, weights) / total;
        if mean <= 1.0 {
            return Err(Error::data("Logarithmic::fit", "ones alone", "some larger value"));
        }
        // with 1 − p = e^(−t) the mean is (eᵗ − 1)/t
        let t = invert::smallest(Support::reals(f64::MIN_POSITIVE, 36.0), |t| t.exp_m1() >= mean * t);
        Self::new((-(-t).exp_m1()).min(1.0f64.next_down()))
    }
}
