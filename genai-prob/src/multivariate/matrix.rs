//! Small dense matrices as slices of rows: triangular factors and what follows from them.
//!
//! Everything here takes O(d³) at most, in plain loops in a fixed order: dimensions of a few dozen are what it is for.

use crate::Error;

/// The relative difference at which a matrix given as symmetric counts as asymmetric.
const ASYMMETRY: f64 = 1e-12;

/// The number of rows of a square matrix.
pub(crate) fn side(distribution: &'static str, name: &'static str, a: &[f64]) -> Result<usize, Error> {
    let d = a.len().isqrt();
    if d == 0 || d * d != a.len() {
        return Err(Error::parameter(
            distribution,
            name,
            format!("{} numbers", a.len()),
            "a square matrix as its rows",
        ));
    }
    Ok(d)
}

/// The lower factor L of a covariance L·Lᵀ, or the error that names what is wrong with it.
pub(crate) fn factor(distribution: &'static str, name: &'static str, a: &[f64], d: usize) -> Result<Vec<f64>, Error> {
    let error = |found: String, expected: &str| Err(Error::parameter(distribution, name, found, expected));
    if a.len() != d * d {
        return error(format!("{} numbers", a.len()), &format!("{d} rows of {d}"));
    }
    if let Some(i) = a.iter().position(|x| !x.is_finite()) {
        return error(format!("{} at row {}, column {}", a[i], i / d, i % d), "finite numbers");
    }
    for (i, j) in (0..d).flat_map(|i| (0..i).map(move |j| (i, j))) {
        let (lower, upper) = (a[i * d + j], a[j * d + i]);
        if (lower - upper).abs() > ASYMMETRY * (a[i * d + i] * a[j * d + j]).abs().sqrt().max(lower.abs()) {
            return error(format!("{lower} at row {i}, column {j} and {upper} across"), "a symmetric matrix");
        }
    }
    cholesky(a, d).or_else(|row| {
        error(format!("not positive definite: pivot {row} (row {row}) is not above 0"), "a positive definite matrix")
    })
}

/// L with L·Lᵀ = A, from the lower triangle of A; the row whose pivot is not positive if A is not positive definite.
pub(crate) fn cholesky(a: &[f64], d: usize) -> Result<Vec<f64>, usize> {
    let mut l = vec![0.0; d * d];
    for i in 0..d {
        for j in 0..=i {
            let (row, other) = (&l[i * d..i * d + j], &l[j * d..j * d + j]);
            let rest = a[i * d + j] - dot(row, other);
            if i == j {
                // a pivot that is rounding noise is not positive
                if !(rest > 4.0 * f64::EPSILON * a[i * d + i].abs() && rest.is_finite()) {
                    return Err(i);
                }
                l[i * d + i] = rest.sqrt();
            } else {
                l[i * d + j] = rest / l[j * d + j];
            }
        }
    }
    Ok(l)
}

/// The lower factor of the inverse of A: of a covariance, from its precision.
///
/// With rows and columns in reverse order A = P·Pᵀ turns into A = U·Uᵀ, U upper, and A⁻¹ = U⁻ᵀ·U⁻¹.
pub(crate) fn inverse_factor(
    distribution: &'static str,
    name: &'static str,
    a: &[f64],
    d: usize,
) -> Result<Vec<f64>, Error> {
    factor(distribution, name, a, d)?; // its messages name rows as they were given
    let reversed: Vec<f64> = a.iter().rev().copied().collect();
    let mut l: Vec<f64> = factor(distribution, name, &reversed, d)?;
    l.reverse(); // U
    Ok(lower_inverse(&transpose(&l, d, d), d))
}

/// Whether the matrix is lower triangular with a positive diagonal.
pub(crate) fn is_factor(l: &[f64], d: usize) -> bool {
    l.len() == d * d
        && (0..d).all(|i| {
            let row = &l[i * d..(i + 1) * d];
            row.iter().all(|x| x.is_finite()) && row[i] > 0.0 && row[i + 1..].iter().all(|x| *x == 0.0)
        })
}

/// Σ a b.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// L⁻¹ b, in place.
pub(crate) fn solve_lower(l: &[f64], b: &mut [f64]) {
    let d = b.len();
    for i in 0..d {
        b[i] = (b[i] - dot(&l[i * d..i * d + i], &b[..i])) / l[i * d + i];
    }
}

/// L⁻ᵀ b, in place.
pub(crate) fn solve_lower_transposed(l: &[f64], b: &mut [f64]) {
    let d = b.len();
    for i in (0..d).rev() {
        let above: f64 = (i + 1..d).map(|k| l[k * d + i] * b[k]).sum();
        b[i] = (b[i] - above) / l[i * d + i];
    }
}

