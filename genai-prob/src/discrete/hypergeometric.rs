//! The hypergeometric distribution.

use super::tails::{self, Tails};
use super::unimodal::Unimodal;
use crate::family::family;
use crate::special::{Double, ln_gamma_double};
use crate::{Density, Support, Univariate};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;

family! {
    /// Successes among draws without putting back: red balls in a handful from an urn, faulty parts in a sample.
    ///
    /// | | |
    /// |---|---|
    /// | mass | C(K, k) C(N − K, n − k) / C(N, n), k = max(0, n + K − N), …, min(n, K) |
    /// | mean, variance | n K/N, n (K/N)(1 − K/N)(N − n)/(N − 1) |
    ///
    /// Masses have their full relative accuracy at any size (factorials in twice the precision); probabilities of intervals too, in a
    /// time that does not grow with the spread.
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Discrete, Univariate, discrete::Hypergeometric};
    ///
    /// let hearts = Hypergeometric::new(52.0, 13.0, 5.0)?; // of five cards
    /// approx::assert_relative_eq!(hearts.pmf(5.0), 1287.0 / 2_598_960.0, max_relative = 1e-14);
    /// assert_eq!(hearts.mean(), 1.25);
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Hypergeometric: Discrete {
        /// N, how many things there are.
        population: Count,
        /// K, how many of them are successes.
        successes: Count,
        /// n, how many are drawn.
        draws: Count,
    }
    prepared 4
    where |population, successes, draws| successes.max(draws) <= population => population, "at least the successes and the draws"
}

impl Density<3, 4> for Hypergeometric {
    const NAME: &'static str = "Hypergeometric";

    #[inline(always)]
    fn prepare<R: Real>([population, successes, draws]: [R; 3]) -> [R; 4] {
        let rest = population - successes - draws;
        let of = |n: R| (n + R::lit(1.0)).ln_gamma();
        let failures = population - successes;
        let ln_all = of(successes) + of(failures) + of(draws) + of(population - draws) - of(population);
        [successes, draws, rest, ln_all]
    }

    #[inline(always)]
    fn ln_density<R: Real>([successes, draws, rest, ln_all]: [R; 4], k: R) -> R {
        let (least, most) = (R::lit(0.0).max(-rest), successes.min(draws));
        let outside = k.lt(least).or(most.lt(k)).or(k.eq(k.floor()).not());
        let k = k.max(least).min(most);
        let of = |n: R| (n + R::lit(1.0)).ln_gamma();
        let inside = ln_all - of(k) - of(successes - k) - of(draws - k) - of(rest + k);
        R::select(outside, R::lit(f64::NEG_INFINITY), inside)
    }
}

impl Hypergeometric {
    /// ln of the mass at real k inside the support, as a function of k with its constant computed once.
    fn ln_mass(&self) -> impl Fn(f64) -> Double {
        let (population, successes, draws) = (self.population, self.successes, self.draws);
        let rest = population - successes - draws;
        let of = |n: f64, k: f64| ln_gamma_double(Double::sum(n, k) + 1.0);
        let groups = of(successes, 0.0) + of(population, -successes) + of(draws, 0.0) + of(population, -draws);
        let all = groups - of(population, 0.0);
        move |k| all - of(k, 0.0) - of(successes, -k) - of(draws, -k) - of(rest, k)
    }

    fn tails(&self, k: f64) -> Tails {
        Tails::at(k, self.support(), self.mean(), self.ln_mass())
    }

    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        self.sampler().draw(rng)
    }

    fn sampler(&self) -> Unimodal<impl Fn(f64) -> Double> {
        Unimodal::new(self.support(), self.mean(), self.variance(), self.mode(), self.ln_mass())
    }
}

impl Univariate for Hypergeometric {
    fn support(&self) -> Support {
        let least = (self.draws - (self.population - self.successes)).max(0.0);
        Support::whole(least, self.draws.min(self.successes))
    }

    fn ln_prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { self.ln_mass()(k).value().min(0.0) } else { f64::NEG_INFINITY }
    }

    fn prob(&self, k: f64) -> f64 {
        if self.support().contains(k) { self.ln_mass()(k).exp().min(1.0) } else { 0.0 }
    }

    fn ln_prob_into(&self, x: &[f64], out: &mut [f64]) {
        assert_eq!(
            x.len(),
            out.len(),
            "Hypergeometric: ln_prob_into reads {} values and writes {}",
            x.len(),
            out.len()
        );
        let (support, ln_mass) = (self.support(), self.ln_mass());
        for (k, y) in x.iter().zip(out) {
            *y = if support.contains(*k) { ln_mass(*k).value().min(0.0) } else { f64::NEG_INFINITY };
        }
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
        self.draws * (self.successes / self.population.max(1.0))
    }

    fn variance(&self) -> f64 {
        let n = self.population.max(2.0);
        self.mean() * ((self.population - self.successes) / n) * ((self.population - self.draws) / (n - 1.0))
    }

    fn skewness(&self) -> f64 {
        let (n, failures, left) = (self.population, self.population - self.successes, self.population - self.draws);
        let product = self.draws * self.successes * failures * left;
        if product == 0.0 {
            return f64::NAN;
        }
        let sides = (failures - self.successes) * (left - self.draws);
        if sides == 0.0 { 0.0 } else { sides / (n - 2.0) * ((n - 1.0) / product).sqrt() }
    }

    fn kurtosis(&self) -> f64 {
        let (n, failures, left) = (self.population, self.population - self.successes, self.population - self.draws);
        let (by_kind, by_draw) = (self.successes * failures, self.draws * left);
        if by_kind * by_draw == 0.0 {
            return f64::NAN;
        }
        if n < 4.0 {
            return -2.0 + 0.5 * f64::from(u8::from(n == 3.0)); // two values: as likely, or one twice the other
        }
        let spread = n * (n + 1.0) - 6.0 * by_kind - 6.0 * by_draw;
        let joint = (n - 1.0) * n * n / by_kind * (spread / by_draw) + 6.0 * (5.0 * n - 6.0);
        joint / ((n - 2.0) * (n - 3.0))
    }

    fn mode(&self) -> f64 {
        let peak = (self.draws + 1.0) * ((self.successes + 1.0) / (self.population + 2.0));
        let (support, ln_mass) = (self.support(), self.ln_mass());
        let guess = (peak.ceil() - 1.0).clamp(support.lower, support.upper);
        tails::climb(guess, support, ln_mass)
    }

    fn entropy(&self) -> f64 {
        tails::entropy(self.support(), self.mode(), self.ln_mass())
    }

    fn sample(&self, rng: &mut dyn RngCore) -> f64 {
        self.draw(rng)
    }

    fn sample_n(&self, n: usize, rng: &mut dyn RngCore) -> Vec<f64> {
        let sampler = self.sampler();
        (0..n).map(|_| sampler.draw(rng)).collect()
    }

    fn fill(&self, key: genai_core::random::Key, out: &mut [f64]) {
        let sampler = self.sampler();
        crate::distribution::fill_with(key, out, |stream| sampler.draw(stream));
    }
}
