//! Debye's expansion of modified Bessel functions, uniform in the order.

use genai_core::Real;

/// Polynomials of the expansion; the last is below 10⁻¹⁶ for √(ν² + x²) ≥ 60.
const POLYNOMIALS: usize = 9;

/// vₖ in tᵏ vₖ(t²) = uₖ(t), of degree k.
const COEFFICIENTS: [[f64; POLYNOMIALS]; POLYNOMIALS] = coefficients();

/// uₖ₊₁ = ½ t²(1 − t²) uₖ′ + ⅛ ∫₀ᵗ (1 − 5s²) uₖ ds, DLMF 10.41.9, for v: uₖ has the powers k, k + 2, …, 3k.
const fn coefficients() -> [[f64; POLYNOMIALS]; POLYNOMIALS] {
    let mut all = [[0.0; POLYNOMIALS]; POLYNOMIALS];
    all[0][0] = 1.0;
    let mut k = 0;
    while k + 1 < POLYNOMIALS {
        let mut i = 0;
        while i <= k {
            let (c, power) = (all[k][i], (k + 2 * i) as f64);
            all[k + 1][i] += c * (0.5 * power + 0.125 / (power + 1.0));
            all[k + 1][i + 1] -= c * (0.5 * power + 0.625 / (power + 3.0));
            i += 1;
        }
        k += 1;
    }
    all
}

/// Σ uₖ(t)/νᵏ for t = ν/√(ν² + x²) and `inverse` = 1/√(ν² + x²): what I_ν(x) has besides its exponential and 1/√(2π √(ν² + x²)).
#[inline(always)]
pub(crate) fn sum<R: Real>(t: R, inverse: R) -> R {
    let square = t * t;
    let (mut power, mut sum) = (R::lit(1.0), R::lit(0.0));
    for (k, polynomial) in COEFFICIENTS.iter().enumerate() {
        let terms = polynomial[..=k].iter().rev();
        sum = sum + power * terms.fold(R::lit(0.0), |value, c| value.fma(square, R::lit(*c)));
        power = power * inverse;
    }
    sum
}
