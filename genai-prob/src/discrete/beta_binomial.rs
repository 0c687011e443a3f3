//! The beta-binomial distribution.

use super::tails::{self, Tails};
use super::ties;
use crate::domain::MOST;
use crate::family::{common, family};
use crate::newton::{likelihood, maximise};
use crate::special::{Double, ln_gamma_double};
use crate::{Density, Error, Fit, Support, Univariate, data, invert, sample};
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
    /// | maximum likelihood | â, b̂ by Newton for each n that is tried, from the largest count on |
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

    fn cdf_in_two(&self, k: f64) -> Option<(f64, f64)> {
        let Self { n, a, b, .. } = *self;
        let more = |j: f64| Double::sum(a, j - 1.0) * (n - j + 1.0);
        ties::cdf(k, self.support(), |j| more(j) / (Double::sum(b, n - j) * j))
    }

    fn support(&self) -> Support {
        Support::whole(0.0, self.n)
    }

    fn ln_prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { self.ln_mass()(k).value().min(0.0) } else { f64::NEG_INFINITY }
    }

    fn prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { self.ln_mass()(k).exp().min(1.0) } else { 0.0 }
    }

    common!(tails);

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

impl BetaBinomial {
    /// The most likely shapes where the number of trials is known.
    ///
    /// # Errors
    ///
    /// As [`Fit::fit_weighted`], or if a count exceeds `n`.
    pub fn fit_shapes(n: f64, data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "BetaBinomial::fit_shapes";
        let total = data::checked(what, data, weights, Support::whole(0.0, n.min(MOST)))?;
        Ok(shapes(what, n, &data::distinct(data, weights), total)?.1)
    }
}

/// Shapes whose sum is larger are told apart from a binomial distribution by no data.
const STEEPEST: f64 = 1e10;

/// The member of n trials that makes the counts most likely, after its mean log-likelihood.
fn shapes(
    what: &'static str,
    n: f64,
    (counts, weights): &(Vec<f64>, Vec<f64>),
    total: f64,
) -> Result<(f64, BetaBinomial), Error> {
    let (mean, variance) = data::mean_and_variance(counts, weights, total);
    if variance == 0.0 {
        return Err(Error::data(what, format!("all counts {mean}"), "counts that differ"));
    }
    let share = mean / n;
    let binomial = n * share * (1.0 - share);
    let alike = (variance / binomial - 1.0) / (n - 1.0).max(1.0); // 1/(a + b + 1), by moments
    let sum = if alike > 1e-4 { (1.0 / alike - 1.0).max(1e-4) } else { 1e4 };
    let place = |u: &[f64; 2]| u.map(|u| u.clamp(-200.0, STEEPEST.ln()).exp());
    let at = |u: &[f64; 2]| {
        let [a, b] = place(u);
        let (value, slopes) = likelihood::<BetaBinomial, 3, 4>(counts, weights, total, [n, a, b]);
        (value, [slopes[1], slopes[2]])
    };
    let best = maximise(what, [(sum * share).ln(), (sum * (1.0 - share)).ln()], at)?;
    let [a, b] = place(&best);
    Ok((at(&best).0, BetaBinomial::new(n, a, b)?))
}

impl Fit for BetaBinomial {
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "BetaBinomial::fit";
        let total = data::checked(what, data, weights, Support::whole(0.0, MOST))?;
        let counts = data::distinct(data, weights);
        let most = counts.0[counts.0.len() - 1];
        let (value, member) = shapes(what, most, &counts, total)?;
        let worth = |n: f64| shapes(what, n, &counts, total).map_or(f64::NEG_INFINITY, |best| best.0);
        if worth(most + 1.0) <= value {
            return Ok(member);
        }
        let n = invert::smallest(Support::whole(most, 1e12), |n| worth(n + 1.0) <= worth(n));
        Ok(shapes(what, n, &counts, total)?.1)
    }
}
