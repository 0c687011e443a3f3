//! Quantiles of the beta distribution.

use super::digamma::{digamma, trigamma};
use super::double::Double;
use super::incomplete_beta::{beta_tail, ln_a_beta};
use super::incomplete_gamma_inverse::gamma_quantile;
use super::normal::ndtri_ln;
use super::root::rising_root;
use super::saddle::ln_beta_weight;
use super::tail::Side;

/// The x at which I_x(a, b) = p, for a, b > 0 and 0 ≤ p ≤ 1 (NaN otherwise).
///
/// Relative error of I at the result ≤ 10⁻¹⁴ (or half a step of x), down to p = 10⁻³⁰⁸; zero where x is below the
/// smallest f64.
///
/// Source: Newton's steps on ln I over the logit of x, where it is concave, from the normal approximation of the logit
/// or the first term of the power series.
pub fn beta_i_inv(a: f64, b: f64, p: f64) -> f64 {
    from_probability(a, b, p, Side::Lower)
}

/// The x at which 1 − I_x(a, b) = q; as [`beta_i_inv`], with all digits for small q.
pub fn beta_i_complement_inv(a: f64, b: f64, q: f64) -> f64 {
    from_probability(a, b, q, Side::Upper)
}

/// The x at which ln I_x(a, b) = `ln_p` ≤ 0, also far below the smallest f64.
pub fn beta_i_inv_ln(a: f64, b: f64, ln_p: f64) -> f64 {
    if in_domain(a, b) && ln_p <= 0.0 {
        beta_quantile(a, b, Double::from(ln_p), Side::Lower).x.value()
    } else {
        f64::NAN
    }
}

/// The x at which ln(1 − I_x(a, b)) = `ln_q` ≤ 0, also far below the smallest f64.
pub fn beta_i_complement_inv_ln(a: f64, b: f64, ln_q: f64) -> f64 {
    if in_domain(a, b) && ln_q <= 0.0 {
        beta_quantile(a, b, Double::from(ln_q), Side::Upper).x.value()
    } else {
        f64::NAN
    }
}

fn in_domain(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0 && a + b < f64::INFINITY
}

fn from_probability(a: f64, b: f64, p: f64, side: Side) -> f64 {
    if !(in_domain(a, b) && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    let (small, side) = if p > 0.5 { (1.0 - p, side.other()) } else { (p, side) };
    beta_quantile(a, b, Double::from(small).ln(), side).x.value()
}

/// A point of the unit interval: x, 1 − x and ln(x / (1 − x)), each with its own digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnitPoint {
    pub(crate) x: Double,
    pub(crate) y: Double,
    pub(crate) logit: f64,
}

impl UnitPoint {
    /// The point with the odds x / (1 − x).
    fn from_odds(odds: f64) -> Self {
        let logit = odds.ln();
        if odds <= 1.0 {
            let x = odds / (1.0 + odds);
            return Self { x: Double::from(x), y: Double::sum(1.0, -x), logit };
        }
        let y = if odds.is_finite() { 1.0 / (1.0 + odds) } else { 0.0 };
        Self { x: Double::sum(1.0, -y), y: Double::from(y), logit }
    }

    /// The point whose logit is larger by a small step.
    fn moved(self, step: f64) -> Self {
        let change = self.x.hi * self.y.hi * step;
        Self { x: self.x + change, y: self.y - change, logit: self.logit + step }
    }

    fn from_logit(logit: Double) -> Self {
        Self { logit: logit.value(), ..Self::from_odds(logit.exp()) }
    }
}

/// The point whose `side` has the logarithm `target`.
pub(crate) fn beta_quantile(a: f64, b: f64, target: Double, side: Side) -> UnitPoint {
    if target.hi > -std::f64::consts::LN_2 && target.hi < 0.0 {
        let rest = (-target.value().exp_m1()).min(0.5);
        return beta_quantile(a, b, Double::from(rest).ln(), side.other());
    }
    if target.hi == 0.0 || target.hi == f64::NEG_INFINITY {
        let at_zero = (target.hi == 0.0) == (side == Side::Upper);
        return UnitPoint::from_logit(Double::from(if at_zero { f64::NEG_INFINITY } else { f64::INFINITY }));
    }
    let ln_other = Double::from((-target.exp()).ln_1p());
    let (ln_lower, ln_upper) = if side == Side::Lower { (target, ln_other) } else { (ln_other, target) };
    let at_zero = first_term(a, b, ln_lower);
    let at_one = first_term(b, a, ln_upper);
    if at_zero.hi < -40.0 - (1.0 + b).ln() {
        return UnitPoint::from_logit(at_zero);
    }
    if at_one.hi < -40.0 - (1.0 + a).ln() {
        return UnitPoint::from_logit(-at_one);
    }
    let start = guess(a, b, target.value(), side, at_zero.value(), at_one.value());
    solve(a, b, target, side, start)
}

/// ln x for x so small that I = x^a / (a B(a, b)).
fn first_term(a: f64, b: f64, ln_p: Double) -> Double {
    (ln_a_beta(a, b) + ln_p) / a
}

/// A first logit: the power series; where one parameter is much larger, a gamma quantile; else the normal
/// approximation with the logit's exact mean and variance.
fn guess(a: f64, b: f64, target: f64, side: Side, at_zero: f64, at_one: f64) -> f64 {
    if at_zero < -2.0 - (1.0 + b).ln() {
        return at_zero;
    }
    if at_one < -2.0 - (1.0 + a).ln() {
        return -at_one;
    }
    if a > 20.0 * b {
        return -lopsided(a, b, target, side.other());
    }
    if b > 20.0 * a {
        return lopsided(b, a, target, side);
    }
    let z = if side == Side::Lower { ndtri_ln(target) } else { -ndtri_ln(target) };
    (digamma(a) - digamma(b) + z * (trigamma(a) + trigamma(b)).sqrt()).clamp(-700.0, 700.0)
}

/// For large ≫ small: −ln(1 − x) (large + (small − 1)/2) is nearly a gamma variate of shape `small`.
fn lopsided(large: f64, small: f64, target: f64, side: Side) -> f64 {
    let scaled = gamma_quantile(small, Double::from(target), side) / (large + 0.5 * (small - 1.0));
    if scaled > 30.0 { scaled } else { scaled.exp_m1().max(1e-300).ln() }
}

/// Newton on the logarithm of the side over the logit, then once more from there and from the rounded
/// point, so that no digit is lost to its size.
fn solve(a: f64, b: f64, target: Double, side: Side, start: f64) -> UnitPoint {
    let sign = if side == Side::Lower { 1.0 } else { -1.0 };
    let mut odds = start.exp();
    let miss = |point: UnitPoint| {
        let ln_side = beta_tail(a, b, point.x, point.y).ln_double_of(side);
        let slope = (ln_beta_weight(a, b, point.x, point.y) - ln_side).exp();
        (sign * (ln_side - target).value(), slope)
    };
    for _ in 0..2 {
        let at = |t: f64| if t.abs() < 1.0 { odds * t.exp() } else { (odds.ln() + t).exp() };
        let shift = rising_root(0.0, 20.0, |t| miss(UnitPoint::from_odds(at(t))));
        odds = at(shift);
        if shift.abs() < 1.0 {
            break;
        }
    }
    let point = UnitPoint::from_odds(odds);
    let (value, slope) = miss(point);
    if slope > 0.0 && (value / slope).abs() < 1e-6 { point.moved(-value / slope) } else { point }
}
