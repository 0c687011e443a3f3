//! The regularised incomplete beta function: the distribution function of beta, Student's t, Fisher's F, binomial.

use super::double::{Double, Scaled};
use super::gamma::ln_gamma_double;
use super::incomplete_gamma::complementary;
use super::saddle::ln_beta_weight;
use super::tail::{Side, Tail, decay_integral, log1pmx};

/// I_x(a, b) = 1/B(a, b) ∫₀ˣ t^(a−1) (1 − t)^(b−1) dt, the probability that a beta variate lies below x.
///
/// a, b > 0, 0 ≤ x ≤ 1 (NaN otherwise). Relative error ≤ 4·10⁻¹⁴ for a, b from 10⁻³ to 10¹⁰, into the tails to 10⁻³⁰⁸.
///
/// Source: power series at the ends (DLMF 8.17.7), the continued fraction of DiDonato & Morris 1992 (algorithm 708,
/// eq. 9), for a, b ≥ 60 near the mean the density times the integral of its decay; Loader's saddle point before each.
pub fn beta_i(a: f64, b: f64, x: f64) -> f64 {
    in_domain(a, b, x, |tail| tail.of(Side::Lower))
}

/// 1 − I_x(a, b), with its own digits where that is small. Domain and error as [`beta_i`].
pub fn beta_i_complement(a: f64, b: f64, x: f64) -> f64 {
    in_domain(a, b, x, |tail| tail.of(Side::Upper))
}

/// ln I_x(a, b), also where I is below the smallest f64. Domain and error as [`beta_i`].
pub fn ln_beta_i(a: f64, b: f64, x: f64) -> f64 {
    in_domain(a, b, x, |tail| tail.ln_of(Side::Lower))
}

/// ln(1 − I_x(a, b)), also where that is below the smallest f64. Domain and error as [`beta_i`].
pub fn ln_beta_i_complement(a: f64, b: f64, x: f64) -> f64 {
    in_domain(a, b, x, |tail| tail.ln_of(Side::Upper))
}

fn in_domain(a: f64, b: f64, x: f64, wanted: impl Fn(Tail) -> f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && a + b < f64::INFINITY && (0.0..=1.0).contains(&x)) {
        return f64::NAN;
    }
    wanted(beta_tail(a, b, Double::from(x), Double::sum(1.0, -x)))
}

/// The smaller side at x, with y = 1 − x given in twice the precision.
pub(crate) fn beta_tail(a: f64, b: f64, x: Double, y: Double) -> Tail {
    if x.hi <= 0.0 {
        return Tail::empty(Side::Lower);
    }
    if y.hi <= 0.0 {
        return Tail::empty(Side::Upper);
    }
    if a < 1.0 && b * x.hi <= 1.0 && x.hi <= 0.7 {
        return small_shape(a, b, x.ln(), x.hi);
    }
    if b < 1.0 && a * y.hi <= 1.0 && y.hi <= 0.7 {
        return small_shape(b, a, y.ln(), y.hi).mirrored();
    }
    let below = (y * a - x * b).value(); // (a + b) (mean − x)
    let lower = if a.min(b) < 1.0 { b < 1.0 } else { below >= 0.0 };
    let exponent = ln_beta_weight(a, b, x, y);
    let factor = if lower { lower_factor(a, b, x.hi, y.hi, below) } else { lower_factor(b, a, y.hi, x.hi, -below) };
    Tail { side: if lower { Side::Lower } else { Side::Upper }, small: Scaled { exponent, factor } }
}

/// I_x(a, b) for x so near zero that only its logarithm is known (x may have underflowed).
pub(crate) fn beta_lower_at_zero(a: f64, b: f64, ln_x: Double) -> Tail {
    small_shape(a, b, ln_x, ln_x.exp())
}

/// I_x(a, b) B(a, b) / (x^a y^b) for x below the mean.
fn lower_factor(a: f64, b: f64, x: f64, y: f64, below: f64) -> f64 {
    if a.min(b) < 60.0 {
        return lower_fraction(a, b, x, y, below);
    }
    let ratio = x / y; // 1/y ∫₀¹ (1 − u)^(a−1) (1 + u x/y)^(b−1) du
    let fall = (below + (x - y)) / y;
    let curvature = a + b * ratio * ratio;
    let start = 80.0 / (fall + (fall * fall + 80.0 * curvature).sqrt());
    let integral = decay_integral(
        |u| (a - 1.0) * log1pmx(-u) + (b - 1.0) * log1pmx(ratio * u) - u * fall,
        |u| -(a - 1.0) * u / (1.0 - u) - (b - 1.0) * ratio * ratio * u / (1.0 + ratio * u) - fall,
        start.min(0.9),
        1.0,
    );
    integral / y
}

/// The continued fraction of DiDonato and Morris, by Lentz's method.
fn lower_fraction(a: f64, b: f64, x: f64, y: f64, below: f64) -> f64 {
    let denominator = |n: f64| {
        let s = a + 2.0 * n;
        n + n * (b - n) * x / (s - 1.0) + (a + n) / (s + 1.0) * (below + 1.0 + n * (1.0 + y))
    };
    let first = a / (a + 1.0) * (below + 1.0);
    let numerator = |n: f64| {
        let s = a + 2.0 * n - 1.0;
        (a + n - 1.0) / s * ((a + b + n - 1.0) / s) * n * (b - n) * x * x
    };
    let mut d = 1.0 / first;
    let mut c = f64::INFINITY;
    let mut value = d;
    for n in 1..2000 {
        let (top, bottom) = (numerator(f64::from(n)), denominator(f64::from(n)));
        d = 1.0 / (bottom + top * d);
        c = bottom + top / c;
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

/// I = x^a / (a B(a, b)) (1 + a S), S = Σ (1 − b) … (n − b) / n! · xⁿ / (a + n), for b x ≤ 1 and x ≤ 0.7.
fn small_shape(a: f64, b: f64, ln_x: Double, x: f64) -> Tail {
    let (mut product, mut sum) = (1.0, 0.0);
    for n in 1..300 {
        let n = f64::from(n);
        product *= (n - b) / n * x;
        let term = product / (a + n);
        sum += term;
        if term.abs() < 1e-18 {
            break;
        }
    }
    complementary(ln_x * a - ln_a_beta(a, b), a * sum)
}

/// ln(a B(a, b)), which vanishes with a.
pub(crate) fn ln_a_beta(a: f64, b: f64) -> Double {
    ln_gamma_double(Double::sum(1.0, a)) + ln_gamma_double(Double::from(b)) - ln_gamma_double(Double::sum(a, b))
}
