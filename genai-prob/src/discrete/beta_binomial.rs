//! The beta-binomial distribution.

use super::tails::{self, Tails};
use crate::family::{common, family};
use crate::special::{Double, ln_gamma_double};
use crate::{Density, Support, Univariate, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Successes of n trials whose probability is itself drawn from a beta distribution: children of families, clicks of users.
    ///
    /// | | |
    /// |---|---|
    /// | mass | C(n, k) B(k + a, n − k + b) / B(a, b), k = 0, …, n |
    /// | mean, variance | n a/(a + b), n a b (a + b + n)/((a + b)² (a + b + 1)) |
    ///
    /// What a coin of unknown bias does next: the predictive distribution of a binomial likelihood with a beta posterior.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::BetaBinomial};
    ///
    /// let flat = BetaBinomial::new(4.0, 1.0, 1.0)?; // a uniform bias: every count is as likely
    /// approx::assert_relative_eq!(flat.pmf(3.0), 0.2, max_relative = 1e-15);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct BetaBinomial: Discrete {
        /// n, how many trials.
        n: Count,
        /// a of the beta distribution.
        a: Positive,
        /// b of the beta distribution.
        b: Positive,
    }
    prepared 4
}

impl Density<3, 4> for BetaBinomial {
    const NAME: &'static str = "BetaBinomial";

    #[inline(always)]
    fn prepare<R: Real>([n, a, b]: [R; 3]) -> [R; 4] {
        let ln_all = (n + R::lit(1.0)).ln_gamma() + (a + b).ln_gamma();
        [n, a, b, ln_all - a.ln_gamma() - b.ln_gamma() - (n + a + b).ln_gamma()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([n, a, b, ln_all]: [R; 4], k: R) -> R {
        let zero = R::lit(0.0);
        let outside = k.lt(zero).or(n.lt(k)).or(k.eq(k.floor()).not());
        let k = k.max(zero).min(n);
        let choose = (k + R::lit(1.0)).ln_gamma() + (n - k + R::lit(1.0)).ln_gamma();
        let inside = ln_all - choose + (k + a).ln_gamma() + (n - k + b).ln_gamma();
        R::select(outside, R::lit(f64::NEG_INFINITY), inside)
    }
}

impl BetaBinomial {
    /// ln of the mass at real k from 0 to n, as a function of k with its constant computed once.
    fn ln_mass(&self) -> impl Fn(f64) -> Double {
        let (n, a, b) = (self.n, self.a, self.b);
        let of = ln_gamma_double;
        let all = of(Double::sum(n, 1.0)) + of(Double::sum(a, b)) - of(Double::from(a)) - of(Double::from(b));
        let all = all - of(Double::sum(a, b) + n);
        move |k| {
            let choose = of(Double::sum(k, 1.0)) + of(Double::sum(n, -k) + 1.0);
            all - choose + of(Double::sum(k, a)) + of(Double::sum(n, -k) + b)
        }
    }

    fn tails(&self, k: f64) -> Tails {
        Tails::at(k, self.support(), self.mean(), self.ln_mass())
    }

    /// A binomial value whose probability is a ratio of gamma values, taken by logarithms where they are tiny.
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let (x, y) = (sample::ln_standard_gamma(self.a, rng), sample::ln_standard_gamma(self.b, rng));
        // the smaller side of the coin has its digits
        let small = 1.0 / (1.0 + (x - y).abs().exp());
        let count = sample::binomial(self.n, small, rng);
        if x < y { count } else { self.n - count }
    }
}

impl Univariate for BetaBinomial {
    common!(draw);

    fn support(&self) -> Support {
        Support::whole(0.0, self.n)
    }

    fn ln_prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { self.ln_mass()(k).value().min(0.0) } else { f64::NEG_INFINITY }
    }

    fn prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { self.ln_mass()(k).exp().min(1.0) } else { 0.0 }
    }

    fn cdf(&self, k: f64) -> f64 {
        self.tails(k).cdf()
    }

    fn sf(&self, k: f64) -> f64 {
        self.tails(k).sf()
    }

    fn ln_cdf(&self, k: f64) -> f64 {
        self.tails(k).ln_cdf()
    }

    fn ln_sf(&self, k: f64) -> f64 {
        self.tails(k).ln_sf()
    }

    fn mean(&self) -> f64 {
        self.n * (self.a / (self.a + self.b))
    }

    fn variance(&self) -> f64 {
        let sum = self.a + self.b;
        self.mean() * (self.b / sum) * ((sum + self.n) / (sum + 1.0))
    }

    fn skewness(&self) -> f64 {
        let sum = self.a + self.b;
        if self.n == 0.0 {
            return f64::NAN;
        }
        let spread = ((1.0 + sum) / self.n / self.a / self.b / (self.n + sum)).sqrt();
        (sum + 2.0 * self.n) * (self.b - self.a) / (sum + 2.0) * spread
    }

    fn kurtosis(&self) -> f64 {
        let (n, a, b) = (self.n, self.a, self.b);
        let s = a + b;
        if n == 0.0 {
            return f64::NAN;
        }
        let (share, product) = (n / s, a * b);
        let inner = s * (s - 1.0 + 6.0 * n) + 3.0 * product * (n - 2.0) + 6.0 * n * n;
        let inner = inner - 3.0 * product * share * (6.0 - n) - 18.0 * product * share * share;
        s / (s + 2.0) * (s / (s + 3.0)) * ((1.0 + s) / (s + n)) * (inner / n / a / b) - 3.0
    }

    fn mode(&self) -> f64 {
        let (n, a, b) = (self.n, self.a, self.b);
        if a <= 1.0 && b <= 1.0 {
            return if a <= b { 0.0 } else { n };
        }
        if a <= 1.0 || b <= 1.0 {
            return if a <= 1.0 { 0.0 } else { n };
        }
        let peak = (n + 1.0) * ((a - 1.0) / (a - 1.0 + (b - 1.0)));
        tails::climb((peak.ceil() - 1.0).clamp(0.0, n), self.support(), self.ln_mass())
    }

    fn entropy(&self) -> f64 {
        tails::entropy(self.support(), self.mode(), self.ln_mass())
    }
}
