//! Small symmetric matrices: information and covariance.

use std::fmt::{Display, Formatter, Result as Written};
use std::ops::{Index, IndexMut};

/// A symmetric matrix with a row for each parameter: an information matrix or a covariance.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    size: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// `size` × `size`, all 0.
    pub fn zeros(size: usize) -> Self {
        Self { size, values: vec![0.0; size * size] }
    }

    /// The number of rows.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The rows, one after the other.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The elements (i, i).
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.size).map(|i| self[(i, i)]).collect()
    }

    /// The product with a vector.
    ///
    /// # Panics
    ///
    /// If it has another length.
    #[track_caller]
    pub fn times(&self, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), self.size, "Matrix::times: {} numbers for {} columns", x.len(), self.size);
        self.values.chunks(self.size).map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
    }

    /// The inverse; `None` unless it is positive definite.
    pub fn inverse(&self) -> Option<Self> {
        let n = self.size;
        let scale: Vec<f64> = self.diagonal().iter().map(|d| d.sqrt()).collect();
        if !scale.iter().all(|s| *s > 0.0 && s.is_finite()) {
            return None;
        }
        let lower = self.factor(&scale)?;
        let mut inverse = Self::zeros(n);
        for j in 0..n {
            let column = lower.solve(j);
            (0..n).for_each(|i| inverse[(i, j)] = column[i] / scale[i] / scale[j]);
        }
        Some(inverse.symmetric())
    }

    /// The lower Cholesky factor after division of rows and columns by `scale`, which makes the diagonal 1.
    fn factor(&self, scale: &[f64]) -> Option<Self> {
        let n = self.size;
        let mut lower = Self::zeros(n);
        for i in 0..n {
            for j in 0..=i {
                let inner: f64 = (0..j).map(|k| lower[(i, k)] * lower[(j, k)]).sum();
                let rest = self[(i, j)] / scale[i] / scale[j] - inner;
                if i == j {
                    lower[(i, i)] = (rest > 64.0 * f64::EPSILON).then(|| rest.sqrt())?; // NaN fails too
                } else {
                    lower[(i, j)] = rest / lower[(j, j)];
                }
            }
        }
        Some(lower)
    }

    /// Column `j` of the inverse of L Lᵀ, where this is L.
    fn solve(&self, j: usize) -> Vec<f64> {
        let n = self.size;
        let mut x = vec![0.0; n];
        for i in j..n {
            let inner: f64 = (j..i).map(|k| self[(i, k)] * x[k]).sum();
            x[i] = (f64::from(u8::from(i == j)) - inner) / self[(i, i)];
        }
        for i in (0..n).rev() {
            let inner: f64 = (i + 1..n).map(|k| self[(k, i)] * x[k]).sum();
            x[i] = (x[i] - inner) / self[(i, i)];
        }
        x
    }

    /// The mean of the matrix and its transpose.
    pub(crate) fn symmetric(mut self) -> Self {
        for i in 0..self.size {
            for j in 0..i {
                let mean = 0.5 * (self[(i, j)] + self[(j, i)]);
                (self[(i, j)], self[(j, i)]) = (mean, mean);
            }
        }
        self
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.values[i * self.size + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.values[i * self.size + j]
    }
}

impl Display for Matrix {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for row in self.values.chunks(self.size.max(1)) {
            writeln!(f, "[{}]", row.iter().map(|x| format!("{x:.6e}")).collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}
