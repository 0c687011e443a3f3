//! Styles of one generator in another's layers.

use super::{rows, same_size};
use crate::Error;
use std::ops::Range;

/// The styles of `a`, `[layers, dim]`, with those of `b` in some layers: coarse ones carry pose and shape, fine ones colour.
///
/// Source: Karras, Laine & Aila 2019, [arXiv:1812.04948](https://arxiv.org/abs/1812.04948), section 3.1.
///
/// ```
/// let mixed = genai_sampling::latent::mix_styles(&[1.0, 1.0, 1.0], &[2.0, 2.0, 2.0], 1, 1..3)?;
/// assert_eq!(mixed, [1.0, 2.0, 2.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If the styles differ in size, are no rows of `dim`, or the layers do not all exist.
pub fn mix_styles(a: &[f32], b: &[f32], dim: usize, layers: Range<usize>) -> Result<Vec<f32>, Error> {
    same_size("second styles", b.len(), a.len())?;
    let n = rows("styles", a.len(), dim)?;
    if layers.start > layers.end || layers.end > n {
        return Err(Error::Length { name: "layers", found: layers.end.max(layers.start), expected: n });
    }
    let (mut mixed, part) = (a.to_vec(), layers.start * dim..layers.end * dim);
    mixed[part.clone()].copy_from_slice(&b[part]);
    Ok(mixed)
}

/// One style a range of layers: `styles`, `[k, dim]`, change at the k − 1 ascending `crossovers`. `[layers, dim]`.
///
/// ```
/// assert_eq!(genai_sampling::latent::mix_at(&[1.0, 2.0, 3.0], 1, &[1, 3], 4)?, [1.0, 2.0, 2.0, 3.0]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If there is not one crossover less than styles, or they do not ascend within the layers.
pub fn mix_at(styles: &[f32], dim: usize, crossovers: &[usize], layers: usize) -> Result<Vec<f32>, Error> {
    let k = rows("styles", styles.len(), dim)?;
    if crossovers.len() + 1 != k {
        return Err(Error::Length { name: "crossovers", found: crossovers.len(), expected: k - 1 });
    }
    if !crossovers.is_sorted() || crossovers.last().is_some_and(|last| *last > layers) {
        let value = crossovers.last().map_or(0.0, |last| *last as f64);
        return Err(Error::Parameter { name: "crossovers", value, expected: "ascending within the layers" });
    }
    let style = |layer: usize| crossovers.partition_point(|c| *c <= layer);
    Ok((0..layers).flat_map(|layer| styles[style(layer) * dim..][..dim].iter().copied()).collect())
}
