//! The triangular distribution.

use super::standardised::ln_probability;
use crate::family::{common, family};
use crate::newton::maximise;
use crate::{Density, Error, Fit, Support, Univariate, data, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;
use std::f64::consts::LN_2;
use std::hint::select_unpredictable;

family! {
    /// At least, at most, most likely: what is known of a task before it begins.
    ///
    /// | | |
    /// |---|---|
    /// | density | rises in a straight line from a to the mode c, falls to b |
    /// | mean, variance | (a + b + c)/3, (a² + b² + c² − ab − ac − bc)/18 |
    /// | maximum likelihood | ĉ is one of the values; â and b̂ by Newton for each that is tried |
    ///
    /// # Examples
    ///
    /// ```
    /// use genai_prob::{Univariate, continuous::Triangular};
    ///
    /// let days = Triangular::new(2.0, 12.0, 4.0)?;
    /// assert_eq!((days.mean(), days.cdf(4.0), days.prob(4.0)), (6.0, 0.2, 0.2));
    /// # Ok::<(), genai_prob::Error>(())
    /// ```
    pub struct Triangular: Continuous {
        /// a, the lower end.
        low: Finite,
        /// b, the upper end.
        high: Finite,
        /// c, where the density is largest.
        mode: Finite,
    }
    prepared 4
    where |low, high, mode| low < high && (high - low).is_finite() && low <= mode && mode <= high =>
        mode, "low below high, at a finite distance, and a mode between them"
}

impl Density<3, 4> for Triangular {
    const NAME: &'static str = "Triangular";

    #[inline(always)]
    fn prepare<R: Real>([low, high, mode]: [R; 3]) -> [R; 4] {
        [low, high, mode, R::lit(LN_2) - (high - low).ln()]
    }

    #[inline(always)]
    fn ln_density<R: Real>([low, high, mode, ln_height]: [R; 4], x: R) -> R {
        let (one, outside) = (R::lit(1.0), x.lt(low).or(high.lt(x)));
        let (left, right) = (low.le(x).and(x.lt(mode)), mode.lt(x).and(x.le(high)));
        let rise = R::select(left, x - low, one) / R::select(left, mode - low, one);
        let fall = R::select(right, high - x, one) / R::select(right, high - mode, one);
        R::select(outside, R::lit(f64::NEG_INFINITY), ln_height + rise.ln() + fall.ln())
    }
}

impl Univariate for Triangular {
    common!();

    fn support(&self) -> Support {
        Support::reals(self.low, self.high)
    }

    fn prob(&self, x: f64) -> f64 {
        let height = 2.0 / self.width();
        match x {
            x if !self.support().contains(x) => 0.0,
            x if x < self.mode => height * ((x - self.low) / (self.mode - self.low)),
            x if x > self.mode => height * ((self.high - x) / (self.high - self.mode)),
            _ => height,
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (lower, upper) = self.sides(x);
        if lower < upper { lower } else { 1.0 - upper }
    }

    fn sf(&self, x: f64) -> f64 {
        let (lower, upper) = self.sides(x);
        if lower < upper { 1.0 - lower } else { upper }
    }

    fn ln_cdf(&self, x: f64) -> f64 {
        let (lower, upper) = self.sides(x);
        match lower {
            p if p < 1e-290 && x > self.low && self.mode > self.low => {
                2.0 * (x - self.low).ln() - self.width().ln() - (self.mode - self.low).ln()
            }
            p if p < upper => p.ln(),
            _ => (-upper).ln_1p(),
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = p.clamp(0.0, 1.0);
        let [rise, fall] = [self.mode - self.low, self.high - self.mode];
        let x = if p > 0.5 { self.high - distance(1.0 - p, fall, rise) } else { self.low + distance(p, rise, fall) };
        x.clamp(self.low, self.high)
    }

    fn isf(&self, q: f64) -> f64 {
        let q = q.clamp(0.0, 1.0);
        let [rise, fall] = [self.mode - self.low, self.high - self.mode];
        let x = if q > 0.5 { self.low + distance(1.0 - q, rise, fall) } else { self.high - distance(q, fall, rise) };
        x.clamp(self.low, self.high)
    }

    fn quantile_ln(&self, ln_p: f64) -> f64 {
        match ln_probability(ln_p) {
            l if l > -LN_2 => self.isf(-l.exp_m1()),
            l if l < -690.0 && self.mode > self.low => {
                let x = self.low + (0.5 * (l + self.width().ln() + (self.mode - self.low).ln())).exp();
                if l > f64::NEG_INFINITY { x.max(self.low.next_up()) } else { x }
            }
            l => self.quantile(l.exp()),
        }
    }

    fn isf_ln(&self, ln_q: f64) -> f64 {
        match ln_probability(ln_q) {
            l if l > -LN_2 => self.quantile(-l.exp_m1()),
            l if l < -690.0 && self.mode < self.high => {
                self.high - (0.5 * (l + self.width().ln() + (self.high - self.mode).ln())).exp()
            }
            l => self.isf(l.exp()),
        }
    }

    fn mean(&self) -> f64 {
        self.low + ((self.mode - self.low) + self.width()) / 3.0
    }

    fn variance(&self) -> f64 {
        self.std().powi(2)
    }

    fn std(&self) -> f64 {
        let (up, down) = self.shares();
        self.width() * ((1.0 - up * down) / 18.0).sqrt()
    }

    fn skewness(&self) -> f64 {
        let (up, down) = self.shares();
        let spread = 1.0 - up * down;
        2f64.sqrt() * (down - up) * (1.0 + down) * (1.0 + up) / (5.0 * spread * spread.sqrt())
    }

    fn kurtosis(&self) -> f64 {
        -0.6
    }

    fn mode(&self) -> f64 {
        self.mode
    }

    fn entropy(&self) -> f64 {
        0.5 - self.prepared[3]
    }
}

/// How far from an end the share p of the area lies, where the density rises over `rise` and then falls over `fall`.
fn distance(p: f64, rise: f64, fall: f64) -> f64 {
    let width = rise + fall;
    if p * width <= rise {
        let share = p * (width / rise); // 1 at the peak, which is then met exactly
        return if share.is_finite() { rise * share.sqrt() } else { p.sqrt() * (width.sqrt() * rise.sqrt()) };
    }
    let beyond = p - rise / width; // t (2 fall − t) = beyond · width · fall for the place t behind the peak
    rise + beyond * width / (1.0 + (1.0 - beyond * (width / fall)).max(0.0).sqrt())
}

/// The area from an end to a place `t` away from it, which is `rest` before the other end.
fn area(t: f64, rest: f64, rise: f64, fall: f64) -> f64 {
    let width = rise + fall;
    if t <= rise && rise > 0.0 {
        return t / width * (t / rise);
    }
    rise / width + (t - rise) / width * ((fall + rest) / fall)
}

impl Triangular {
    /// b − a.
    fn width(&self) -> f64 {
        self.high - self.low
    }

    /// (c − a)/(b − a) and (b − c)/(b − a).
    fn shares(&self) -> (f64, f64) {
        ((self.mode - self.low) / self.width(), (self.high - self.mode) / self.width())
    }

    /// P(X ≤ x) and P(X > x), each without a difference.
    fn sides(&self, x: f64) -> (f64, f64) {
        let x = x.clamp(self.low, self.high);
        let [rise, fall] = [self.mode - self.low, self.high - self.mode];
        let [above, below] = [x - self.low, self.high - x];
        (area(above, below, rise, fall), area(below, above, fall, rise))
    }

    #[inline]
    fn draw<R: RngCore + ?Sized>(&self, rng: &mut R) -> f64 {
        let ((rise, fall), u) = (self.shares(), sample::open_uniform(rng));
        let left = u < rise; // which no branch can foretell
        let product = select_unpredictable(left, u * rise, (1.0 - u) * fall);
        let distance = self.width() * product.sqrt();
        let (from_low, from_high) = (self.low + distance, self.high - distance);
        // Rounding may go beyond the other end.
        let from_low = if from_low < self.high { from_low } else { self.high };
        let from_high = if from_high > self.low { from_high } else { self.low };
        select_unpredictable(left, from_low, from_high)
    }
}

impl Fit for Triangular {
    /// Between two values the likelihood is convex in the mode, so the best mode is a value. From a first guess, mode and ends
    /// are improved in turns; then the neighbouring values are tried.
    ///
    /// Source: Oliver 1972, *A maximum likelihood oddity*.
    fn fit_weighted(data: &[f64], weights: &[f64]) -> Result<Self, Error> {
        let what = "Triangular::fit";
        let total = data::checked(what, data, weights, Support::reals(f64::NEG_INFINITY, f64::INFINITY))?;
        let (values, weights) = data::distinct(data, weights);
        let (low, width) = (values[0], values[values.len() - 1] - values[0]);
        if width == 0.0 || !width.is_finite() {
            return Err(Error::data(what, format!("values over {width}"), "values that differ, at finite distances"));
        }
        let places = values.iter().map(|x| (x - low) / width).collect();
        let peaked = Peaked { places, weights, total };
        let (peak, [before, behind]) = peaked.best(what)?;
        Self::new(low - width * before, low + width + width * behind, values[peak])
    }
}

/// How many neighbours of a mode are tried on either side.
const NEIGHBOURS: usize = 8;
/// Turns of improving until the fit gives up.
const TURNS: usize = 100;

/// Values from 0 to 1 in ascending order, with their weights.
struct Peaked {
    places: Vec<f64>,
    weights: Vec<f64>,
    total: f64,
}

impl Peaked {
    /// The index of the mode, and how far the ends lie outside the values.
    fn best(&self, what: &'static str) -> Result<(usize, [f64; 2]), Error> {
        let mut peak = self.peak([0.05; 2]);
        let (mut value, mut ends) = self.ends(what, peak, [0.05; 2])?;
        for _ in 0..TURNS {
            let near = peak.saturating_sub(NEIGHBOURS)..(peak + NEIGHBOURS + 1).min(self.places.len());
            let mut better = None;
            for other in [self.peak(ends), 0, self.places.len() - 1].into_iter().chain(near).filter(|r| *r != peak) {
                let (candidate, its_ends) = self.ends(what, other, ends)?;
                if candidate > value {
                    (better, value) = (Some((other, its_ends)), candidate);
                }
            }
            let Some(next) = better else {
                return Ok((peak, ends));
            };
            (peak, ends) = next;
        }
        Err(Error::NotConverged { what, iterations: TURNS })
    }

    /// The value that is the best mode for these ends.
    fn peak(&self, [before, behind]: [f64; 2]) -> usize {
        let left: Vec<f64> = self.sums(|t| (t + before).ln());
        let right: Vec<f64> = self.sums(|t| (1.0 - t + behind).ln());
        let below: Vec<f64> = self.sums(|_| 1.0);
        let all = right[right.len() - 1];
        let value = |r: usize| {
            let (t, above) = (self.places[r], self.total - below[r + 1]);
            left[r] - below[r] * (t + before).ln() + (all - right[r + 1]) - above * (1.0 - t + behind).ln()
        };
        let values: Vec<f64> = (0..self.places.len()).map(value).collect();
        (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b])).expect("there are values")
    }

    /// Σ w g(t) over the first 0, 1, … values.
    fn sums(&self, g: impl Fn(f64) -> f64) -> Vec<f64> {
        let terms = self.places.iter().zip(&self.weights).map(|(t, w)| w * g(*t));
        let running = terms.scan(0.0, |sum, term| {
            *sum += term;
            Some(*sum)
        });
        std::iter::once(0.0).chain(running).collect()
    }

    /// The best ends for this mode, with the mean log-likelihood; an end without values before it is the mode itself.
    fn ends(&self, what: &'static str, peak: usize, start: [f64; 2]) -> Result<(f64, [f64; 2]), Error> {
        let free = [peak > 0, peak + 1 < self.places.len()];
        let distances = |u: &[f64; 2]| [0, 1].map(|i| if free[i] { u[i].exp() } else { 0.0 });
        let start = start.map(|distance| distance.max(1e-3).ln());
        let best = maximise(what, start, |u| self.likelihood(peak, distances(u)))?;
        let ends = distances(&best);
        Ok((self.likelihood(peak, ends).0, ends))
    }

    /// Mean log-likelihood, and its gradient by the logarithms of the distances.
    fn likelihood(&self, peak: usize, [before, behind]: [f64; 2]) -> (f64, [f64; 2]) {
        let c = self.places[peak];
        let [width, rise, fall] = [1.0 + before + behind, c + before, 1.0 - c + behind];
        let (mut value, mut slopes) = (-self.total * width.ln(), [-self.total / width; 2]);
        for (i, (t, w)) in self.places.iter().zip(&self.weights).enumerate().filter(|(i, _)| *i != peak) {
            let (side, distance, whole) = if i < peak { (0, t + before, rise) } else { (1, 1.0 - t + behind, fall) };
            value += w * (distance / whole).ln();
            slopes[side] += w * (distance.recip() - whole.recip());
        }
        (value / self.total, [before * slopes[0] / self.total, behind * slopes[1] / self.total])
    }
}
