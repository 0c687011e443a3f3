//! The distribution of Kolmogorov's statistic.

use crate::special;
use std::f64::consts::PI;

/// From this n d² on, both gaps are never large at once (to 4·10⁻¹¹), and one side's formula counts twice.
const ONE_SIDED: f64 = 4.0;

/// P(Dₙ ≥ d) for a continuous distribution: exact, by powers of a matrix in the body, by one side's formula in the tail.
/// Takes time n^1.5 ln n where d is of the order of 1/√n.
///
/// Source: Marsaglia, Tsang & Wang 2003, *Evaluating Kolmogorov's distribution* (after Durbin 1973); Simard & L'Ecuyer
/// 2011, section 3, for the tail.
pub fn kolmogorov_sf_exact(n: usize, d: f64) -> f64 {
    let count = n as f64;
    if n == 0 || d <= 0.5 / count {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    if count * d * d >= ONE_SIDED || d >= 0.5 {
        return (2.0 * one_sided(count, d)).min(1.0);
    }
    (1.0 - durbin(n, d)).clamp(0.0, 1.0)
}

/// P(D⁺ ≥ d) = d Σ C(n, j) (d + j/n)^(j−1) (1 − d − j/n)^(n−j).
fn one_sided(n: f64, d: f64) -> f64 {
    let term = |j: f64| {
        let (rise, rest) = (d + j / n, 1.0 - d - j / n);
        (special::ln_binomial(n, j) + (j - 1.0) * rise.ln() + (n - j) * rest.ln()).exp()
    };
    let last = (n * (1.0 - d)).ceil() as usize;
    let terms = (0..last).map(|j| j as f64).filter(|j| 1.0 - d - j / n > 0.0).map(term);
    d * crate::data::sum(terms)
}

/// P(Dₙ < d) = n!/nⁿ · (Hⁿ)ₖₖ.
fn durbin(n: usize, d: f64) -> f64 {
    let k = (n as f64 * d).floor() as usize + 1;
    let (m, h) = (2 * k - 1, k as f64 - n as f64 * d);
    let mut matrix = vec![0.0; m * m];
    for i in 0..m {
        (0..m.min(i + 2)).for_each(|j| matrix[i * m + j] = 1.0);
    }
    for i in 0..m {
        matrix[i * m] -= h.powi(i as i32 + 1);
        matrix[(m - 1) * m + i] -= h.powi((m - i) as i32);
    }
    matrix[(m - 1) * m] += (2.0 * h - 1.0).max(0.0).powi(m as i32);
    for i in 0..m {
        for j in 0..m.min(i + 1) {
            (1..=i + 1 - j).for_each(|g| matrix[i * m + j] /= g as f64);
        }
    }
    let (power, mut exponent) = power(&Scaled { values: matrix, exponent: 0 }, m, n);
    let mut value = power[(k - 1) * m + k - 1];
    for i in 1..=n {
        value *= i as f64 / n as f64;
        if value < 1e-140 {
            (value, exponent) = (value * 1e140, exponent - 140);
        }
    }
    value * 10f64.powi(exponent)
}

/// A matrix times a power of ten.
struct Scaled {
    values: Vec<f64>,
    exponent: i32,
}

/// The n-th power by squaring.
fn power(base: &Scaled, m: usize, n: usize) -> (Vec<f64>, i32) {
    let mut square = Scaled { values: base.values.clone(), exponent: base.exponent };
    let mut result = None::<Scaled>;
    let mut left = n;
    while left > 0 {
        if left % 2 == 1 {
            result = Some(match result {
                Some(so_far) => product(&so_far, &square, m),
                None => Scaled { values: square.values.clone(), exponent: square.exponent },
            });
        }
        left /= 2;
        if left > 0 {
            square = product(&square, &square, m);
        }
    }
    result.map_or((vec![1.0; m * m], 0), |result| (result.values, result.exponent))
}

fn product(a: &Scaled, b: &Scaled, m: usize) -> Scaled {
    let mut values = vec![0.0; m * m];
    for (row, out) in a.values.chunks(m).zip(values.chunks_mut(m)) {
        for (x, line) in row.iter().zip(b.values.chunks(m)).filter(|(x, _)| **x != 0.0) {
            out.iter_mut().zip(line).for_each(|(out, y)| *out += x * y);
        }
    }
    let mut exponent = a.exponent + b.exponent;
    if values[m / 2 * m + m / 2] > 1e140 {
        values.iter_mut().for_each(|x| *x *= 1e-140);
        exponent += 140;
    }
    Scaled { values, exponent }
}

/// P(Dₙ ≥ d) for large n: Kolmogorov's limit and the three terms after it, in powers of 1/√n.
///
/// The error is below 10⁻⁵ from n = 140 on, and falls as n⁻².
///
/// Source: Pelz & Good 1976, *Approximating the lower tail-areas of the Kolmogorov–Smirnov one-sample statistic*.
pub fn kolmogorov_sf(n: usize, d: f64) -> f64 {
    let count = n as f64;
    if n == 0 || d <= 0.5 / count {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    if count * d * d >= ONE_SIDED {
        return (2.0 * one_sided(count, d)).min(1.0);
    }
    (1.0 - pelz_good(count, count.sqrt() * d)).clamp(0.0, 1.0)
}

/// K₀ + K₁/√n + K₂/n + K₃/n^1.5 at x = √n d; sums over k of both signs are twice those over one.
fn pelz_good(n: f64, x: f64) -> f64 {
    let (x2, p2) = (x * x, PI * PI);
    let (x4, x6, p4, p6) = (x2 * x2, x2 * x2 * x2, p2 * p2, p2 * p2 * p2);
    let [mut k0, mut k1, mut k2, mut k3] = [0.0; 4];
    for k in 0..40 {
        let half = (f64::from(k) + 0.5).powi(2); // (k + ½)²
        let e = (-half * p2 / (2.0 * x2)).exp();
        k0 += e;
        k1 += (p2 * half - x2) * e;
        k2 += (6.0 * x6 + 2.0 * x4 + p2 * (2.0 * x4 - 5.0 * x2) * half + p4 * (1.0 - 2.0 * x2) * half * half) * e;
        k3 += (-30.0 * x6 - 90.0 * x6 * x2
            + p2 * half * (135.0 * x4 - 96.0 * x6)
            + p4 * half * half * (212.0 * x4 - 60.0 * x2)
            + p6 * half.powi(3) * (5.0 - 30.0 * x2))
            * e;
    }
    let root = (2.0 * PI).sqrt();
    k0 *= root / x;
    k1 *= root / (6.0 * x4);
    k2 *= root / (72.0 * x6 * x);
    k3 *= root / (6480.0 * x6 * x4);
    for k in 1..40 {
        let whole = f64::from(k * k);
        let e = (-whole * p2 / (2.0 * x2)).exp();
        k2 -= p2 * root / (36.0 * x2 * x) * whole * e;
        k3 += p2 * root / (216.0 * x6) * whole * (3.0 * x2 - p2 * whole) * e;
    }
    k0 + k1 / n.sqrt() + k2 / n + k3 / n.powf(1.5)
}
