//! Elementary functions that keep their digits where the plain formula loses them.

use std::f64::consts::{LN_2, PI};

/// eˣ − 1 without cancellation near zero; within 1 ulp.
pub fn expm1(x: f64) -> f64 {
    x.exp_m1()
}

/// ln(1 − e^(−x)) for x ≥ 0: the logarithm of a complement. −∞ at zero, NaN below. Relative error ≤ 3·10⁻¹⁶.
///
/// Source: Mächler 2012, "Accurately computing log(1 − exp(−|a|))".
pub fn log1mexp(x: f64) -> f64 {
    if x <= LN_2 { (-(-x).exp_m1()).ln() } else { (-(-x).exp()).ln_1p() }
}

/// ln(1 + eˣ), the smooth hinge (softplus), never overflowing. Relative error ≤ 3·10⁻¹⁶.
pub fn log1pexp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The smooth hinge ln(1 + eˣ), under the name by which networks know it: [`log1pexp`].
pub fn softplus(x: f64) -> f64 {
    log1pexp(x)
}

/// sin πx with the period taken out exactly, so that it vanishes at every integer. Within 2 ulp.
pub fn sin_pi(x: f64) -> f64 {
    let (quarter, rest) = quarter_turns(x);
    match quarter {
        0 => rest.sin(),
        1 => rest.cos(),
        2 => -rest.sin(),
        _ => -rest.cos(),
    }
}

/// cos πx with the period taken out exactly. Within 2 ulp.
pub(crate) fn cos_pi(x: f64) -> f64 {
    let (quarter, rest) = quarter_turns(x);
    match quarter {
        0 => rest.cos(),
        1 => -rest.sin(),
        2 => -rest.cos(),
        _ => rest.sin(),
    }
}

/// πx as whole quarter turns (modulo 4) and an angle within ±π/4.
fn quarter_turns(x: f64) -> (i64, f64) {
    let period = x % 2.0;
    let quarter = (2.0 * period).round();
    (quarter as i64 & 3, PI * (period - 0.5 * quarter))
}

/// sin πx / (πx), one at zero: the transform of a box. Relative error ≤ 5·10⁻¹⁶.
pub fn sinc(x: f64) -> f64 {
    if x.is_infinite() {
        return 0.0;
    }
    if x.abs() < 1e-9 { 1.0 } else { sin_pi(x) / (PI * x) }
}