/// L⁻¹ B, for a d × c matrix B.
pub(crate) fn solve_lower_matrix(l: &[f64], b: &[f64], d: usize, c: usize) -> Vec<f64> {
    let mut columns = transpose(b, d, c);
    columns.chunks_exact_mut(d).for_each(|column| solve_lower(l, column));
    transpose(&columns, c, d)
}

/// L⁻¹.
pub(crate) fn lower_inverse(l: &[f64], d: usize) -> Vec<f64> {
    solve_lower_matrix(l, &identity(d), d, d)
}

/// (L·Lᵀ)⁻¹.
pub(crate) fn inverse(l: &[f64], d: usize) -> Vec<f64> {
    let y = lower_inverse(l, d);
    product(&transpose(&y, d, d), &y, d, d, d)
}

/// ln |L·Lᵀ|.
pub(crate) fn ln_determinant(l: &[f64], d: usize) -> f64 {
    2.0 * (0..d).map(|i| l[i * d + i].ln()).sum::<f64>()
}

/// L·Lᵀ.
pub(crate) fn square(l: &[f64], d: usize) -> Vec<f64> {
    product(l, &transpose(l, d, d), d, d, d)
}

/// A·B of n × k and k × m matrices.
pub(crate) fn product(a: &[f64], b: &[f64], n: usize, k: usize, m: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * m];
    for (row, out) in a.chunks_exact(k).zip(out.chunks_exact_mut(m)) {
        for (x, b) in row.iter().zip(b.chunks_exact(m)) {
            out.iter_mut().zip(b).for_each(|(out, b)| *out += x * b);
        }
    }
    out
}

/// The transpose of an n × m matrix.
pub(crate) fn transpose(a: &[f64], n: usize, m: usize) -> Vec<f64> {
    (0..n * m).map(|i| a[i % n * m + i / n]).collect()
}

/// Ones on the diagonal.
pub(crate) fn identity(d: usize) -> Vec<f64> {
    (0..d * d).map(|i| f64::from(u8::from(i / d == i % d))).collect()
}

/// The numbers on the diagonal.
pub(crate) fn diagonal(a: &[f64], d: usize) -> Vec<f64> {
    (0..d).map(|i| a[i * d + i]).collect()
}

/// The rows and columns with these indices.
pub(crate) fn select(a: &[f64], d: usize, rows: &[usize], columns: &[usize]) -> Vec<f64> {
    rows.iter().flat_map(|i| columns.iter().map(move |j| a[i * d + j])).collect()
}

/// Σ of all squares.
pub(crate) fn sum_of_squares(a: &[f64]) -> f64 {
    dot(a, a)
}

/// Whether a matrix is symmetric, up to rounding.
pub(crate) fn is_symmetric(a: &[f64], d: usize) -> bool {
    (0..d).all(|i| (0..i).all(|j| (a[i * d + j] - a[j * d + i]).abs() <= 1e-9 * a[i * d + j].abs().max(1e-300)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 9] = [4.0, 2.0, 0.4, 2.0, 5.0, -1.0, 0.4, -1.0, 3.0];

    fn near(a: &[f64], b: &[f64]) {
        a.iter().zip(b).for_each(|(a, b)| assert!((a - b).abs() < 1e-14, "{a} and {b}"));
    }

    #[test]
    fn factors_multiply_back() {
        let l = cholesky(&A, 3).unwrap();
        near(&square(&l, 3), &A);
        near(&product(&inverse(&l, 3), &A, 3, 3, 3), &identity(3));
        near(&square(&inverse_factor("", "", &A, 3).unwrap(), 3), &inverse(&l, 3));
        let determinant: f64 = 4.0 * (15.0 - 1.0) - 2.0 * (6.0 + 0.4) + 0.4 * (-2.0 - 2.0);
        near(&[ln_determinant(&l, 3)], &[determinant.ln()]);
        let mut b = [1.0, 2.0, 3.0];
        solve_lower(&l, &mut b);
        solve_lower_transposed(&l, &mut b);
        near(&product(&A, &b, 3, 3, 1), &[1.0, 2.0, 3.0]);
    }

    #[test]
    fn errors_name_the_place() {
        let message = |a: &[f64]| factor("Normal", "covariance", a, 2).unwrap_err().to_string();
        assert!(message(&[1.0, 0.5, 0.4, 1.0]).contains("row 1, column 0"));
        assert!(message(&[1.0, 2.0, 2.0, 1.0]).contains("pivot 1 (row 1)"));
        assert!(message(&[1.0, 1.0, 1.0, 1.0]).contains("pivot 1 (row 1)"));
        assert!(message(&[1.0, f64::NAN, 0.0, 1.0]).contains("NaN at row 0, column 1"));
        assert!(message(&[1.0, 0.0, 0.0]).contains("3 numbers"));
    }
}
