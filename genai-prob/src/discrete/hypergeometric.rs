//! The hypergeometric distribution.

use super::tails::{self, Tails};
use super::ties;
use crate::domain::MOST;
use crate::family::{common, family};
use crate::special::{Double, ln_gamma_double};
use crate::{Density, Error, Fit, Support, Univariate, data};
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
    /// | maximum likelihood | of N, K or all three: [`fit_population`](Self::fit_population), [`fit_successes`](Self::fit_successes), [`Fit`] by ascent over whole numbers |
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
    prepared 4 drawn by Hypergeometric(population, successes, draws)
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
        self.sampler.draw(rng)
    }
}

impl Univariate for Hypergeometric {
    common!(tabled);

    fn cdf_in_two(&self, k: f64) -> Option<(f64, f64)> {
        let Self { population, successes, draws, .. } = *self;
        let rest = population - successes - draws;
        let more = |j: f64| Double::product(successes - j + 1.0, draws - j + 1.0);
        ties::cdf(k, self.support(), |j| more(j) / Double::product(j, rest + j))
    }

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

    common!(tails);

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
}

impl Hypergeometric {
    /// The most likely population where successes and draws are known: animals of which some are marked.
    ///
    /// # Errors
    ///
    /// As [`Fit::fit_weighted`], or if no success was ever drawn: then no population is too large.
    pub fn fit_population(successes: f64, draws: f64, data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "Hypergeometric::fit_population";
        data::checked(what, data, weights, Support::whole(0.0, successes.min(draws)))?;
        let counts = Counts::new(data, weights);
        if counts.mean == 0.0 {
            return Err(Error::data(what, "no success in any draw", "at least one"));
        }
        let least = (successes + draws - counts.least()).max(successes.max(draws));
        let best = crate::invert::smallest(Support::whole(least, MOST), |n| {
            counts.worth([n + 1.0, successes, draws]) <= counts.worth([n, successes, draws])
        });
        Self::new(best, successes, draws)
    }

    /// The most likely number of successes where population and draws are known: faulty parts of a lot.
    ///
    /// # Errors
    ///
    /// As [`Fit::fit_weighted`], or if a count exceeds the draws.
    pub fn fit_successes(population: f64, draws: f64, data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "Hypergeometric::fit_successes";
        data::checked(what, data, weights, Support::whole(0.0, draws))?;
        Self::new(population, 0.0, draws)?;
        let counts = Counts::new(data, weights);
        let range = Support::whole(counts.most(), population - draws + counts.least());
        if range.lower > range.upper {
            let found = format!("counts from {} to {}", counts.least(), counts.most());
            return Err(Error::data(what, found, "counts that one number of successes allows"));
        }
        let worth = |successes: f64| counts.worth([population, successes, draws]);
        let best = crate::invert::smallest(range, |k| k >= range.upper || worth(k + 1.0) <= worth(k));
        Self::new(population, best, draws)
    }
}

impl Fit for Hypergeometric {
    /// Mean and variance of the data leave one number free, the share that is drawn. A few shares are tried, then each of the
    /// three numbers is moved, by steps that become smaller, as long as the likelihood grows. (K, n) and (n, K) are the same
    /// distribution; that with the fewer draws is given.
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "Hypergeometric::fit";
        data::checked(what, data, weights, Support::whole(0.0, MOST))?;
        let counts = Counts::new(data, weights);
        let (mean, variance) = (counts.mean, counts.variance);
        if variance == 0.0 || variance >= mean {
            let found = format!("mean {mean} and variance {variance}");
            return Err(Error::data(what, found, "a positive variance below the mean: else no population is best"));
        }
        let mut starts: Vec<[f64; 3]> = SHARES.iter().filter_map(|share| counts.by_moments(*share)).collect();
        starts.push(counts.widest());
        if counts.values.len() > FEW {
            starts.sort_by(|a, b| counts.worth(*b).total_cmp(&counts.worth(*a)));
            starts.truncate(1);
        }
        let best = starts.into_iter().map(|start| counts.climb(start)).max_by(|a, b| a.0.total_cmp(&b.0));
        let (_, [population, successes, draws]) = best.expect("there is a start");
        Self::new(population, successes.max(draws), successes.min(draws))
    }
}

