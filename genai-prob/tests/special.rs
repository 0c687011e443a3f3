//! The special functions against mpmath, their complements, their inverses, and every finite argument.
#![cfg(test)]

use genai_prob::special::*;
use proptest::prelude::*;

/// What a function may be wrong by: relative; where the value is a logarithm, relative to max(1, |value|).
enum Bound {
    Relative(f64),
    Mixed(f64),
}
use Bound::{Mixed, Relative};

/// One row a function: its name in the table of values, how to call it, its stated error.
type Row = (&'static str, fn(&[f64]) -> f64, Bound);

const ROWS: &[Row] = &[
    ("ln_gamma", |a| ln_gamma(a[0]), Mixed(4e-16)),
    ("gamma", |a| gamma(a[0]), Relative(5e-16)),
    ("digamma", |a| digamma(a[0]), Relative(2e-15)), // at the f64 next to its zero; elsewhere 3e-16
    ("trigamma", |a| trigamma(a[0]), Relative(5e-16)),
    ("polygamma", |a| polygamma(a[0] as u32, a[1]), Relative(1e-15)),
    ("erf", |a| erf(a[0]), Relative(2.5e-16)),
    ("erfc", |a| erfc(a[0]), Relative(5e-16)),
    ("erfcx", |a| erfcx(a[0]), Relative(5e-16)),
    ("erf_inv", |a| erf_inv(a[0]), Relative(5e-16)),
    ("erfc_inv", |a| erfc_inv(a[0]), Relative(5e-16)),
    ("ndtr", |a| ndtr(a[0]), Relative(7e-16)),
    ("ln_ndtr", |a| ln_ndtr(a[0]), Relative(6e-16)),
    ("ndtri", |a| ndtri(a[0]), Relative(6e-16)),
    ("ndtri_ln", |a| ndtri_ln(a[0]), Relative(6e-16)),
    ("ln_beta", |a| ln_beta(a[0], a[1]), Mixed(4e-16)),
    ("ln_binomial", |a| ln_binomial(a[0], a[1]), Relative(1e-15)),
    ("bessel_i0e", |a| bessel_i0e(a[0]), Relative(1e-15)),
    ("bessel_i1e", |a| bessel_i1e(a[0]), Relative(1e-15)),
    ("ln_bessel_i", |a| ln_bessel_i(a[0], a[1]), Mixed(1e-14)),
    ("zeta", |a| zeta(a[0]), Relative(5e-15)),
    ("hurwitz_zeta", |a| hurwitz_zeta(a[0], a[1]), Relative(2e-15)),
    ("log1mexp", |a| log1mexp(a[0]), Relative(3e-16)),
    ("log1pexp", |a| log1pexp(a[0]), Relative(3e-16)),
    ("sinc", |a| sinc(a[0]), Relative(5e-16)),
    ("lambert_w0", |a| lambert_w0(a[0]), Relative(4e-16)),
    ("lambert_wm1", |a| lambert_wm1(a[0]), Relative(4e-16)),
    ("owens_t", |a| owens_t(a[0], a[1]), Relative(2e-15)),
    ("ln_owens_t_tail", |a| ln_owens_t_tail(a[0], a[1]), Mixed(1e-15)),
    ("stirling_error", |a| stirling_error(a[0]).hi, Relative(2e-16)),
    ("deviance", |a| deviance(a[0], a[1]).hi, Relative(2e-16)),
];

/// A function of a row's arguments.
type OfRow = fn(&[f64]) -> f64;

/// Gamma and beta: lower, upper, ln lower, ln upper.
const SIDES: &[(&str, [OfRow; 4])] = &[
    (
        "gamma",
        [|a| gamma_p(a[0], a[1]), |a| gamma_q(a[0], a[1]), |a| ln_gamma_p(a[0], a[1]), |a| ln_gamma_q(a[0], a[1])],
    ),
    (
        "beta",
        [
            |a| beta_i(a[0], a[1], a[2]),
            |a| beta_i_complement(a[0], a[1], a[2]),
            |a| ln_beta_i(a[0], a[1], a[2]),
            |a| ln_beta_i_complement(a[0], a[1], a[2]),
        ],
    ),
];
const SIDES_BOUND: f64 = 1e-14;

/// Name, arguments, values of every line of the table.
fn table() -> impl Iterator<Item = (&'static str, Vec<f64>, Vec<f64>)> {
    let numbers = |text: &str| text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    include_str!("data/special.txt").lines().filter(|line| !line.starts_with('#')).map(move |line| {
        let (left, right) = line.split_once('=').unwrap();
        let (name, arguments) = left.split_once(' ').unwrap();
        (name, numbers(arguments), numbers(right))
    })
}

fn error(got: f64, want: f64, bound: &Bound) -> (f64, f64) {
    let (scale, allowed) = match bound {
        Relative(e) => (want.abs(), *e),
        Mixed(e) => (want.abs().max(1.0), *e),
    };
    let off = (got - want).abs();
    // a subnormal truth counts as met within one step
    let error = if got == want || want.abs() < 2.3e-308 && off <= 5e-324 { 0.0 } else { off / scale };
    (if error.is_nan() { f64::INFINITY } else { error }, allowed)
}

#[test]
fn values() {
    let mut failures = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    let mut check = |name: String, arguments: &[f64], got: f64, want: f64, bound: &Bound| {
        let (e, allowed) = error(got, want, bound);
        let worst = seen.entry(name.clone()).or_insert(0.0_f64);
        *worst = worst.max(e);
        if e > allowed {
            failures.push(format!("{name}{arguments:?}: {got:e}, expected {want:e}, error {e:.1e} > {allowed:.1e}"));
        }
    };
    for (name, arguments, values) in table() {
        if values.len() == 4 {
            let (_, sides) = SIDES.iter().find(|row| row.0 == name).unwrap();
            for (i, (side, &want)) in sides.iter().zip(&values).enumerate() {
                let bound = if i < 2 { Relative(SIDES_BOUND) } else { Mixed(SIDES_BOUND) };
                check(format!("{name} side {i}"), &arguments, side(&arguments), want, &bound);
            }
        } else {
            let (_, function, bound) =
                ROWS.iter().find(|row| row.0 == name).expect("a row for every name of the table");
            check(name.to_owned(), &arguments, function(&arguments), values[0], bound);
        }
    }
    assert_eq!(seen.len(), ROWS.len() + 8, "every row has values");
    for (name, worst) in &seen {
        println!("{name}: {worst:.1e}");
    }
    assert!(failures.is_empty(), "{} of {} points:\n{}", failures.len(), table().count(), failures.join("\n"));
}

#[test]
fn low_parts_of_double() {
    for (name, a, values) in table().filter(|row| row.2.len() == 2) {
        let got = if name == "deviance" { deviance(a[0], a[1]) } else { stirling_error(a[0]) };
        let off = ((got.hi - values[0]) + (got.lo - values[1])).abs();
        assert!(off <= 1e-30f64.max(1e-28 * values[0].abs()), "{name}{a:?}: {got:?}, expected {values:?}");
    }
}

const SHAPES: [f64; 14] = [1e-3, 0.1, 0.37, 0.9, 1.0, 2.5, 20.0, 59.0, 61.0, 1e3, 1e4, 1e6, 1e8, 1e10];
const LOGARITHMS: [f64; 13] = [-1e10, -1e6, -1e3, -690.0, -50.0, -10.0, -3.0, -0.7, -0.3, -0.01, -1e-5, -1e-10, -1e-15];

/// `ln_cdf(quantile(l)) = l`, up to the change of `ln_cdf` over one step of x.
fn round_trip(l: f64, x: f64, ln_cdf: impl Fn(f64) -> f64) -> Result<(), String> {
    if !(1e-300..1e300).contains(&x) || x == 1.0 {
        return if x.is_nan() { Err("NaN".to_owned()) } else { Ok(()) };
    }
    let step = (ln_cdf(x.next_up()) - ln_cdf(x.next_down())).abs();
    let off = (ln_cdf(x) - l).abs() - if step.is_nan() { 0.0 } else { step };
    if off <= 1e-14 * l.abs() { Ok(()) } else { Err(format!("x = {x:e} gives {}, expected {l}", ln_cdf(x))) }
}

#[test]
fn quantiles_invert_distribution_functions() {
    for a in SHAPES {
        for l in LOGARITHMS {
            round_trip(l, gamma_p_inv_ln(a, l), |x| ln_gamma_p(a, x)).unwrap_or_else(|e| panic!("P({a}): {e}"));
            round_trip(l, gamma_q_inv_ln(a, l), |x| ln_gamma_q(a, x)).unwrap_or_else(|e| panic!("Q({a}): {e}"));
            for b in SHAPES {
                let lower = beta_i_inv_ln(a, b, l);
                round_trip(l, lower, |x| ln_beta_i(a, b, x)).unwrap_or_else(|e| panic!("I({a}, {b}): {e}"));
                let upper = beta_i_complement_inv_ln(a, b, l);
                round_trip(l, upper, |x| ln_beta_i_complement(a, b, x))
                    .unwrap_or_else(|e| panic!("1 - I({a}, {b}): {e}"));
            }
        }
    }
}

#[test]
fn quantiles_at_the_ends() {
    assert_eq!([gamma_p_inv(2.0, 0.0), gamma_p_inv(2.0, 1.0)], [0.0, f64::INFINITY]);
    assert_eq!([gamma_q_inv(2.0, 0.0), gamma_q_inv(2.0, 1.0)], [f64::INFINITY, 0.0]);
    assert_eq!([beta_i_inv(2.0, 3.0, 0.0), beta_i_inv(2.0, 3.0, 1.0)], [0.0, 1.0]);
    assert_eq!([ndtri(0.0), ndtri(1.0), ndtri(0.5)], [f64::NEG_INFINITY, f64::INFINITY, 0.0]);
}

#[test]
fn outside_the_domain_is_nan() {
    let bad = [
        gamma_p(-1.0, 1.0),
        gamma_q(1.0, -1.0),
        gamma_p_inv(1.0, 1.5),
        gamma_q_inv_ln(1.0, 0.1),
        beta_i(0.0, 1.0, 0.5),
        beta_i(1.0, 1.0, 1.1),
        beta_i_inv(1.0, -1.0, 0.5),
        ndtri(-0.1),
        ndtri_ln(0.1),
        erf_inv(1.1),
        erfc_inv(-0.1),
        lambert_w0(-0.4),
        lambert_wm1(0.1),
        hurwitz_zeta(0.5, 1.0),
        ln_beta(-1.0, 1.0),
        ln_bessel_i(-1.0, 1.0),
        digamma(-2.0),
        gamma(-2.0),
    ];
    assert!(bad.iter().all(|x| x.is_nan()), "{bad:?}");
}

/// A finite number of any magnitude.
fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("finite", |x| x.is_finite())
}

