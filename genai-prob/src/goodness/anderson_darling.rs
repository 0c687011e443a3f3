//! Anderson and Darling's test, which looks at the tails.

use super::{Test, sorted};
use crate::probability::adaptive;
use crate::{Error, Univariate, data};
use std::f64::consts::PI;

/// A² = −n − (1/n) Σ (2i − 1) (ln F(x₍ᵢ₎) + ln (1 − F(x₍ₙ₊₁₋ᵢ₎))): gaps between the distribution functions, weighted so that
/// those in the tails count as much. The p-value is that of the limit of many data, which is good from n = 8 on.
///
/// Source: Anderson & Darling 1952, *Asymptotic theory of certain "goodness of fit" criteria*, and 1954, *A test of
/// goodness of fit* (limit).
///
/// # Errors
///
/// If there are no data, one is not finite, or the distribution is one of whole numbers.
pub fn anderson_darling(data: &[f64], d: &dyn Univariate) -> Result<Test, Error> {
    let sorted = sorted("anderson_darling", data)?;
    if d.support().discrete {
        return Err(Error::data("anderson_darling", d.to_string(), "a distribution with a density"));
    }
    let n = sorted.len();
    let term = |i: usize| (2 * i + 1) as f64 * (d.ln_cdf(sorted[i]) + d.ln_sf(sorted[n - 1 - i]));
    let statistic = -(n as f64) - data::sum((0..n).map(term)) / n as f64;
    Ok(Test { statistic, p_value: limit_sf(statistic), degrees: None })
}

/// From here on the tail is a sum of χ² whose largest share decides.
const FAR: f64 = 30.0;

/// 1 − F of A² in the limit: P(Σ Zⱼ² / (j (j + 1)) > z).
///
/// F(z) = (√(2π)/z) Σⱼ C(−½, j) (4j + 1) exp(−(4j + 1)² π²/(8z)) ∫₀^∞ exp(z/(8(w² + 1)) − (4j + 1)² π² w²/(8z)) dw.
fn limit_sf(z: f64) -> f64 {
    if z <= 0.01 {
        return 1.0; // F < 10⁻⁵²
    }
    if z >= FAR {
        return upper(z);
    }
    let mut sum = 0.0;
    let mut coefficient = 1.0; // C(−½, j)
    for j in 0..60 {
        let odd = f64::from(4 * j + 1);
        let rate = odd * odd * PI * PI / (8.0 * z);
        if rate > 745.0 {
            break;
        }
        let end = (745.0 / rate).sqrt().min(1e3);
        let mut body = |w: f64| (z / (8.0 * (w * w + 1.0)) - rate * (w * w + 1.0)).exp();
        let (inner, _) = adaptive(0.0, end, 0.0, &mut body);
        sum += coefficient * odd * inner;
        coefficient *= -(f64::from(j) + 0.5) / f64::from(j + 1);
    }
    let sf = 1.0 - (2.0 * PI).sqrt() / z * sum;
    if sf > 1e-9 { sf.min(1.0) } else { upper(z) }
}

/// The tail, to order 1/z²: the first term Z²/2 decides. P(Z²/2 + R > z) = E erfc(√(z − R)) ≈ erfc(√z) E e^R (1 + R/2z),
/// where E e^R = ∏ (1 − 2/(j (j + 1)))^(−½) = √3 over j ≥ 2, and its logarithmic slope is Σ 1/((j − 1)(j + 2)) = 11/18.
fn upper(z: f64) -> f64 {
    3f64.sqrt() * (1.0 + 11.0 / 36.0 / z) * crate::special::erfc(z.sqrt())
}
