//! Special functions at hard points.

use crate::score::Score;
use crate::{number, numbers};
use genai_prob::special;
use serde_json::Value as Json;

/// Relative.
const TOLERANCE: f64 = 1e-12;
/// Absolute, near a zero: of the functions that cross it, and where the truth was too small to be written down.
const NEAR_ZERO: f64 = 1e-13;
const CROSS_ZERO: [&str; 5] = ["lgamma", "digamma", "lbeta", "zeta", "sinc_norm"];

pub(crate) fn check(table: &Json, score: &mut Score) {
    for (name, points) in table.as_object().expect("a table of functions") {
        score.begin(format!("special:{name}"));
        for point in points.as_array().expect("a list of points") {
            let (arguments, truth) = (numbers(&point["args"]), number(&point["value"]));
            let what = format!("{name}{arguments:?}");
            match value(name, &arguments) {
                Some(got) if truth == 0.0 || (CROSS_ZERO.contains(&name.as_str()) && truth.abs() < 0.1) => {
                    score.mixed(&what, got, truth, NEAR_ZERO);
                }
                Some(got) => score.relative(&what, got, truth, TOLERANCE),
                None => score.fail(format!("{what}: an unknown function")),
            }
        }
    }
}

fn value(name: &str, arguments: &[f64]) -> Option<f64> {
    Some(match (name, arguments) {
        ("lgamma", [x]) => special::ln_gamma(*x),
        ("digamma", [x]) => special::digamma(*x),
        ("trigamma", [x]) => special::trigamma(*x),
        ("erf", [x]) => special::erf(*x),
        ("erfc", [x]) => special::erfc(*x),
        ("erfcx", [x]) => special::erfcx(*x),
        ("erfinv", [x]) => special::erf_inv(*x),
        ("log_ndtr", [x]) => special::ln_ndtr(*x),
        ("ndtri", [p]) => special::ndtri(*p),
        ("gammainc_p", [a, x]) => special::gamma_p(*a, *x),
        ("gammainc_q", [a, x]) => special::gamma_q(*a, *x),
        ("betainc", [a, b, x]) => special::beta_i(*a, *b, *x),
        ("lbeta", [a, b]) => special::ln_beta(*a, *b),
        ("besseli0e", [x]) => special::bessel_i0e(*x),
        ("besseli1e", [x]) => special::bessel_i1e(*x),
        ("zeta", [s]) => special::zeta(*s),
        ("hurwitz_zeta", [s, a]) => special::hurwitz_zeta(*s, *a),
        ("log1mexp", [x]) => special::log1mexp(*x),
        ("softplus", [x]) => special::softplus(*x),
        ("sinc_norm", [x]) => special::sinc(*x),
        ("expm1", [x]) => special::expm1(*x),
        ("lambertw", [x]) => special::lambert_w0(*x),
        ("owens_t_free_normal_sf", [x]) => special::ndtr(-*x),
        _ => return None,
    })
}