/// A positive number between 10⁻³⁰⁰ and 10³⁰⁰, half of them of common size.
fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![(-300.0..300.0f64), (-4.0..11.0f64)].prop_map(|e| 10f64.powf(e))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_nan_of_one_argument(x in finite(), p in 0.0..=1.0f64) {
        let pole = x <= 0.0 && x == x.floor();
        let values = [
            ln_gamma(x), if pole { 0.0 } else { gamma(x) }, if pole { 0.0 } else { digamma(x) }, trigamma(x),
            if pole { 0.0 } else { polygamma(4, x) },
            erf(x), erfc(x), erfcx(x), ndtr(x), ln_ndtr(x), ndtri(p), ndtri_ln(-x.abs()), erf_inv(2.0 * p - 1.0), erfc_inv(2.0 * p),
            bessel_i0e(x), bessel_i1e(x), zeta(x), log1mexp(x.abs()), log1pexp(x), sinc(x), expm1(x), lambert_w0(x.abs()),
            lambert_wm1(-x.abs().min(0.36)), stirling_error(x.abs().max(1e-300)).value(),
        ];
        prop_assert!(values.iter().all(|v| !v.is_nan()), "{x}, {p}: {values:?}");
    }

    #[test]
    fn no_nan_of_more_arguments(a in positive(), b in positive(), x in positive(), p in 0.0..=1.0f64) {
        let values = [
            ln_beta(a, b), ln_binomial(a + b, a), ln_bessel_i(a, x), hurwitz_zeta(1.0 + a, x), deviance(a, b).value(),
            owens_t(a, b), ln_owens_t_tail(a, b), ln_gamma_p(a, x), ln_gamma_q(a, x), ln_beta_i(a, b, p), ln_beta_i_complement(a, b, p),
            gamma_p_inv(a, p), gamma_q_inv_ln(a, -x), beta_i_inv(a, b, p), beta_i_complement_inv_ln(a, b, -x),
        ];
        prop_assert!(values.iter().all(|v| !v.is_nan()), "{a:e}, {b:e}, {x:e}, {p}: {values:?}");
    }

    #[test]
    fn sides_sum_to_one(a in 1e-3..1e6f64, b in 1e-3..1e6f64, k in -5.0..5.0f64) {
        let x = (a + k * a.sqrt()).max(1e-9);
        prop_assert!((gamma_p(a, x) + gamma_q(a, x) - 1.0).abs() <= 2.3e-16, "gamma {a}, {x}");
        let x = (a / (a + b) * (1.0 + k / a.sqrt())).clamp(0.0, 1.0);
        prop_assert!((beta_i(a, b, x) + beta_i_complement(a, b, x) - 1.0).abs() <= 2.3e-16, "beta {a}, {b}, {x}");
    }
}

/// Beside a pole, far out and where factors underflow: mpmath.
#[test]
fn at_the_ends_of_their_ranges() {
    let rows = [
        (trigamma(1e160), 1e-160),
        (trigamma(-1e-5), 1.000_000_000_164_495_7e10),
        (polygamma(2, 1e120), -1e-240),
        (zeta(-1e-8), -0.499_999_990_810_614_75),
        (zeta(-1e-16), -0.5),
        (ln_beta(0.1, 5e16), -1.592_367_288_299_677_4),
        (ln_beta(0.1, 1e20), -2.352_457_534_253_886),
        (ln_beta(1e25, 0.5), -28.209_948_719_500_872),
        (ln_beta(1.0, 1e100), -230.258_509_299_404_57),
    ];
    for (i, (got, truth)) in rows.into_iter().enumerate() {
        assert!((got - truth).abs() <= 4e-15 * f64::abs(truth), "row {i}: {got:e}, expected {truth:e}");
    }
}
