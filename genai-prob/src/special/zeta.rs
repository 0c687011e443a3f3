//! The zeta functions of Riemann and Hurwitz.

use super::elementary::sin_pi;
use super::gamma::{gamma, ln_gamma};
use std::f64::consts::TAU;

/// Riemann's ζ(s) = Σ n^−s for s > 1, continued to all real s; +∞ at its pole s = 1.
///
/// Relative error ≤ 6·10⁻¹⁶ for s > 1, 5·10⁻¹⁵ below (absolute near the zeros −2, −4, …; −∞ or +∞ where it overflows).
///
/// Source: Euler–Maclaurin (DLMF 25.2.9); for s ≤ −0.05 the reflection DLMF 25.4.1, whose factors lose digits
/// of s nearer to 0.
pub fn zeta(s: f64) -> f64 {
    if s == 1.0 {
        return f64::INFINITY;
    }
    if s > -0.05 {
        return if s > 60.0 { 1.0 } else { euler_maclaurin(s, 1.0) };
    }
    let sine = sin_pi(0.5 * s);
    if sine == 0.0 {
        return 0.0;
    }
    let t = 1.0 - s;
    let size = if t < 150.0 { gamma(t) / TAU.powf(t) } else { (ln_gamma(t) - t * TAU.ln()).exp() };
    2.0 * size * sine * zeta(t)
}

/// Hurwitz' ζ(s, a) = Σ (a + k)^−s over k ≥ 0, for s > 1 and a > 0 (+∞ at s = 1 or a = 0, NaN elsewhere).
///
/// Relative error ≤ (s + 6)·10⁻¹⁶.
///
/// Source: Euler–Maclaurin, DLMF 25.11.28.
pub fn hurwitz_zeta(s: f64, a: f64) -> f64 {
    if !(s >= 1.0 && a >= 0.0) {
        return f64::NAN;
    }
    if s == 1.0 || a == 0.0 {
        return f64::INFINITY;
    }
    euler_maclaurin(s, a)
}

/// Terms while they matter, then the integral and eleven derivatives at the point where they stop.
fn euler_maclaurin(s: f64, a: f64) -> f64 {
    // B₂ₖ / (2k)!
    const DERIVATIVES: [f64; 11] = [
        0.08333333333333333,
        -0.001388888888888889,
        3.306878306878307e-5,
        -8.267195767195768e-7,
        2.08767569878681e-8,
        -5.284190138687493e-10,
        1.3382536530684679e-11,
        -3.3896802963225827e-13,
        8.586062056277845e-15,
        -2.174868698558062e-16,
        5.5090028283602295e-18,
    ];
    let terms = (10.0 + s - a).clamp(0.0, 200.0).ceil(); // the derivatives fall as ((s + 2k) / 2π(a + terms))²
    let mut sum = 0.0;
    for k in 0..terms as u32 {
        let term = (a + f64::from(k)).powf(-s);
        sum += term;
        if term < 1e-18 * sum {
            return sum;
        }
    }
    let end = a + terms;
    let power = end.powf(-s);
    if power == 0.0 {
        return sum;
    }
    let (mut factor, mut order, mut rest) = (s * power / end, s, 0.0);
    for b in DERIVATIVES {
        rest += b * factor;
        factor *= (order + 1.0) / end * ((order + 2.0) / end);
        order += 2.0;
    }
    sum + (end / (s - 1.0) * power + (0.5 * power + rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basel() {
        let pi = std::f64::consts::PI;
        assert!((zeta(2.0) - pi * pi / 6.0).abs() < 4e-16);
    }
}
