//! Where a draw may lie.

use crate::bijector::{self, Bijector};
use genai_core::Tensor;

/// A set of tensors: the support of a distribution, the domain or range of a bijector.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Constraint {
    /// Any real number.
    Real,
    /// Above 0.
    Positive,
    /// Real numbers above a bound.
    Above(f64),
    /// Between two bounds.
    Between(f64, f64),
    /// Between bounds that differ within the batch.
    BatchBetween,
    /// Whole numbers of at least 0.
    Counts,
    /// 0 or 1.
    Boolean,
    /// Whole numbers from 0 on, below their number.
    Index(usize),
    /// Non-negative numbers on the last axis that sum to 1.
    Simplex,
    /// One 1 on the last axis, otherwise 0.
    OneHot,
    /// Ascending on the last axis.
    Ordered,
    /// Ascending on the last axis, all above 0.
    PositiveOrdered,
    /// Lower triangular on the last two axes.
    LowerTriangular,
    /// Lower triangular with a positive diagonal.
    LowerCholesky,
    /// The Cholesky factor of a correlation matrix.
    CorrelationCholesky,
    /// Symmetric positive definite on the last two axes.
    PositiveDefinite,
}

impl Constraint {
    /// Whether every element (row, matrix) lies in the set, up to rounding.
    pub fn holds(self, x: &Tensor) -> bool {
        let x = x.detach().to_dtype(genai_core::DType::F64);
        let values = x.to_vec::<f64>();
        let all = |test: fn(f64) -> bool| values.iter().all(|x| test(*x));
        let last = x.shape().last().copied().unwrap_or(1).max(1);
        let rows = |test: &dyn Fn(&[f64]) -> bool| values.chunks(last).all(test);
        let matrices = |test: &dyn Fn(&[f64]) -> bool| values.chunks(last * last).all(test);
        let lower = |m: &[f64]| (0..last).all(|i| m[i * last + i + 1..(i + 1) * last].iter().all(|x| *x == 0.0));
        let diagonal = |m: &[f64]| (0..last).all(|i| m[i * last + i] > 0.0);
        let symmetric = |m: &[f64]| {
            let most = m.iter().fold(0.0f64, |most, x| most.max(x.abs()));
            (0..last).all(|i| (0..i).all(|j| (m[i * last + j] - m[j * last + i]).abs() <= 1e-5 * most))
        };
        let ascending = |row: &[f64]| row.windows(2).all(|pair| pair[0] < pair[1]);
        match self {
            Self::Real | Self::BatchBetween => all(f64::is_finite),
            Self::Positive => all(|x| x > 0.0),
            Self::Above(bound) => values.iter().all(|x| *x > bound),
            Self::Between(low, high) => values.iter().all(|x| (low..=high).contains(x)),
            Self::Counts => all(|x| x >= 0.0 && x.fract() == 0.0),
            Self::Boolean => all(|x| x == 0.0 || x == 1.0),
            Self::Index(n) => values.iter().all(|x| *x >= 0.0 && *x < n as f64 && x.fract() == 0.0),
            Self::Simplex => rows(&|row| {
                row.iter().all(|x| *x >= 0.0) && (row.iter().sum::<f64>() - 1.0).abs() < 1e-6 * row.len() as f64
            }),
            Self::OneHot => rows(&|row| {
                row.iter().filter(|x| **x == 1.0).count() == 1 && row.iter().filter(|x| **x == 0.0).count() == last - 1
            }),
            Self::Ordered => rows(&ascending),
            Self::PositiveOrdered => rows(&|row| ascending(row) && row.first().is_none_or(|x| *x > 0.0)),
            Self::LowerTriangular => matrices(&lower),
            Self::LowerCholesky => matrices(&|m| lower(m) && diagonal(m)),
            Self::PositiveDefinite => x.cholesky().is_ok() && matrices(&symmetric),
            Self::CorrelationCholesky => matrices(&|m| {
                let unit =
                    |i: usize| (m[i * last..(i + 1) * last].iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-6;
                lower(m) && diagonal(m) && (0..last).all(unit)
            }),
        }
    }
}

/// The bijection from unconstrained numbers to a set; none for sets of whole numbers and bounds that differ within a batch.
pub fn biject_to(support: Constraint) -> Option<Box<dyn Bijector>> {
    Some(match support {
        Constraint::Real => Box::new(bijector::Affine::new(0.0, 1.0)),
        Constraint::Positive => Box::new(bijector::Exp),
        Constraint::Above(bound) => {
            Box::new(bijector::Compose::new(vec![Box::new(bijector::Exp), Box::new(bijector::Affine::new(bound, 1.0))]))
        }
        Constraint::Between(low, high) => Box::new(bijector::Compose::new(vec![
            Box::new(bijector::Sigmoid),
            Box::new(bijector::Affine::new(low, high - low)),
        ])),
        Constraint::Simplex => Box::new(bijector::StickBreaking),
        Constraint::Ordered => Box::new(bijector::Ordered),
        Constraint::PositiveOrdered => Box::new(bijector::PositiveOrdered),
        Constraint::LowerTriangular => Box::new(bijector::LowerTriangular),
        Constraint::LowerCholesky => Box::new(bijector::Cholesky),
        Constraint::CorrelationCholesky => Box::new(bijector::CorrelationCholesky),
        Constraint::PositiveDefinite => Box::new(bijector::PositiveDefinite),
        Constraint::Counts
        | Constraint::Boolean
        | Constraint::Index(_)
        | Constraint::OneHot
        | Constraint::BatchBetween => return None,
    })
}
