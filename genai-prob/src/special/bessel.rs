//! Modified Bessel functions of the first kind, scaled or as logarithms.

use super::double::Double;
use super::gamma::ln_gamma_double;
use std::f64::consts::TAU;
use std::sync::OnceLock;

/// e^(−|x|) I₀(x): the scaled normaliser of the von Mises distribution. Relative error ≤ 8·10⁻¹⁶, any x.
pub fn bessel_i0e(x: f64) -> f64 {
    scaled(0.0, x.abs())
}

/// e^(−|x|) I₁(x), odd in x. Relative error ≤ 8·10⁻¹⁶, any x.
pub fn bessel_i1e(x: f64) -> f64 {
    scaled(1.0, x.abs()).copysign(x)
}

/// ln I_ν(x) for an order ν ≥ 0 and x ≥ 0 (−∞ at x = 0 unless ν = 0, NaN outside).
///
/// The normaliser of von Mises–Fisher and of Skellam. Error ≤ 10⁻¹⁴ · max(1, |ln I|), for ν and x to 10¹⁰.
///
/// Source: power series (DLMF 10.25.2), Hankel's expansion for large x (10.40.1), Debye's for large ν (10.41.3).
pub fn ln_bessel_i(order: f64, x: f64) -> f64 {
    if !(order >= 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    if x == 0.0 {
        return if order == 0.0 { 0.0 } else { f64::NEG_INFINITY };
    }
    if order > 40.0 {
        return debye(order, x);
    }
    if x > 30.0 && x > order * order {
        return x + (hankel(order, x) / (TAU * x).sqrt()).ln();
    }
    let power = Double::from(0.5 * x).ln() * order - ln_gamma_double(Double::from(order) + 1.0);
    (power + ln_series(order, x)).value()
}

/// e^(−x) I_ν(x) for ν = 0, 1.
fn scaled(order: f64, x: f64) -> f64 {
    if x > 30.0 {
        return hankel(order, x) / (TAU * x).sqrt();
    }
    (-x).exp() * (1.0 + series(order, x)) * if order == 1.0 { 0.5 * x } else { 1.0 }
}

/// Σ (x²/4)ᵏ / (k! (ν + 1)ₖ) over k ≥ 1; with k = 0 it is one more.
fn series(order: f64, x: f64) -> f64 {
    let quarter = 0.25 * x * x;
    let (mut term, mut sum) = (1.0, 0.0);
    for k in 1..2000 {
        let k = f64::from(k);
        term *= quarter / (k * (k + order));
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

/// Its logarithm; x² / 4ν bounds it, and ν ≤ 40 with x ≤ ν² or x ≤ 30 leaves it below e^1600: summed from e^(−700) up.
fn ln_series(order: f64, x: f64) -> f64 {
    if x < 600.0 {
        return series(order, x).ln_1p();
    }
    let quarter = 0.25 * x * x;
    let (mut term, mut sum, mut scale) = (1.0, 1.0, 0.0);
    for k in 1..4000 {
        let k = f64::from(k);
        term *= quarter / (k * (k + order));
        sum += term;
        if sum > 1e280 {
            (term, sum, scale) = (term * 1e-280, sum * 1e-280, scale + 280.0 * std::f64::consts::LN_10);
        }
        if term < 1e-17 * sum {
            break;
        }
    }
    scale + sum.ln()
}

/// Σ (−1)ᵏ aₖ(ν) / xᵏ of Hankel's expansion, until its terms stop falling.
fn hankel(order: f64, x: f64) -> f64 {
    let mu = 4.0 * order * order;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..200 {
        let odd = f64::from(2 * k - 1);
        let next: f64 = -term * (mu - odd * odd) / (f64::from(8 * k) * x);
        if next.abs() >= f64::abs(term) && k > 1 || next.abs() < 1e-17 * f64::abs(sum) {
            break;
        }
        term = next;
        sum += term;
    }
    sum
}

/// Debye's uniform expansion: e^(νη) / √(2πν) (1 + z²)^(−¼) Σ uₖ(p) / νᵏ with z = x/ν, p = (1 + z²)^(−½).
fn debye(order: f64, x: f64) -> f64 {
    let root = order.hypot(x);
    let p = order / root;
    let sum = polynomials()
        .iter()
        .rev()
        .fold(0.0, |sum, u| sum / order + u.iter().rev().fold(0.0, |value, coefficient| value * p + coefficient));
    let eta = root + order * (Double::from(x) / (Double::from(root) + order)).ln().value();
    eta - 0.5 * (TAU * root).ln() + sum.ln()
}

/// u₀ … u₁₁ by DLMF 10.41.9: uₖ₊₁ = ½ p²(1 − p²) uₖ′ + ⅛ ∫₀ᵖ (1 − 5t²) uₖ dt.
fn polynomials() -> &'static [Vec<f64>] {
    static TABLE: OnceLock<Vec<Vec<f64>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut all = vec![vec![1.0]];
        for k in 0..11 {
            let u: &Vec<f64> = &all[k];
            let mut next = vec![0.0; u.len() + 3];
            for (i, &c) in u.iter().enumerate() {
                let n = i as f64;
                next[i + 1] += c * (0.5 * n + 0.125 / (n + 1.0));
                next[i + 3] -= c * (0.5 * n + 0.625 / (n + 3.0));
            }
            all.push(next);
        }
        all
    })
}
