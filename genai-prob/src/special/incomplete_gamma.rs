//! The regularised incomplete gamma functions: the distribution function of gamma, χ² and Poisson.

use super::double::{Double, Scaled};
use super::gamma::ln_gamma_double;
use super::saddle::ln_poisson_weight_double;
use super::tail::{Side, Tail, decay_integral, log1pmx};

/// P(a, x) = 1/Γ(a) ∫₀ˣ t^(a−1) e^(−t) dt, the probability that a gamma variate of shape a lies below x.
///
/// a > 0, x ≥ 0 (NaN otherwise). Relative error ≤ 2·10⁻¹⁴ for a from 10⁻³ to 10¹², into the tails to 10⁻³⁰⁸.
///
/// Source: power series below a, continued fraction above (DLMF 8.11.4, 8.9.2), for a ≥ 60 near the mean the density
/// times the integral of its decay; Loader's saddle point before each.
///
/// # Examples
///
/// ```
/// let p = genai_prob::special::gamma_p(1.0, 2.0);
/// assert!((p - (1.0 - (-2f64).exp())).abs() < 1e-16);
/// ```
pub fn gamma_p(a: f64, x: f64) -> f64 {
    in_domain(a, x, |tail| tail.of(Side::Lower))
}

/// Q(a, x) = 1 − P(a, x), with its own digits where that is small. Domain and error as [`gamma_p`].
pub fn gamma_q(a: f64, x: f64) -> f64 {
    in_domain(a, x, |tail| tail.of(Side::Upper))
}

/// ln P(a, x), also where P is below the smallest f64. Domain and error as [`gamma_p`].
pub fn ln_gamma_p(a: f64, x: f64) -> f64 {
    in_domain(a, x, |tail| tail.ln_of(Side::Lower))
}

/// ln Q(a, x), also where Q is below the smallest f64. Domain and error as [`gamma_p`].
pub fn ln_gamma_q(a: f64, x: f64) -> f64 {
    in_domain(a, x, |tail| tail.ln_of(Side::Upper))
}

fn in_domain(a: f64, x: f64, wanted: impl Fn(Tail) -> f64) -> f64 {
    if a > 0.0 && a.is_finite() && x >= 0.0 { wanted(gamma_tail(a, Double::from(x))) } else { f64::NAN }
}

/// The smaller side at x.
pub(crate) fn gamma_tail(a: f64, x: Double) -> Tail {
    if x.hi <= 0.0 {
        return Tail::empty(Side::Lower);
    }
    if x.hi.is_infinite() {
        return Tail::empty(Side::Upper);
    }
    if a < 1.0 && x.hi < 1.1 {
        return small_shape(a, x);
    }
    let exponent = ln_poisson_weight_double(a, x);
    let above = (x - a).value();
    let (side, factor) = if above < 0.0 {
        (Side::Lower, lower_factor(a, x.hi, above))
    } else {
        (Side::Upper, a * upper_factor(a, x.hi, above))
    };
    Tail { side, small: Scaled { exponent, factor } }
}

/// P(a, x) Γ(a + 1) eˣ / x^a for x < a.
fn lower_factor(a: f64, x: f64, above: f64) -> f64 {
    if a < 60.0 || x < 0.5 * a {
        return lower_series(a, x);
    }
    let rise = above + 1.0; // ∫₀¹ (1 − u)^(a−1) e^(xu) du
    let start = 80.0 / ((rise * rise + 80.0 * a).sqrt() - rise);
    a * decay_integral(
        |u| (a - 1.0) * log1pmx(-u) + u * rise,
        |u| rise - (a - 1.0) * -u / (u - 1.0),
        start.min(0.9),
        1.0,
    )
}

/// Σ xⁿ / ((a + 1) … (a + n)).
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    for _ in 0..1000 {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

/// Q(a, x) Γ(a) eˣ / x^a for x ≥ a.
fn upper_factor(a: f64, x: f64, above: f64) -> f64 {
    if a < 60.0 || x > 2.0 * a {
        return upper_fraction(a, above);
    }
    let fall = above + 1.0; // ∫₀^∞ (1 + u)^(a−1) e^(−xu) du
    let start = 80.0 / (fall + (fall * fall + 80.0 * a).sqrt());
    decay_integral(|u| (a - 1.0) * log1pmx(u) - u * fall, |u| -fall - (a - 1.0) * u / (1.0 + u), start, f64::INFINITY)
}

/// Legendre's continued fraction 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − …)), by Lentz's method.
fn upper_fraction(a: f64, above: f64) -> f64 {
    let mut b = above + 1.0;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut value = d;
    for n in 1..2000 {
        let n = f64::from(n);
        let numerator = n * (a - n);
        b += 2.0;
        d = 1.0 / (b + numerator * d);
        c = b + numerator / c;
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

/// Shapes below one and x up to 1.1: P = x^a / Γ(a + 1) (1 + a S) with S = Σ (−x)ⁿ / (n! (a + n)), and 1 − P without
/// cancellation.
fn small_shape(a: f64, x: Double) -> Tail {
    let (mut power, mut sum) = (1.0, 0.0);
    for n in 1..40 {
        let n = f64::from(n);
        power *= -x.hi / n;
        let term = power / (a + n);
        sum += term;
        if term.abs() < 1e-18 {
            break;
        }
    }
    let exponent = x.ln() * a - ln_gamma_double(Double::sum(1.0, a));
    complementary(exponent, a * sum)
}

/// The smaller side of P = e^exponent (1 + excess).
pub(crate) fn complementary(exponent: Double, excess: f64) -> Tail {
    let power = exponent.value();
    if power < -0.7 || power.exp() * (1.0 + excess) < 0.6 {
        return Tail { side: Side::Lower, small: Scaled { exponent, factor: 1.0 + excess } };
    }
    Tail::plain(Side::Upper, (-power.exp_m1() - power.exp() * excess).max(0.0))
}
