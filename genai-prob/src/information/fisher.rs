//! What one observation tells about parameters.

use crate::likelihood::Matrix;
use crate::probability::expectation;
use crate::{Error, Parametric};
use std::cell::RefCell;

/// Iᵢⱼ = E (∂ ln f/∂θᵢ) (∂ ln f/∂θⱼ): the covariance of the score of one observation. No unbiased estimate from n observations
/// has a variance below that of (n I)⁻¹.
///
/// Source: Fisher 1925, *Theory of statistical estimation*; bound of Rao 1945 and Cramér 1946.
///
/// # Errors
///
/// If a sum has too many terms, or the score is not defined where there is mass.
pub fn fisher_information<D: Parametric>(d: &D) -> Result<Matrix, Error> {
    let count = D::PARAMETERS.len();
    let score = RefCell::new(vec![0.0; count]);
    let mut information = Matrix::zeros(count);
    for i in 0..count {
        for j in 0..=i {
            let value = expectation(d, |x| {
                let mut score = score.borrow_mut();
                d.score(x, &mut score);
                score[i] * score[j]
            })?;
            (information[(i, j)], information[(j, i)]) = (value, value);
        }
    }
    Ok(information)
}
