//! Eigenvalues of symmetric matrices.

/// More sweeps than any matrix needs: convergence is quadratic, 6 to 10 are usual.
const SWEEPS: usize = 60;

/// The eigenvalues of a symmetric `[n, n]` matrix, largest first, and their orthonormal eigenvectors, one a row.
///
/// Cyclic Jacobi: rotates each pair of axes in turn so that the element between them vanishes, until none is larger than
/// rounding. About 10 sweeps of 6 n³ operations, and every eigenvector is orthogonal to the last bits; meant for n up to a
/// few hundred.
///
/// Source: Golub & Van Loan 2013, "Matrix Computations", algorithms 8.5.1 and 8.5.3.
pub(super) fn symmetric_eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut rows = vec![0.0; n * n]; // of the rotations' product: the eigenvectors
    rows.iter_mut().step_by(n + 1).for_each(|diagonal| *diagonal = 1.0);
    let smallest = f64::EPSILON / n.max(1) as f64 * a.iter().map(|x| x * x).sum::<f64>().sqrt();
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                if a[p * n + q].abs() > smallest {
                    let (c, s) = rotation(a[p * n + p], a[p * n + q], a[q * n + q]);
                    rotate_columns(&mut a, n, p, q, c, s);
                    rotate_rows(&mut a, n, p, q, c, s);
                    rotate_rows(&mut rows, n, p, q, c, s);
                    rotated = true;
                }
            }
        }
        if !rotated {
            break;
        }
    }
    sorted(&a, &rows, n)
}

/// Cosine and sine of the smaller angle that makes [[pp, pq], [pq, qq]] diagonal; `pq` is not 0.
fn rotation(pp: f64, pq: f64, qq: f64) -> (f64, f64) {
    let tau = (qq - pp) / (2.0 * pq);
    let t = 1.0_f64.copysign(tau) / (tau.abs() + tau.hypot(1.0)); // the tangent
    let c = 1.0 / t.hypot(1.0);
    (c, t * c)
}

fn rotate_rows(a: &mut [f64], n: usize, p: usize, q: usize, c: f64, s: f64) {
    let (above, below) = a.split_at_mut(q * n);
    for (x, y) in above[p * n..(p + 1) * n].iter_mut().zip(&mut below[..n]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

fn rotate_columns(a: &mut [f64], n: usize, p: usize, q: usize, c: f64, s: f64) {
    for row in a.chunks_exact_mut(n) {
        (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
    }
}

fn sorted(a: &[f64], rows: &[f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j * n + j].total_cmp(&a[i * n + i]));
    let values = order.iter().map(|&i| a[i * n + i]).collect();
    let vectors = order.iter().flat_map(|&i| rows[i * n..(i + 1) * n].iter().copied()).collect();
    (values, vectors)
}

#[cfg(test)]
mod tests {
    use super::symmetric_eigen;
    use genai_core::random::Key;

    /// A = Vᵀ Λ V and V Vᵀ = 1, for random, degenerate and vanishing matrices.
    #[test]
    fn eigenvectors_rebuild_the_matrix() {
        for (n, scale, shift) in
            [(1, 1.0, 0.0), (2, 1.0, 0.0), (7, 1e-200, 0.0), (30, 1e3, 5.0), (9, 0.0, 2.0), (4, 0.0, 0.0)]
        {
            let mut a = vec![0.0; n * n];
            Key::new(n as u64).normal_f64(&mut a);
            let a: Vec<f64> = (0..n * n)
                .map(|at| scale * (a[at] + a[at % n * n + at / n]) + if at / n == at % n { shift } else { 0.0 })
                .collect();
            let (values, vectors) = symmetric_eigen(a.clone(), n);
            assert!(values.is_sorted_by(|x, y| x >= y));
            let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
            for i in 0..n {
                for j in 0..n {
                    let rebuilt: f64 = (0..n).map(|k| vectors[k * n + i] * values[k] * vectors[k * n + j]).sum();
                    assert!((rebuilt - a[i * n + j]).abs() <= 1e-14 * largest * n as f64, "n {n}: [{i}, {j}]");
                    let product: f64 = (0..n).map(|k| vectors[i * n + k] * vectors[j * n + k]).sum();
                    assert!((product - f64::from(i == j)).abs() <= 1e-14 * n as f64, "n {n}: v{i} · v{j}");
                }
            }
        }
    }
}