/// Shares of the population drawn, from which a fit starts.
const SHARES: [f64; 9] = [1e-6, 0.01, 0.1, 0.25, 0.5, 0.7, 0.9, 0.97, 0.997];
/// So many distinct counts are searched from every start.
const FEW: usize = 64;

/// Turns of an ascent: along a ridge that is all but flat it ends before the top.
const TURNS: usize = 300;

/// Distinct counts with their weights.
struct Counts {
    values: Vec<f64>,
    weights: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl Counts {
    fn new(data: &[f64], weights: &[f64]) -> Self {
        let (values, weights) = data::distinct(data, weights);
        let (mean, variance) = data::mean_and_variance(&values, &weights, data::sum(weights.iter().copied()));
        Self { values, weights, mean, variance }
    }

    fn least(&self) -> f64 {
        self.values[0]
    }

    fn most(&self) -> f64 {
        self.values[self.values.len() - 1]
    }

    /// The log-likelihood of population, successes and draws.
    fn worth(&self, [population, successes, draws]: [f64; 3]) -> f64 {
        let Ok(member) = Hypergeometric::new(population, successes, draws) else {
            return f64::NEG_INFINITY;
        };
        let support = member.support();
        if !(support.contains(self.least()) && support.contains(self.most())) {
            return f64::NEG_INFINITY;
        }
        let ln_mass = member.ln_mass();
        data::sum(self.values.iter().zip(&self.weights).map(|(k, w)| w * ln_mass(*k).value()))
    }

    /// The numbers with the mean and variance of the counts of which this share is drawn.
    fn by_moments(&self, share: f64) -> Option<[f64; 3]> {
        let kind = 1.0 - self.variance / (self.mean * (1.0 - share));
        let draws = (self.mean / kind).round().max(self.most());
        let start = [(draws / share).round(), 0.0, draws];
        (kind > 0.0 && start[0] < MOST).then(|| self.matched(start))
    }

    /// Draws and successes as few as the largest count, from a population that they fill.
    fn widest(&self) -> [f64; 3] {
        let most = self.most();
        self.matched([(2.0 * most - self.least()).max(most), most, most])
    }

    /// The same with the number of successes that gives the mean, if it lies within the counts.
    fn matched(&self, [population, _, draws]: [f64; 3]) -> [f64; 3] {
        let most = population.min(population - draws + self.least());
        [population, (self.mean * (population / draws)).round().min(most).max(self.most()), draws]
    }

    /// Uphill from a start, by steps that shrink to 1; the successes follow the mean at first.
    fn climb(&self, start: [f64; 3]) -> (f64, [f64; 3]) {
        let (mut here, mut worth) = (start, self.worth(start));
        let mut steps = [(start[0] / 4.0).ceil(), (start[2] / 4.0).ceil()];
        for _ in 0..TURNS {
            let last = steps == [1.0, 1.0];
            let mut moved = false;
            for next in neighbours(here, steps) {
                let matched = self.matched(next);
                let near = [-1.0, 1.0].map(|by| [matched[0], matched[1] + by, matched[2]]);
                for candidate in [matched].into_iter().chain(near.into_iter().filter(|_| last)) {
                    let value = self.worth(candidate);
                    if value > worth {
                        (here, worth, moved) = (candidate, value, true);
                    }
                }
            }
            match (moved, last) {
                (false, true) => break,
                (false, false) => steps = steps.map(|step| (step / 4.0).ceil()),
                _ => {}
            }
        }
        (worth, here)
    }
}

/// Populations and draws one step away in either or both; the place itself too, for another number of successes.
fn neighbours([population, successes, draws]: [f64; 3], [wide, high]: [f64; 2]) -> impl Iterator<Item = [f64; 3]> {
    let signs = [-1.0, 0.0, 1.0];
    let moves = signs.into_iter().flat_map(move |a| signs.into_iter().map(move |b| (a, b)));
    moves.map(move |(a, b)| [population + a * wide, successes, draws + b * high])
}
