//! The exponential integral that means of Gompertz and inverse Gaussian values contain.

use super::gumbel::EULER;

/// eᶻ E₁(z) = ∫₀^∞ e⁻ᵗ / (z + t) dt, for z > 0. Relative error ≤ 2·10⁻¹⁵.
///
/// Source: the power series DLMF 6.6.2; from 1 on the continued fraction 6.9.1, from its end.
pub(super) fn scaled_exponential_integral(z: f64) -> f64 {
    if z < 1.0 {
        let (mut term, mut sum) = (1.0, 0.0);
        for k in 1..=30 {
            let k = f64::from(k);
            term *= -z / k;
            sum -= term / k;
        }
        return z.exp() * (sum - z.ln() - EULER);
    }
    let mut below = 0.0;
    for k in (1..=DEPTH).rev() {
        let k = f64::from(k);
        below = k * k / (z + 2.0 * k + 1.0 - below);
    }
    (z + 1.0 - below).recip()
}

/// Levels of the continued fraction: at z = 1 what is cut off changes the result by less than 10⁻¹⁷.
const DEPTH: u32 = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_branches_meet_mpmath() {
        for (z, truth) in TRUTH {
            approx::assert_relative_eq!(scaled_exponential_integral(z), truth, max_relative = 3e-15);
        }
    }

    /// eᶻ E₁(z), mpmath 1.3 with 40 digits.
    const TRUTH: [(f64, f64); 12] = [
        (1e-300, 690.1983122333122),
        (1e-08, 17.843465267485485),
        (0.1, 2.0146425447084515),
        (0.5, 0.9229106324837305),
        (0.99, 0.60041394194164),
        (1.0, 0.5963473623231941),
        (1.01, 0.5923404212715494),
        (1.5, 0.448256669291583),
        (4.0, 0.20634564990105583),
        (30.0, 0.03228973875898013),
        (10000.0, 9.999000199940023e-05),
        (10000000000.0, 9.999999999e-11),
    ];
}
