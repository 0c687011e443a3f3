//! Distributions of vectors and matrices.
//!
//! A value is a slice of numbers; a matrix is its rows, one after the other. Many values are rows of one slice.
//!
//! To add one: a file with the struct, `parameters!`, `new` and [`Multivariate`], `mod` and `pub use` here, one row in
//! `tests/multivariate.rs`.

mod dirichlet;
mod dirichlet_multinomial;
mod hypergeometric;
mod inverse_wishart;
mod lkj;
mod lkj_cholesky;
mod logistic_normal;
mod low_rank_normal;
pub(crate) mod matrix;
mod matrix_normal;
mod multinomial;
mod normal;
mod one_hot;
mod parameters;
mod student_t;
mod von_mises_fisher;
mod wishart;

pub use dirichlet::Dirichlet;
pub use dirichlet_multinomial::DirichletMultinomial;
pub use hypergeometric::MultivariateHypergeometric;
pub use inverse_wishart::InverseWishart;
pub use lkj::Lkj;
pub use lkj_cholesky::LkjCholesky;
pub use logistic_normal::LogisticNormal;
pub use low_rank_normal::LowRankNormal;
pub use matrix_normal::MatrixNormal;
pub use multinomial::Multinomial;
pub use normal::MultivariateNormal;
pub use one_hot::OneHotCategorical;
pub(crate) use one_hot::choose;
pub use student_t::MultivariateStudentT;
pub use von_mises_fisher::VonMisesFisher;
pub use wishart::Wishart;

use crate::{Error, Support};
use genai_core::kernels::parallel;
use genai_core::random::Key;
use rand_core::RngCore;
use std::fmt::{Debug, Display};

/// Where a distribution of vectors or matrices has mass.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Region {
    /// All vectors or matrices of real numbers.
    Reals,
    /// Each number in a support of its own.
    Box(Vec<Support>),
    /// Numbers of at least 0 of sum 1 (within 10⁻⁶).
    Simplex,
    /// Vectors of length 1 (within 10⁻⁶).
    Sphere,
    /// Symmetric positive definite matrices.
    PositiveDefinite,
    /// Positive definite matrices with ones on the diagonal.
    Correlation,
    /// Lower triangular matrices with rows of length 1 and a positive diagonal: factors of correlation matrices.
    CorrelationCholesky,
    /// A single 1 among zeros.
    OneHot,
    /// Whole numbers from 0 to the number of their place, of this sum.
    Counts {
        /// The sum.
        total: f64,
        /// The largest of each place.
        most: Vec<f64>,
    },
}

/// How far a sum or length may be from 1 in a value that counts as lying on the simplex or the sphere.
const OFF_UNIT: f64 = 1e-6;

impl Region {
    /// Whether the value lies in it.
    pub fn contains(&self, x: &[f64]) -> bool {
        let d = x.len().isqrt();
        let unit = |x: &[f64]| (matrix::sum_of_squares(x) - 1.0).abs() <= OFF_UNIT;
        x.iter().all(|x| x.is_finite())
            && match self {
                Self::Reals => true,
                Self::Box(sides) => sides.iter().zip(x).all(|(side, x)| side.contains(*x)),
                Self::Simplex => x.iter().all(|x| *x >= 0.0) && (x.iter().sum::<f64>() - 1.0).abs() <= OFF_UNIT,
                Self::Sphere => unit(x),
                Self::PositiveDefinite => matrix::is_symmetric(x, d) && matrix::cholesky(x, d).is_ok(),
                Self::Correlation => {
                    matrix::diagonal(x, d).iter().all(|x| (x - 1.0).abs() <= OFF_UNIT)
                        && Self::PositiveDefinite.contains(x)
                }
                Self::CorrelationCholesky => matrix::is_factor(x, d) && x.chunks_exact(d).all(unit),
                Self::OneHot => x.iter().all(|x| *x == 0.0 || *x == 1.0) && x.iter().sum::<f64>() == 1.0,
                Self::Counts { total, most } => {
                    let place = |(x, most): (&f64, &f64)| (0.0..=*most).contains(x) && x.fract() == 0.0;
                    x.iter().zip(most).all(place) && x.iter().sum::<f64>() == *total
                }
            }
    }
}

/// A distribution of vectors or matrices.
///
/// # Examples
///
/// ```
/// use genai_core::random::Key;
/// use genai_prob::multivariate::{Multivariate, MultivariateNormal};
///
/// let heights = MultivariateNormal::new(&[1.78, 1.66], &[0.005, 0.002, 0.002, 0.004])?; // of couples, in metres
/// let mut couples = vec![0.0; 2 * 1000];
/// heights.fill(Key::new(1), &mut couples);
/// let mean = couples.iter().step_by(2).sum::<f64>() / 1000.0;
/// assert!((mean - 1.78).abs() < 0.01);
/// # Ok::<(), genai_prob::Error>(())
/// ```
pub trait Multivariate: Debug + Display + Send + Sync {
    /// The extents of one value: `[d]` for vectors, `[rows, columns]` for matrices.
    fn shape(&self) -> Vec<usize>;

