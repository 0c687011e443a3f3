//! The matrix normal distribution.

use super::parameters::parameters;
use super::{Multivariate, Region, check_size, matrix};
use crate::{Domain, Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// A table of normal numbers whose rows are alike in one way and columns in another: places by times.
///
/// | | |
/// |---|---|
/// | density | e^(−½ tr V⁻¹ (X−M)ᵀ U⁻¹ (X−M)) / √((2π)^(rc) \|U\|^c \|V\|^r), X of r rows and c columns |
/// | mean | M |
/// | covariance of Xᵢⱼ, Xₖₗ | Uᵢₖ Vⱼₗ |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{MatrixNormal, Multivariate};
///
/// let table = MatrixNormal::new(&[0.0; 6], &[1.0, 0.0, 0.0, 1.0], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 4.0])?;
/// assert_eq!((table.shape(), table.variance()), (vec![2, 3], vec![1.0, 1.0, 4.0, 1.0, 1.0, 4.0]));
/// # Ok::<(), genai_prob::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::MatrixNormal", into = "fields::MatrixNormal")]
pub struct MatrixNormal {
    location: Vec<f64>,
    row_covariance: Vec<f64>,
    column_covariance: Vec<f64>,
    rows: usize,
    columns: usize,
    row_factor: Vec<f64>,
    column_factor: Vec<f64>,
    ln_norm: f64,
}

const NAME: &str = "MatrixNormal";

parameters!(MatrixNormal {
    /// M, the mean: `[r, c]`.
    location: Vec<f64> => &[f64],
    /// U, the covariance of a column: `[r, r]`.
    row_covariance: Vec<f64> => &[f64],
    /// V, the covariance of a row: `[c, c]`.
    column_covariance: Vec<f64> => &[f64],
});

impl MatrixNormal {
    /// The distribution with this mean `[r, c]`, covariance of the rows `[r, r]` and of the columns `[c, c]`.
    ///
    /// # Errors
    ///
    /// If a covariance is not symmetric positive definite, or the mean not finite or not of as many rows and columns.
    pub fn new(mean: &[f64], row_covariance: &[f64], column_covariance: &[f64]) -> Result<Self, Error> {
        let rows = matrix::side(NAME, "row_covariance", row_covariance)?;
        let columns = matrix::side(NAME, "column_covariance", column_covariance)?;
        if mean.len() != rows * columns {
            let found = format!("{} numbers", mean.len());
            return Err(Error::parameter(NAME, "mean", found, format!("{rows} rows of {columns}")));
        }
        mean.iter().try_for_each(|m| Domain::Finite.check(NAME, "mean", *m))?;
        let row_factor = matrix::factor(NAME, "row_covariance", row_covariance, rows)?;
        let column_factor = matrix::factor(NAME, "column_covariance", column_covariance, columns)?;
        let (r, c) = (rows as f64, columns as f64);
        let ln_norm = 0.5
            * (r * c * TAU.ln()
                + c * matrix::ln_determinant(&row_factor, rows)
                + r * matrix::ln_determinant(&column_factor, columns));
        Ok(Self {
            location: mean.to_vec(),
            row_covariance: row_covariance.to_vec(),
            column_covariance: column_covariance.to_vec(),
            rows,
            columns,
            row_factor,
            column_factor,
            ln_norm,
        })
    }
}

impl Multivariate for MatrixNormal {
    fn shape(&self) -> Vec<usize> {
        vec![self.rows, self.columns]
    }

    fn support(&self) -> Region {
        Region::Reals
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.location.len());
        let off: Vec<f64> = x.iter().zip(&self.location).map(|(x, m)| x - m).collect();
        let mut z = matrix::solve_lower_matrix(&self.row_factor, &off, self.rows, self.columns);
        z.chunks_exact_mut(self.columns).for_each(|row| matrix::solve_lower(&self.column_factor, row));
        -0.5 * matrix::sum_of_squares(&z) - self.ln_norm
    }

    fn mean(&self) -> Vec<f64> {
        self.location.clone()
    }

    fn covariance(&self) -> Vec<f64> {
        let (r, c) = (self.rows, self.columns);
        let places = |at: usize| (at / (r * c), at % (r * c));
        let covariance =
            |(a, b): (usize, usize)| self.row_covariance[a / c * r + b / c] * self.column_covariance[a % c * c + b % c];
        (0..r * c * r * c).map(places).map(covariance).collect()
    }

    fn entropy(&self) -> Option<f64> {
        Some(0.5 * self.size() as f64 + self.ln_norm)
    }

    /// M + A Z Bᵀ with U = A·Aᵀ, V = B·Bᵀ.
    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        let (r, c) = (self.rows, self.columns);
        check_size(NAME, "a draw into", out.len(), r * c);
        let z: Vec<f64> = (0..r * c).map(|_| sample::standard_normal(rng)).collect();
        let right = matrix::product(&z, &matrix::transpose(&self.column_factor, c, c), r, c, c);
        let both = matrix::product(&self.row_factor, &right, r, r, c);
        out.iter_mut().zip(&self.location).zip(both).for_each(|((x, m), z)| *x = m + z);
    }
}
