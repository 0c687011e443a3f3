//! Keeping predicted clean samples within the range of data.

use super::Number;
use crate::Error;

/// What is done to a predicted clean sample before a solver uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Limit {
    /// Nothing.
    #[default]
    None,
    /// Static thresholding: clamped to [−bound, bound].
    Clip(f64),
    /// Dynamic thresholding: with s a row's quantile of |x₀|, at least 1 and at most `most`, clamped to [−s, s] and divided
    /// by s.
    ///
    /// Source: Saharia et al. 2022, [arXiv:2205.11487](https://arxiv.org/abs/2205.11487), section 2.3.
    Dynamic {
        /// Which quantile, in [0, 1].
        quantile: f64,
        /// The largest s.
        most: f64,
    },
}

impl Limit {
    /// Limits clean samples that lie in `rows` rows of equal length.
    ///
    /// # Errors
    ///
    /// If the quantile is not in [0, 1], a bound is not positive, or the rows are not equally long.
    pub fn apply<F: Number>(self, clean: &mut [F], rows: usize) -> Result<(), Error> {
        let positive = |name, value: f64| match value > 0.0 {
            true => Ok(()),
            false => Err(Error::Parameter { name, value, expected: "above 0" }),
        };
        match self {
            Self::None => {}
            Self::Clip(bound) => {
                positive("clip", bound)?;
                clip(clean, bound, 1.0);
            }
            Self::Dynamic { quantile: q, most } => {
                positive("the largest threshold", most)?;
                if !(0.0..=1.0).contains(&q) {
                    return Err(Error::Parameter { name: "quantile", value: q, expected: "in [0, 1]" });
                }
                if rows == 0 || !clean.len().is_multiple_of(rows) {
                    return Err(Error::Length { name: "rows", found: clean.len(), expected: rows });
                }
                for row in clean.chunks_exact_mut((clean.len() / rows).max(1)) {
                    let bound = quantile(row, q).max(1.0).min(most);
                    clip(row, bound, bound);
                }
            }
        }
        Ok(())
    }
}

fn clip<F: Number>(values: &mut [F], bound: f64, divisor: f64) {
    let (low, high, divisor) = (F::from_f64(-bound), F::from_f64(bound), F::from_f64(divisor));
    for x in values {
        *x = x.clamp(low, high) / divisor;
    }
}

/// The quantile of absolute values, linear between neighbours.
fn quantile<F: Number>(row: &[F], q: f64) -> f64 {
    let mut sizes: Vec<f64> = row.iter().map(|x| x.abs().to_f64()).collect();
    let place = q * (sizes.len() - 1) as f64;
    let (_, low, above) = sizes.select_nth_unstable_by(place as usize, f64::total_cmp);
    let low = *low;
    let next = above.iter().copied().fold(f64::INFINITY, f64::min);
    if next.is_finite() { low + place.fract() * (next - low) } else { low }
}
