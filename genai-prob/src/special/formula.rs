//! Pieces of densities over [`Real`]: what the saddle point needs, without branches.
//!
//! As exact as f64 is where a parameter is below a thousand; the scalar methods use the double precision of
//! [`super::saddle`] beyond, where the rounding of a product like `rate · x` would show.

use genai_core::Real;

/// ½ ln 2π.
pub(crate) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// Parameters from which on the scalar methods leave these formulas.
pub(crate) const LARGE: f64 = 1000.0;

/// δ(a) = ln Γ(a) − (a − ½) ln a + a − ½ ln 2π for a > 0, absolute error 3·10⁻¹⁵.
#[inline(always)]
pub(crate) fn stirling_error<R: Real>(a: R) -> R {
    let half = R::lit(0.5);
    let small = a.lt(R::lit(9.0));
    let (few, many) = (R::select(small, a, R::lit(1.0)), R::select(small, R::lit(9.0), a));
    let direct = few.ln_gamma() - (few - half) * few.ln() + few - R::lit(HALF_LN_TAU);
    R::select(small, direct, series(many))
}

/// Stirling's series for z ≥ 9.
#[inline(always)]
fn series<R: Real>(z: R) -> R {
    const TERMS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let inverse = R::lit(1.0) / z;
    let w = inverse * inverse;
    TERMS.iter().rev().fold(R::lit(0.0), |sum, term| sum.fma(w, R::lit(*term))) * inverse
}

/// ln Γ(a + ½) − ln Γ(a).
#[inline(always)]
pub(crate) fn ln_gamma_half_step<R: Real>(a: R) -> R {
    let half = R::lit(0.5);
    let step = a * (half / a).ln_1p() - half + half * a.ln();
    step + stirling_error(a + half) - stirling_error(a)
}

/// The deviance x ln(x/m) + m − x for x ≥ 0, m > 0: relative error 10⁻¹⁵ near x = m too; m at x = 0.
#[inline(always)]
pub(crate) fn deviance<R: Real>(x: R, m: R) -> R {
    let (zero, one) = (R::lit(0.0), R::lit(1.0));
    let empty = x.le(zero);
    let x = R::select(empty, m, x);
    let difference = x - m;
    let r = difference / (x + m);
    let near = r.abs().lt(R::lit(0.1));
    let r = R::select(near, r, zero);
    let s = r * r;
    // artanh(r)/r − 1
    let excess = (1..9).rev().fold(zero, |sum, k| sum.fma(s, R::lit(1.0 / f64::from(2 * k + 1)))) * s;
    let close = difference * (r + excess * (one + r));
    let far = x * (R::select(near, one, x / m)).ln() - difference;
    R::select(empty, m, R::select(near, close, far))
}
