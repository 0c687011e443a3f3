//! Modified Bessel functions of the first kind, scaled so that they do not overflow.
//!
//! Up to 8 the power series, whose terms are all positive; beyond it √x·e⁻ˣ·I(x) as a polynomial in 16/x − 1, interpolated at
//! Chebyshev's points in 60 digits.

/// e^−|x|·I₀(x).
#[must_use]
pub fn bessel_i0e(x: f64) -> f64 {
    let a = x.abs();
    if a <= 8.0 { (-a).exp() * power_series(0.25 * a * a, &SQUARES) } else { far(a, &I0E_FAR) }
}

/// e^−|x|·I₁(x), an odd function.
#[must_use]
pub fn bessel_i1e(x: f64) -> f64 {
    let a = x.abs();
    if a <= 8.0 {
        return 0.5 * x * ((-a).exp() * power_series(0.25 * a * a, &PRODUCTS));
    }
    far(a, &I1E_FAR).copysign(x)
}

/// 1 + c₁·z·(1 + c₂·z·(1 + …)).
fn power_series(z: f64, ratios: &[f64]) -> f64 {
    ratios.iter().rev().fold(1.0, |sum, ratio| 1.0 + z * ratio * sum)
}

fn far(a: f64, coefficients: &[f64]) -> f64 {
    let u = 16.0 / a - 1.0;
    coefficients.iter().rev().fold(0.0, |sum, c| sum * u + c) / a.sqrt()
}

const TERMS: usize = 26;
/// 1 / k²: ratios of the terms of I₀(2√z).
const SQUARES: [f64; TERMS] = ratios(0);
/// 1 / (k·(k + 1)): ratios of the terms of I₁(2√z) / √z.
const PRODUCTS: [f64; TERMS] = ratios(1);

const fn ratios(order: usize) -> [f64; TERMS] {
    let (mut ratios, mut k) = ([0.0; TERMS], 1);
    while k <= TERMS {
        ratios[k - 1] = 1.0 / (k * (k + order)) as f64;
        k += 1;
    }
    ratios
}

/// √x·e⁻ˣ·I₀(x) for x ≥ 8, in 16/x − 1.
const I0E_FAR: [f64; 24] = [
    0.4021765094450081,
    0.0033605519836678913,
    0.00013621607438951463,
    1.114303378845176e-05,
    1.4838476780922646e-06,
    2.9735992084667734e-07,
    8.872014585661555e-08,
    3.932512321137824e-08,
    2.156780676115673e-08,
    7.559364098665437e-09,
    -6.856484545962442e-09,
    -1.3427511481900905e-08,
    -5.0175940345046716e-09,
    7.600254486433509e-09,
    6.522264862032271e-09,
    -3.5862834111582305e-09,
    -4.5305710768621196e-09,
    1.6084886155781772e-09,
    2.163681278413876e-09,
    -6.327909921997027e-10,
    -6.494591114401118e-10,
    1.7698085539456536e-10,
    9.114760157514253e-11,
    -2.4421972688131832e-11,
];

/// √x·e⁻ˣ·I₁(x) for x ≥ 8, in 16/x − 1.
const I1E_FAR: [f64; 24] = [
    0.38939845902587233,
    -0.009749577193235765,
    -0.00021923576383137776,
    -1.5038547198221758e-05,
    -1.8349102493990178e-06,
    -3.4838563464253135e-07,
    -1.0001075046243961e-07,
    -4.3128498031006734e-08,
    -2.3394122958362557e-08,
    -8.432168972932417e-09,
    6.84757829926934e-09,
    1.4051746928735543e-08,
    5.5720183980930355e-09,
    -7.687251308765992e-09,
    -6.9444186339873875e-09,
    3.501765193290176e-09,
    4.763780078020254e-09,
    -1.5218214060680734e-09,
    -2.2624401109204446e-09,
    5.870664618471487e-10,
    6.7727478454462e-10,
    -1.6283264322621244e-10,
    -9.491890392992048e-11,
    2.2421768596847442e-11,
];
