//! Draws by the inverse of a distribution function.

use crate::Error;
use genai_core::random::Stream;

/// Inverse-transform sampling: x = F⁻¹(u) with u uniform, for a distribution function that is inverted by bisection.
///
/// Where the quantile function is known, `quantile(rng.uniform())` is all there is to it.
#[derive(Clone, Debug)]
pub struct InverseTransform<F> {
    cdf: F,
    lower: f64,
    upper: f64,
}

impl<F: Fn(f64) -> f64> InverseTransform<F> {
    /// A distribution function that rises from 0 to 1 between `lower` and `upper`, which may be infinite.
    ///
    /// ```
    /// use genai_core::random::Key;
    /// use genai_sampling::monte_carlo::InverseTransform;
    ///
    /// let exponential = InverseTransform::new(|x: f64| -(-x).exp_m1(), 0.0, f64::INFINITY)?;
    /// assert!((exponential.quantile(0.5)? - 2f64.ln()).abs() < 1e-14);
    /// assert!(exponential.draw(&mut Key::new(1).stream())? > 0.0);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is nothing between the bounds.
    pub fn new(cdf: F, lower: f64, upper: f64) -> Result<Self, Error> {
        if lower.is_nan() || upper.is_nan() || lower >= upper {
            return Err(Error::Parameter { name: "upper", value: upper, expected: "above lower" });
        }
        Ok(Self { cdf, lower, upper })
    }

    /// The least x with F(x) ≥ p, to the last bit that the distribution function resolves.
    ///
    /// # Errors
    ///
    /// If p lies outside [0, 1], or the distribution function returns NaN.
    pub fn quantile(&self, p: f64) -> Result<f64, Error> {
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::Parameter { name: "p", value: p, expected: "between 0 and 1" });
        }
        let (mut low, mut high) = (ordered(self.lower), ordered(self.upper));
        while high.abs_diff(low) > 1 {
            let middle = low + (high.abs_diff(low) / 2) as i64; // halves the numbers that are left, not their distance
            let below = (self.cdf)(unordered(middle));
            if below.is_nan() {
                return Err(Error::Parameter { name: "cdf", value: below, expected: "a number" });
            }
            if below < p { low = middle } else { high = middle }
        }
        Ok(unordered(high))
    }

    /// One draw.
    ///
    /// # Errors
    ///
    /// If the distribution function returns NaN.
    pub fn draw(&self, rng: &mut Stream) -> Result<f64, Error> {
        self.quantile(rng.uniform())
    }
}

/// The place of a number among all f64.
fn ordered(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

fn unordered(place: i64) -> f64 {
    f64::from_bits(if place < 0 { i64::MIN.wrapping_sub(place) } else { place } as u64)
}

#[cfg(test)]
mod tests {
    use super::{ordered, unordered};

    #[test]
    fn places_keep_the_order_of_numbers() {
        let numbers = [f64::NEG_INFINITY, f64::MIN, -1.0, -5e-324, 0.0, 5e-324, 1.0, 1.5, f64::MAX, f64::INFINITY];
        assert!(numbers.map(ordered).is_sorted());
        assert_eq!(numbers.map(|x| unordered(ordered(x))), numbers);
    }
}
