//! Special functions in f64 against mpmath 1.3 (60 digits), and their derivatives against each other.
#![cfg(test)]

mod special {
    pub(crate) mod table;
}

use genai_core::special::*;
use special::table;

/// |got − expected| in units of the last place of `expected`, or of 1 where that is larger and `x` negative: there lnΓ and its
/// derivatives have zeros.
fn ulps(x: f64, got: f64, expected: f64) -> f64 {
    if got == expected {
        return 0.0;
    }
    let scale = if x < 0.0 { expected.abs().max(1.0) } else { expected.abs() };
    (got - expected).abs() / (f64::from_bits(scale.to_bits() + 1) - scale)
}

/// The largest error of a function over its table.
fn worst(f: impl Fn(f64) -> f64, table: &[(f64, f64)]) -> (f64, f64) {
    table.iter().map(|&(x, y)| (ulps(x, f(x), y), x)).fold((0.0, 0.0), |a, b| if b.0 <= a.0 { a } else { b })
}

#[test]
fn equal_to_mpmath() {
    type Row = (&'static str, fn(f64) -> f64, &'static [(f64, f64)], f64);
    let rows: [Row; 13] = [
        ("ln_gamma", ln_gamma, table::LN_GAMMA, 3.0),
        ("digamma", digamma, table::DIGAMMA, 3.0),
        ("trigamma", trigamma, table::TRIGAMMA, 3.0),
        ("polygamma 2", |x| polygamma(2, x), table::POLYGAMMA_2, 8.0),
        ("polygamma 3", |x| polygamma(3, x), table::POLYGAMMA_3, 8.0),
        ("polygamma 5", |x| polygamma(5, x), table::POLYGAMMA_5, 12.0),
        ("polygamma 20", |x| polygamma(20, x), table::POLYGAMMA_20, 24.0),
        ("erfc", erfc, table::ERFC, 3.0),
        ("erfcx", erfcx, table::ERFCX, 4.0),
        ("normal_quantile", normal_quantile, table::NORMAL_QUANTILE, 3.0),
        ("erf_inv", erf_inv, table::ERF_INV, 3.0),
        ("bessel_i0e", bessel_i0e, table::BESSEL_I0E, 4.0),
        ("bessel_i1e", bessel_i1e, table::BESSEL_I1E, 4.0),
    ];
    let mut broken = Vec::new();
    for (name, f, table, allowed) in rows {
        let (error, at) = worst(f, table);
        println!("{name}: {error:.2} ulp at {at:e}");
        if error > allowed {
            broken.push(format!("{name}: {error} units at {at:e}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Poles, limits and what is not defined.
#[test]
fn special_values() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    type Row = (&'static str, fn(f64) -> f64, [(f64, f64); 6]);
    let rows: [Row; 10] = [
        ("ln_gamma", ln_gamma, [(0.0, INF), (-0.0, INF), (-3.0, INF), (INF, INF), (1.0, 0.0), (2.0, 0.0)]),
        ("digamma", digamma, [(0.0, -INF), (-0.0, INF), (-3.0, NAN), (INF, INF), (-INF, NAN), (NAN, NAN)]),
        ("trigamma", trigamma, [(0.0, INF), (-0.0, INF), (-3.0, INF), (INF, 0.0), (1e308, 1e-308), (NAN, NAN)]),
        ("ψ″", |x| polygamma(2, x), [(0.0, -INF), (-0.0, INF), (-3.0, NAN), (INF, -0.0), (1e200, -0.0), (NAN, NAN)]),
        ("erfc", erfc, [(0.0, 1.0), (30.0, 0.0), (-7.0, 2.0), (INF, 0.0), (-INF, 2.0), (NAN, NAN)]),
        ("erfcx", erfcx, [(0.0, 1.0), (-27.0, INF), (-0.0, 1.0), (INF, 0.0), (-INF, INF), (NAN, NAN)]),
        ("erf_inv", erf_inv, [(0.0, 0.0), (1.0, INF), (-1.0, -INF), (1.5, NAN), (-INF, NAN), (NAN, NAN)]),
        (
            "normal_quantile",
            normal_quantile,
            [(0.5, 0.0), (0.0, -INF), (1.0, INF), (1.5, NAN), (-1e-9, NAN), (NAN, NAN)],
        ),
        ("bessel_i0e", bessel_i0e, [(0.0, 1.0), (-0.0, 1.0), (INF, 0.0), (-INF, 0.0), (NAN, NAN), (NAN, NAN)]),
        ("bessel_i1e", bessel_i1e, [(0.0, 0.0), (-0.0, -0.0), (INF, 0.0), (-INF, -0.0), (NAN, NAN), (NAN, NAN)]),
    ];
    for (name, f, values) in rows {
        for (x, y) in values {
            let got = f(x);
            assert!(got == y || got.is_nan() && y.is_nan(), "{name}({x}) = {got}, not {y}");
        }
    }
}

/// No NaN for a finite argument but at a pole, whatever the exponent.
#[test]
fn finite_arguments_give_numbers() {
    let patterns = (0..200_000u64).map(|i| f64::from_bits(i.wrapping_mul(92_233_720_368_547_759)));
    for x in patterns.filter(|x| x.is_finite()) {
        let mut values = vec![ln_gamma(x), erfc(x), erfcx(x), bessel_i0e(x), bessel_i1e(x)];
        if x > 0.0 || x.fract() != 0.0 {
            values.extend([0, 1, 2, 3, 8, 171, 1000].map(|n| polygamma(n, x)));
        }
        if x.abs() <= 1.0 {
            values.extend([erf_inv(x), normal_quantile(x.abs())]);
        }
        assert!(values.iter().all(|y| !y.is_nan()), "at {x:e}: {values:?}");
    }
}
