//! Lambert's W, the inverse of w eʷ.

use super::double::Double;

/// e in twice the precision.
const E: Double = Double { hi: std::f64::consts::E, lo: 1.4456468917292502e-16 };

/// The principal branch W₀(z) ≥ −1: the w with w eʷ = z, for z ≥ −1/e (NaN below). Relative error ≤ 4·10⁻¹⁶.
///
/// Source: Corless et al. 1996, "On the Lambert W function", with the branch point's series 4.22; then Fritsch's
/// iteration, at most five steps.
pub fn lambert_w0(z: f64) -> f64 {
    let above = above_branch(z);
    if above < 0.0 || above.is_nan() {
        return f64::NAN;
    }
    if z == 0.0 || z == f64::INFINITY {
        return z;
    }
    let p = (2.0 * above).sqrt();
    if p < 0.02 {
        return branch_series(p);
    }
    let guess = if z < 1.0 {
        if p < 1.0 { branch_series(p) } else { z.ln_1p() * (1.0 - z.ln_1p().ln_1p() / (2.0 + z.ln_1p())) }
    } else {
        let l = z.ln_1p();
        l * (1.0 - l.ln_1p() / (2.0 + l))
    };
    if guess == 0.0 || z.abs() < 1e-18 { z } else { fritsch(guess, z) }
}

/// The lower branch W₋₁(z) ≤ −1 for −1/e ≤ z < 0 (−∞ at zero, NaN elsewhere). Relative error ≤ 4·10⁻¹⁶.
pub fn lambert_wm1(z: f64) -> f64 {
    let above = above_branch(z);
    if !(above >= 0.0 && z <= 0.0) {
        return f64::NAN;
    }
    if z == 0.0 {
        return f64::NEG_INFINITY;
    }
    let p = -(2.0 * above).sqrt();
    if p > -0.02 {
        return branch_series(p);
    }
    let l = (-z).ln();
    let guess = if p > -1.0 { branch_series(p) } else { l - (-l).ln() + (-l).ln() / l };
    fritsch(guess, z)
}

/// e z + 1, zero at the branch point; a rounding below it counts as the point itself.
fn above_branch(z: f64) -> f64 {
    let above = (E * z + 1.0).value();
    if above < 0.0 && above > -2e-16 { 0.0 } else { above }
}

/// W near −1/e in p = ±√(2(e z + 1)).
fn branch_series(p: f64) -> f64 {
    const SERIES: [f64; 9] = [
        -1.0,
        1.0,
        -1.0 / 3.0,
        11.0 / 72.0,
        -43.0 / 540.0,
        769.0 / 17280.0,
        -221.0 / 8505.0,
        680863.0 / 43545600.0,
        -1963.0 / 204120.0,
    ];
    SERIES.iter().rev().fold(0.0, |sum, c| sum * p + c)
}

/// Fourth-order steps on ln w + w = ln z.
fn fritsch(mut w: f64, z: f64) -> f64 {
    for _ in 0..5 {
        let miss = ((Double::from(z) / w).ln() - w).value();
        let next = 1.0 + w;
        let q = 2.0 * next * (next + 2.0 * miss / 3.0);
        let step = miss / next * (q - miss) / (q - 2.0 * miss);
        w += w * step;
        if step.abs() < 1e-5 {
            break;
        }
    }
    w
}
