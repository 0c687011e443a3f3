//! Adaptive rejection sampling of log-concave densities of one number.

use crate::Error;
use genai_core::random::Stream;

/// Points of the hull at most.
const POINTS: usize = 200;
/// Proposals for one draw at most.
const TRIES: u64 = 10_000;

/// Adaptive rejection sampling: tangents of ln f are an envelope from above that every rejected proposal tightens.
///
/// ln f must be concave; it is found out where it shows. Made for the conditionals of a Gibbs sampler.
///
/// Source: Gilks & Wild 1992, *Adaptive rejection sampling for Gibbs sampling*.
#[derive(Clone, Debug)]
pub struct AdaptiveRejection<F> {
    log_density: F,
    lower: f64,
    upper: f64,
    /// Where ln f is known, ascending.
    points: Vec<Touch>,
}

/// A tangent of ln f.
#[derive(Clone, Copy, Debug)]
struct Touch {
    x: f64,
    value: f64,
    slope: f64,
}

/// A stretch of the envelope.
#[derive(Clone, Copy, Debug)]
struct Piece {
    touch: Touch,
    low: f64,
    high: f64,
    ln_mass: f64,
}

impl<F: Fn(f64) -> (f64, f64)> AdaptiveRejection<F> {
    /// `log_density` returns ln f, up to a constant, and its derivative; f lives between `lower` and `upper`, which may be
    /// infinite. `points` start the hull: where a bound is infinite, there must be one at which ln f rises from it.
    ///
    /// ```
    /// use genai_core::random::Key;
    /// use genai_sampling::monte_carlo::AdaptiveRejection;
    ///
    /// let mut normal = AdaptiveRejection::new(|x| (-0.5 * x * x, -x), f64::NEG_INFINITY, f64::INFINITY, &[-1.0, 1.0])?;
    /// assert!(normal.draw(&mut Key::new(1).stream())?.abs() < 9.0);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If bounds or points are out of order, ln f or its slope is not finite at a point, the envelope has no finite mass, or
    /// the points show that ln f is not concave.
    pub fn new(log_density: F, lower: f64, upper: f64, points: &[f64]) -> Result<Self, Error> {
        if lower.is_nan() || upper.is_nan() || lower >= upper {
            return Err(Error::Parameter { name: "upper", value: upper, expected: "above lower" });
        }
        if points.is_empty() {
            return Err(Error::Parameter { name: "points", value: 0.0, expected: "at least 1" });
        }
        let mut sampler = Self { log_density, lower, upper, points: Vec::new() };
        for &x in points {
            if !(lower <= x && x <= upper && x.is_finite()) {
                return Err(Error::Parameter { name: "points", value: x, expected: "finite and between the bounds" });
            }
            let (value, slope) = (sampler.log_density)(x);
            if !value.is_finite() {
                return Err(Error::Start { log_density: value });
            }
            sampler.insert(Touch { x, value, slope })?;
        }
        let (first, last) = (sampler.points[0].slope, sampler.points[sampler.points.len() - 1].slope);
        for (bound, slope, bounded) in [(lower, first, first > 0.0), (upper, last, last < 0.0)] {
            if bound.is_infinite() && !bounded {
                let expected = "of a point whose slope falls towards the infinite bound";
                return Err(Error::Parameter { name: "slope", value: slope, expected });
            }
        }
        Ok(sampler)
    }

    /// One draw, exactly of f.
    ///
    /// # Errors
    ///
    /// If ln f turns out not to be concave, or is NaN.
    pub fn draw(&mut self, rng: &mut Stream) -> Result<f64, Error> {
        for _ in 0..TRIES {
            let pieces = self.pieces();
            let x = propose(&pieces, rng);
            let touch = pieces.iter().find(|p| x <= p.high).map_or(self.points[0], |p| p.touch);
            let (value, slope) = (self.log_density)(x);
            let excess = value - (touch.value + touch.slope * (x - touch.x));
            if excess.is_nan() || excess > 1e-8 * (1.0 + value.abs()) {
                return Err(Error::NotConcave { at: x });
            }
            if rng.uniform() < excess.exp() {
                return Ok(x);
            }
            if self.points.len() < POINTS && value.is_finite() {
                self.insert(Touch { x, value, slope })?;
            }
        }
        Err(Error::Exhausted { what: "adaptive rejection", tries: TRIES })
    }

    /// Adds a tangent; its slope must lie between its neighbours'.
    fn insert(&mut self, touch: Touch) -> Result<(), Error> {
        let at = self.points.partition_point(|p| p.x < touch.x);
        if !touch.slope.is_finite() {
            return Err(Error::NotConcave { at: touch.x });
        }
        let slack = 1e-8 * (1.0 + touch.slope.abs());
        let above = at == 0 || self.points[at - 1].slope >= touch.slope - slack;
        let below = self.points.get(at).is_none_or(|p| p.slope <= touch.slope + slack);
        if !(above && below) {
            return Err(Error::NotConcave { at: touch.x });
        }
        if self.points.get(at).is_none_or(|p| p.x > touch.x) {
            self.points.insert(at, touch);
        }
        Ok(())
    }

    /// The envelope: each tangent as far as it is the lowest.
    fn pieces(&self) -> Vec<Piece> {
        let (mut low, mut pieces) = (self.lower, Vec::with_capacity(self.points.len()));
        for (i, &touch) in self.points.iter().enumerate() {
            let high = self.points.get(i + 1).map_or(self.upper, |&next| crossing(touch, next));
            pieces.push(Piece { touch, low, high, ln_mass: ln_mass(touch, low, high) });
            low = high;
        }
        pieces
    }
}

/// Where two tangents meet.
fn crossing(a: Touch, b: Touch) -> f64 {
    let x = a.x + (b.value - a.value - b.slope * (b.x - a.x)) / (a.slope - b.slope);
    if x.is_finite() { x.clamp(a.x, b.x) } else { 0.5 * (a.x + b.x) } // parallel
}

/// ln ∫ e^tangent from `low` to `high`.
fn ln_mass(touch: Touch, low: f64, high: f64) -> f64 {
    let (slope, width) = (touch.slope, high - low);
    let highest = if slope > 0.0 { high } else { low };
    if width <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if slope == 0.0 || (slope * width).abs() < 1e-10 {
        return touch.value + slope * (0.5 * (low + high) - touch.x) + width.ln();
    }
    touch.value + slope * (highest - touch.x) + (-(-(slope * width).abs()).exp_m1() / slope.abs()).ln()
}

/// A draw of the envelope.
fn propose(pieces: &[Piece], rng: &mut Stream) -> f64 {
    let most = pieces.iter().fold(f64::NEG_INFINITY, |most, p| most.max(p.ln_mass));
    let mut left = rng.uniform() * pieces.iter().map(|p| (p.ln_mass - most).exp()).sum::<f64>();
    let chosen = pieces.iter().find(|p| {
        left -= (p.ln_mass - most).exp();
        left < 0.0
    });
    let Piece { touch, low, high, .. } = *chosen.unwrap_or(&pieces[pieces.len() - 1]);
    let (slope, u) = (touch.slope, rng.uniform());
    let width = high - low;
    if (slope * width).abs() < 1e-10 {
        return low + u * width;
    }
    let step = (u * (-(slope * width).abs()).exp_m1()).ln_1p() / slope.abs(); // ≤ 0, from the higher end
    if slope > 0.0 { high + step } else { low - step }
}