    /// The numbers that make one value: the product of the extents.
    fn size(&self) -> usize {
        self.shape().iter().product()
    }

    /// Where it has mass.
    fn support(&self) -> Region;

    /// Logarithm of the density, or of the mass if it is discrete; −∞ outside the support.
    ///
    /// # Panics
    ///
    /// If the value has another size.
    fn ln_prob(&self, x: &[f64]) -> f64;

    /// E X.
    fn mean(&self) -> Vec<f64>;

    /// E (X − E X)(X − E X)ᵀ of the values as vectors: `[size, size]`.
    fn covariance(&self) -> Vec<f64>;

    /// The variances of the numbers: the covariance's diagonal.
    fn variance(&self) -> Vec<f64> {
        matrix::diagonal(&self.covariance(), self.size())
    }

    /// −E ln f(X), in nats; `None` where no formula is known.
    fn entropy(&self) -> Option<f64>;

    /// One draw, into `out`.
    ///
    /// # Panics
    ///
    /// If `out` has another size.
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]);

    /// `n` draws, as rows.
    fn sample_n(&self, n: usize, rng: &mut dyn RngCore) -> Vec<f64> {
        let mut out = vec![0.0; n * self.size()];
        out.chunks_exact_mut(self.size()).for_each(|row| self.sample(rng, row));
        out
    }

    /// Fills rows with draws, on all threads; the same key gives the same bits for any number of them.
    ///
    /// # Panics
    ///
    /// If `out` is not made of whole rows.
    #[track_caller]
    fn fill(&self, key: Key, out: &mut [f64]) {
        let size = self.size();
        assert!(out.len().is_multiple_of(size), "{self}: fill of {} numbers, rows of {size}", out.len());
        let rows = (CHUNK / size).max(1);
        parallel::chunks(out, rows * size, rows * size * 20, |i, rows| {
            let mut stream = key.split(i as u64).stream();
            rows.chunks_exact_mut(size).for_each(|row| self.sample(&mut stream, row));
        });
    }

    /// `ln_prob` of every row.
    ///
    /// # Panics
    ///
    /// If there are not as many rows as places in `out`.
    #[track_caller]
    fn ln_prob_into(&self, rows: &[f64], out: &mut [f64]) {
        let size = self.size();
        assert_eq!(rows.len(), out.len() * size, "{self}: ln_prob_into of rows of {size} into {} places", out.len());
        rows.chunks_exact(size).zip(out).for_each(|(row, y)| *y = self.ln_prob(row));
    }
}

/// A family of vectors that can be fitted to rows of data.
pub trait FitRows: Multivariate + Sized {
    /// The parameters that make the rows most likely, each row counted by its weight.
    ///
    /// # Errors
    ///
    /// If there are no rows, a number is not finite or outside the support, a weight is negative or all are 0, there are
    /// more or fewer weights than rows, or the data admit no maximum.
    fn fit_rows_weighted(rows: &[f64], dimension: usize, weights: &[f64]) -> Result<Self, Error>;

    /// The parameters that make the rows most likely.
    ///
    /// # Errors
    ///
    /// As [`fit_rows_weighted`](Self::fit_rows_weighted).
    fn fit_rows(rows: &[f64], dimension: usize) -> Result<Self, Error> {
        Self::fit_rows_weighted(rows, dimension, &vec![1.0; rows.len() / dimension.max(1)])
    }
}

/// Numbers that one task draws, about: a constant, so that the bits depend on the key and the place alone.
const CHUNK: usize = 4096;

/// A mistake of the caller: a value of another size.
#[track_caller]
pub(crate) fn check_size(name: &str, what: &str, found: usize, size: usize) {
    assert_eq!(found, size, "{name}: {what} {found} numbers, expected {size}");
}

/// Checks rows and their weights; gives the sum of the weights.
fn checked_rows(
    what: &'static str,
    rows: &[f64],
    dimension: usize,
    weights: &[f64],
    support: Support,
) -> Result<f64, Error> {
    if dimension == 0 || !rows.len().is_multiple_of(dimension) {
        let found = format!("{} numbers for rows of {dimension}", rows.len());
        return Err(Error::data(what, found, "whole rows of at least one number"));
    }
    if rows.len() != weights.len() * dimension && !rows.is_empty() {
        let found = format!("{} weights for {} rows", weights.len(), rows.len() / dimension);
        return Err(Error::data(what, found, "a weight for each row"));
    }
    let each: Vec<f64> = weights.iter().flat_map(|w| std::iter::repeat_n(*w, dimension)).collect();
    crate::data::checked(what, rows, &each, support)?;
    Ok(crate::data::sum(weights.iter().copied()))
}
