//! Expectations without a formula: sums over whole numbers, or integrals along the quantile function.
//!
//! E g(X) = ∫ g(Q(p)) dp over both halves of (0, 1) with p = e^(−t): what a density does in x — its scale, its end, its
//! tails — the quantile function takes away, and one rule serves all.

use crate::Univariate;
use crate::special::integrate;
use std::f64::consts::LN_2;

/// Where the integral is cut at first: finer near the median, down to probabilities of e^(−700).
const CUTS: [f64; 10] = [LN_2, 1.3, 3.0, 7.0, 16.0, 36.0, 80.0, 170.0, 360.0, 700.0];
/// Relative to the integral of the absolute value.
const TOLERANCE: f64 = 1e-13;
/// Halvings of an interval.
const DEPTH: u32 = 24;
/// Whole numbers that are summed one by one on each side of the median.
const TERMS: usize = 1 << 20;

/// E g(X); infinite or NaN where the integral diverges.
pub(crate) fn expectation<D: Univariate + ?Sized>(d: &D, g: impl Fn(f64) -> f64) -> f64 {
    if d.support().discrete { sum(d, &g) } else { tail(d, &g, true, LN_2) + tail(d, &g, false, LN_2) }
}

/// −E ln f(X).
pub(crate) fn entropy<D: Univariate + ?Sized>(d: &D) -> f64 {
    expectation(d, |x| surprise(d.ln_prob(x)))
}

/// −ln f, 0 where rounding put a value beside the support.
pub(crate) fn surprise(ln_prob: f64) -> f64 {
    if ln_prob == f64::NEG_INFINITY { 0.0 } else { -ln_prob }
}

/// E g(X) over the lowest or highest e^(−start) of the mass.
fn tail<D: Univariate + ?Sized>(d: &D, g: &impl Fn(f64) -> f64, lower: bool, start: f64) -> f64 {
    let f = |t: f64| g(if lower { d.quantile_ln(-t) } else { d.isf_ln(-t) }) * (-t).exp();
    let pieces: Vec<(f64, f64)> = CUTS.windows(2).map(|w| (w[0].max(start), w[1])).filter(|(a, b)| a < b).collect();
    let rough: Vec<f64> = pieces.iter().map(|(a, b)| integrate(f, *a, *b)).collect();
    let scale = rough.iter().map(|x| x.abs()).sum::<f64>();
    if !scale.is_finite() {
        return rough.iter().sum();
    }
    pieces.iter().zip(&rough).map(|((a, b), rough)| refine(&f, (*a, *b), *rough, TOLERANCE * scale, DEPTH)).sum()
}

/// The integral, halved until both halves agree with the whole.
fn refine(f: &impl Fn(f64) -> f64, (a, b): (f64, f64), whole: f64, tolerance: f64, depth: u32) -> f64 {
    let middle = 0.5 * (a + b);
    let (left, right) = (integrate(f, a, middle), integrate(f, middle, b));
    let off = (left + right - whole).abs();
    if depth == 0 || off <= tolerance || !off.is_finite() {
        return left + right;
    }
    refine(f, (a, middle), left, tolerance, depth - 1) + refine(f, (middle, b), right, tolerance, depth - 1)
}

/// Σ g(k) f(k), from the median outwards; what lies beyond [`TERMS`] terms by the integral.
fn sum<D: Univariate + ?Sized>(d: &D, g: &impl Fn(f64) -> f64) -> f64 {
    let (support, start) = (d.support(), d.median());
    let mut total = 0.0;
    for side in [-1.0, 1.0] {
        let mut k = if side < 0.0 { start } else { start + 1.0 };
        for n in 0..=TERMS {
            if !support.contains(k) {
                break;
            }
            let rest = if side < 0.0 { d.ln_cdf(k) } else { d.ln_sf(k - 1.0) };
            if n == TERMS {
                total += tail(d, g, side < 0.0, -rest);
            }
            let p = d.prob(k);
            total += if p > 0.0 { p * g(k) } else { 0.0 };
            if n > 8 && rest.exp() * (1.0 + g(k).abs()) < 1e-18 * total.abs().max(1e-290) {
                break;
            }
            k += side;
        }
    }
    total
}
