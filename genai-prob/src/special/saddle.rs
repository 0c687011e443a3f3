//! Loader's saddle point: densities with large parameters without loss of digits.

use super::double::{Double, HALF_LN_TAU};
use super::double_ln::artanh_excess;
use super::gamma::{ln_gamma_double, stirling_series};

/// What Stirling's formula leaves of a factorial: δ(a) = ln Γ(a + 1) − (a + ½) ln a + a − ½ ln 2π, for a > 0.
///
/// As `hi + lo`; absolute error ≤ 10⁻³⁰ for a ≥ 10⁻³⁰⁰.
///
/// Source: Loader 2000, "Fast and accurate computation of binomial probabilities", there `stirlerr`.
pub fn stirling_error(a: f64) -> Double {
    stirling_error_double(Double::from(a))
}

pub(crate) fn stirling_error_double(a: Double) -> Double {
    if a.hi >= 24.0 {
        return stirling_series(a);
    }
    ln_gamma_double(a) - (a - 0.5) * a.ln() + a - HALF_LN_TAU
}

/// The deviance of an observation x from its expectation m: x ln(x/m) + m − x, zero at x = m and positive elsewhere.
///
/// As `hi + lo`; relative error ≤ 10⁻²⁸. x ≥ 0, m > 0.
///
/// Source: Loader 2000, there `bd0`; here (x − m) (artanh r · (1 + r) · 2 … ) with r = (x − m)/(x + m) near m, and
/// logarithms of twice the precision elsewhere.
pub fn deviance(x: f64, m: f64) -> Double {
    deviance_double(Double::from(x), Double::from(m))
}

pub(crate) fn deviance_double(x: Double, m: Double) -> Double {
    if x.hi <= 0.0 {
        return m;
    }
    let difference = x - m;
    let r = difference / (x + m);
    if r.hi.abs() < 0.005 {
        let excess = artanh_excess(r);
        return difference * (r + excess * (r + 1.0));
    }
    let ratio = x / m;
    let ln_ratio = if ratio.hi > 1e-290 && ratio.hi < 1e290 { ratio.ln() } else { x.ln() - m.ln() };
    x * ln_ratio - difference
}

/// ln of x^a e^(−x) / Γ(a + 1), for a > 0 and x > 0.
pub(crate) fn ln_poisson_weight(a: f64, x: f64) -> Double {
    ln_poisson_weight_double(a, Double::from(x))
}

/// The same at an x of twice the precision.
pub(crate) fn ln_poisson_weight_double(a: f64, x: Double) -> Double {
    let d = Double::from(a);
    if a < 24.0 {
        return d * x.ln() - x - ln_gamma_double(d + 1.0);
    }
    let scale = HALF_LN_TAU + d.ln().scale(0.5);
    -deviance_double(d, x) - stirling_series(d) - scale
}

/// ln of x^a y^b / B(a, b), for x + y = 1.
pub(crate) fn ln_beta_weight(a: f64, b: f64, x: Double, y: Double) -> Double {
    let (da, db, n) = (Double::from(a), Double::from(b), Double::sum(a, b));
    if a.min(b) < 24.0 {
        let ln_beta = ln_gamma_double(da) + ln_gamma_double(db) - ln_gamma_double(n);
        return da * x.ln() + db * ln_of_complement(y, x) - ln_beta;
    }
    let scale = (da / n * db).ln().scale(0.5) - HALF_LN_TAU;
    let stirling = stirling_series(n) - stirling_series(da) - stirling_series(db);
    scale + stirling - deviance_double(da, n * x) - deviance_double(db, n * y)
}

/// ln y where y = 1 − x: from x where that is small.
fn ln_of_complement(y: Double, x: Double) -> Double {
    if x.hi < 0.0078 { (-x).ln_1p() } else { y.ln() }
}
