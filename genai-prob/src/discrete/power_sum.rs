//! Sums of powers of whole numbers, which Zipf's and the zeta distribution are made of: by the formula of Euler and Maclaurin,
//! DLMF 2.10.1.

use genai_core::Real;

/// Terms that are added one by one in formulas.
const START: f64 = 12.0;
/// An exponent from which on the terms beyond [`START`] do not count.
const STEEP: f64 = 60.0;

/// B₂ₖ / (2k)!.
const BERNOULLI: [f64; 11] = [
    1.0 / 12.0,
    -1.0 / 720.0,
    1.0 / 30_240.0,
    -1.0 / 1_209_600.0,
    1.0 / 47_900_160.0,
    -5.284_190_138_687_493e-10,
    1.338_253_653_068_468e-11,
    -3.389_680_296_322_583e-13,
    8.586_062_056_277_845e-15,
    -2.174_868_698_558_062e-16,
    5.509_002_828_360_23e-18,
];

/// What the sum of x^(−s) from x on exceeds the integral, relative to x^(−s).
fn excess<R: Real>(s: R, x: R) -> R {
    let (one, inverse) = (R::lit(1.0), R::lit(1.0) / x);
    let (mut factor, mut order, mut sum) = (s * inverse, s, R::lit(0.5));
    for b in BERNOULLI {
        sum = sum + R::lit(b) * factor;
        factor = factor * (order + one) * inverse * (order + one + one) * inverse;
        order = order + one + one;
    }
    sum
}

/// (eˣ − 1)/x.
pub(crate) fn growth<R: Real>(x: R) -> R {
    let near = x.abs().lt(R::lit(1e-5));
    let safe = R::select(near, R::lit(1.0), x);
    let series = x.fma(x.fma(R::lit(1.0 / 6.0), R::lit(0.5)), R::lit(1.0));
    R::select(near, series, safe.exp_m1() / safe)
}

/// ln ζ(s) for s > 1.
pub(crate) fn ln_zeta<R: Real>(s: R) -> R {
    let power = |k: f64| (-s * R::lit(k.ln())).exp();
    let first = (2..START as u32).fold(R::lit(0.0), |sum, k| sum + power(f64::from(k)));
    let flat = s.min(R::lit(STEEP));
    let rest = power(START) * (R::lit(START) / (flat - R::lit(1.0)) + excess(flat, R::lit(START)));
    (first + rest).ln_1p()
}

/// ln Σ k^(−s) over k = 1 … n, for s ≥ 0.
pub(crate) fn ln_harmonic<R: Real>(n: R, s: R) -> R {
    let (zero, start) = (R::lit(0.0), R::lit(START));
    let power = |k: f64| (-s * R::lit(k.ln())).exp();
    let first = (2..START as u32).fold(zero, |sum, k| {
        let k = f64::from(k);
        sum + R::select(n.lt(R::lit(k)), zero, power(k))
    });
    let (end, flat) = (n.max(start), s.min(R::lit(STEEP)));
    let span = (end / start).ln();
    let integral = start * span * growth((R::lit(1.0) - flat) * span);
    let fall = (-flat * span).exp();
    let rest = integral + excess(flat, start) + fall * (R::lit(1.0) - excess(flat, end));
    (first + R::select(n.lt(start), zero, power(START) * rest)).ln_1p()
}

/// Σ (k/a)^(−s) over k = a … b; b may be infinite if s > 1. Relative error 10⁻¹⁵.
pub(crate) fn relative(s: f64, a: f64, b: f64) -> f64 {
    let ratio = |k: f64| (-s * ((k - a) / a).ln_1p()).exp();
    let terms = (START + s.abs() - a).clamp(0.0, 200.0).ceil().min(b - a + 1.0);
    let mut sum = 0.0;
    for j in 0..terms as u32 {
        let term = ratio(a + f64::from(j));
        sum += term;
        if term < 1e-18 * sum {
            return sum;
        }
    }
    let start = a + terms;
    if start > b {
        return sum;
    }
    let here = ratio(start);
    if b == f64::INFINITY {
        return sum + here * (start / (s - 1.0) + excess(s, start));
    }
    let (span, there) = (((b - start) / start).ln_1p(), ratio(b));
    sum + here * (start * span * growth((1.0 - s) * span) + excess(s, start)) + there * (1.0 - excess(s, b))
}

/// Σ k^(−s) over k ≥ a, times a^(s − 1): a number that neither over- nor underflows.
pub(crate) fn rest(s: f64, a: f64) -> f64 {
    if a < 1e15 {
        return relative(s, a, f64::INFINITY) / a;
    }
    1.0 / (s - 1.0) + excess(s, a) / a
}

/// Moments of masses in proportion to k^(−s), k = 1 … n: mean, variance, third and fourth central moment.
pub(crate) fn moments(s: f64, n: f64) -> [f64; 4] {
    if s > START {
        return steep_moments(s, n);
    }
    let whole = relative(s, 1.0, n);
    let raw = |j: i32| {
        let t = s - f64::from(j);
        if n == f64::INFINITY && t <= 1.0 { f64::INFINITY } else { relative(t, 1.0, n) / whole }
    };
    let [m1, m2, m3, m4] = [raw(1), raw(2), raw(3), raw(4)];
    let finite = |known: f64, value: f64| if known.is_finite() { value } else { f64::INFINITY };
    let third = m3 - 3.0 * m1 * m2 + 2.0 * m1.powi(3);
    let fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1.powi(4);
    [m1, finite(m2, m2 - m1 * m1), finite(m3, third), finite(m4, fourth)]
}

/// The same by their few terms, about the mean.
fn steep_moments(s: f64, n: f64) -> [f64; 4] {
    let places = || (1..=n.min(200.0) as u32).map(f64::from);
    let whole: f64 = places().map(|k| k.powf(-s)).sum();
    let beyond = places().map(|k| (k - 1.0) * k.powf(-s)).sum::<f64>() / whole; // mean − 1
    let central = |j: i32| places().map(|k| (k - 1.0 - beyond).powi(j) * k.powf(-s)).sum::<f64>() / whole;
    [1.0 + beyond, central(2), central(3), central(4)]
}

/// Skewness and excess kurtosis from central moments; infinite where the moment is or the variance underflows.
pub(crate) fn shape([_, variance, third, fourth]: [f64; 4]) -> (f64, f64) {
    if variance == f64::INFINITY || variance == 0.0 {
        return (f64::INFINITY, f64::INFINITY);
    }
    (third / variance.powf(1.5), fourth / variance.powi(2) - 3.0)
}
