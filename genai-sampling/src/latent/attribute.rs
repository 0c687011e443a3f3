//! Arithmetic with attributes: directions in which codes become more or less of something.

use super::{rows, same_size};
use crate::Error;

/// The direction of an attribute: the mean of codes that have it less the mean of codes that do not; both `[n, dim]`.
///
/// Source: Larsen et al. 2016, [arXiv:1512.09300](https://arxiv.org/abs/1512.09300), section 4.1.
///
/// # Errors
///
/// If either is empty or no rows of `dim`.
pub fn attribute_direction(with: &[f32], without: &[f32], dim: usize) -> Result<Vec<f32>, Error> {
    let mean = |name, codes: &[f32]| {
        let n = rows(name, codes.len(), dim)? as f64;
        let sum = |i: usize| codes.iter().skip(i).step_by(dim).map(|x| f64::from(*x)).sum::<f64>();
        Ok::<Vec<f64>, Error>((0..dim).map(|i| sum(i) / n).collect())
    };
    let (with, without) = (mean("codes with the attribute", with)?, mean("codes without the attribute", without)?);
    Ok(with.iter().zip(without).map(|(a, b)| (a - b) as f32).collect())
}

/// z + amount · direction.
///
/// # Errors
///
/// If they differ in size.
pub fn shift(z: &[f32], direction: &[f32], amount: f32) -> Result<Vec<f32>, Error> {
    same_size("direction", direction.len(), z.len())?;
    Ok(z.iter().zip(direction).map(|(z, d)| z + amount * d).collect())
}

/// a − b + c: what is to c as a is to b.
///
/// Source: Radford, Metz & Chintala 2016, [arXiv:1511.06434](https://arxiv.org/abs/1511.06434), section 6.3.2.
///
/// # Errors
///
/// If they differ in size.
pub fn analogy(a: &[f32], b: &[f32], c: &[f32]) -> Result<Vec<f32>, Error> {
    same_size("second code", b.len(), a.len())?;
    same_size("third code", c.len(), a.len())?;
    Ok(a.iter().zip(b).zip(c).map(|((a, b), c)| a - b + c).collect())
}

/// The part of a direction that leaves another attribute alone: d − (d · o) / (o · o) o.
///
/// Source: Shen, Gu, Tang & Zhou 2020, [arXiv:1907.10786](https://arxiv.org/abs/1907.10786), section 3.2 (conditional
/// manipulation).
///
/// # Errors
///
/// If they differ in size, or the other direction is 0.
pub fn project_out(direction: &[f32], other: &[f32]) -> Result<Vec<f32>, Error> {
    same_size("other direction", other.len(), direction.len())?;
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let length = dot(other, other);
    if !(length > 0.0 && length.is_finite()) {
        return Err(Error::Parameter {
            name: "other direction's length",
            value: length,
            expected: "positive and finite",
        });
    }
    let part = dot(direction, other) / length;
    Ok(direction.iter().zip(other).map(|(d, o)| (f64::from(*d) - part * f64::from(*o)) as f32).collect())
}
