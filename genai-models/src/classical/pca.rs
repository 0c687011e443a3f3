use genai_core::{DType, Tensor};

use super::jacobi::symmetric_eigen;
use crate::Error;

/// Principal component analysis: the few orthogonal directions in which data varies most. No linear map to as many numbers
/// and back loses less, in squares.
///
/// `code = (x − mean) componentsᵀ`, `x ≈ code components + mean`
///
/// | tensor | shape |
/// |---|---|
/// | `x` | `[n, c]` |
/// | code | `[n, k]` |
/// | [`mean`](Self::mean) | `[c]` |
/// | [`components`](Self::components) | `[k, c]`, orthonormal rows, that of the largest variance first |
///
/// The components are eigenvectors of the covariance, found in `f64` by cyclic Jacobi: O(c³), meant for c up to a few
/// hundred. Their signs are scikit-learn's: in each component the element of largest magnitude is positive. Where two
/// variances are equal, any rotation of their components is as good.
///
/// Compared with `sklearn.decomposition.PCA` of scikit-learn 1.9.
///
/// ```
/// use genai_core::Tensor;
/// use genai_models::classical::Pca;
///
/// let x = Tensor::from([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]); // all on a line
/// let pca = Pca::fit(&x, 1)?;
/// assert!((pca.explained_variance()[0] - 5.0).abs() < 1e-12);
/// assert!(pca.decode(&pca.encode(&x)).mse(&x).item::<f32>() < 1e-12);
/// # Ok::<(), genai_models::Error>(())
/// ```
///
/// Source: Pearson 1901, [doi:10.1080/14786440109462720](https://doi.org/10.1080/14786440109462720); Hotelling 1933,
/// [doi:10.1037/h0071325](https://doi.org/10.1037/h0071325).
#[derive(Clone, Debug)]
pub struct Pca {
    mean: Tensor,
    components: Tensor,
    variances: Vec<f64>,
    total: f64,
}

impl Pca {
    /// The first `components` directions of the rows of `x`, `[n, c]` of `f32` or `f64`; codes have its type.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if there are fewer than 2 rows, `components` is 0 or more than n or c, or a number is not finite.
    ///
    /// # Panics
    ///
    /// If `x` is not of rank 2.
    #[track_caller]
    pub fn fit(x: &Tensor, components: usize) -> Result<Self, Error> {
        let [n, c] = *x.shape() else { panic!("pca: x is {:?}, expected [n, c]", x.shape()) };
        let dtype = x.dtype();
        check(x, [n, c], components)?;
        let x = x.detach().to_dtype(DType::F64);
        let mean = x.mean_over(0, false);
        let centred = &x - &mean;
        let covariance = centred.t().matmul(&centred) / (n - 1) as f64; // [c, c]
        let (mut variances, mut vectors) = symmetric_eigen(covariance.to_vec(), c);
        variances.iter_mut().for_each(|variance| *variance = variance.max(0.0)); // rounding may leave −1e−17
        let total = variances.iter().sum();
        variances.truncate(components);
        vectors.truncate(components * c);
        vectors.chunks_exact_mut(c).for_each(turn);
        let components = Tensor::from_vec(vectors, [components, c]).to_dtype(dtype);
        Ok(Self { mean: mean.to_dtype(dtype), components, variances, total })
    }

    /// The mean row, `[c]`.
    pub fn mean(&self) -> &Tensor {
        &self.mean
    }

    /// The directions, `[k, c]`.
    pub fn components(&self) -> &Tensor {
        &self.components
    }

    /// The variance along each component, over n − 1.
    pub fn explained_variance(&self) -> &[f64] {
        &self.variances
    }

    /// The share of the whole variance along each component; 0 where nothing varies.
    pub fn explained_variance_ratio(&self) -> Vec<f64> {
        let total = if self.total > 0.0 { self.total } else { 1.0 };
        self.variances.iter().map(|variance| variance / total).collect()
    }

    /// From rows `[n, c]` to codes `[n, k]`.
    ///
    /// # Panics
    ///
    /// If the last axis is not c, or the type another one.
    #[track_caller]
    pub fn encode(&self, x: &Tensor) -> Tensor {
        (x - &self.mean).matmul(&self.components.t())
    }

    /// From codes `[n, k]` to rows `[n, c]`.
    ///
    /// # Panics
    ///
    /// If the last axis is not k, or the type another one.
    #[track_caller]
    pub fn decode(&self, code: &Tensor) -> Tensor {
        code.matmul(&self.components) + &self.mean
    }
}

fn check(x: &Tensor, [n, c]: [usize; 2], components: usize) -> Result<(), Error> {
    let wrong = |field: &str, what: String| Err(Error::Config { path: None, field: field.into(), what });
    if n < 2 {
        return wrong("rows", format!("{n}, expected at least 2"));
    }
    if components == 0 || components > n.min(c) {
        return wrong("components", format!("{components}, expected 1 to {} for data [{n}, {c}]", n.min(c)));
    }
    if !x.is_finite() {
        return wrong("data", "not finite".into());
    }
    Ok(())
}

/// Makes the element of largest magnitude positive, the first of equal ones.
fn turn(component: &mut [f64]) {
    let largest = component.iter().fold(0.0_f64, |most, &x| if x.abs() > most.abs() { x } else { most });
    if largest < 0.0 {
        component.iter_mut().for_each(|x| *x = -*x);
    }
}
