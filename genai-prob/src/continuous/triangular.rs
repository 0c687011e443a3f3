//! The triangular distribution.

use super::standardised::ln_probability;
use crate::family::{common, family};
use crate::{Density, Support, Univariate, sample};
use genai_core::Real;
use genai_core::real::Mask;
use rand_core::RngCore;
use std::f64::consts::LN_2;

family! {
    /// At least, at most, most likely: what is known of a task before it begins.
    ///
    /// | | |
    /// |---|---|
    /// | density | rises in a straight line from a to the mode c, falls to b |
    /// | mean, variance | (a + b + c)/3, (a² + b² + c² − ab − ac − bc)/18 |
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
        return p.sqrt() * (width.sqrt() * rise.sqrt());
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
        self.quantile(sample::open_uniform(rng)).clamp(self.low, self.high)
    }
}
