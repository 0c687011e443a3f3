//! Ways through a latent space.

use super::{rows, same_size};
use crate::Error;
use genai_core::random::Key;

/// A way through codes, `[n, dim]`: `steps` codes from each to the next by `between` ([`lerp`](super::lerp),
/// [`slerp`](super::slerp)), and the last code; back to the first instead if it is `closed`. `[m, dim]`.
///
/// ```
/// use genai_sampling::latent::{lerp, walk};
///
/// assert_eq!(walk(&[0.0, 1.0, 3.0], 1, 2, false, lerp)?, [0.0, 0.5, 1.0, 2.0, 3.0]);
/// assert_eq!(walk(&[0.0, 1.0], 1, 2, true, lerp)?, [0.0, 0.5, 1.0, 0.5]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If there are no codes or steps, or `between` fails.
pub fn walk(
    codes: &[f32],
    dim: usize,
    steps: usize,
    closed: bool,
    between: impl Fn(&[f32], &[f32], f32) -> Result<Vec<f32>, Error>,
) -> Result<Vec<f32>, Error> {
    let n = rows("codes", codes.len(), dim)?;
    if steps == 0 {
        return Err(Error::Parameter { name: "steps", value: 0.0, expected: "at least 1" });
    }
    let (row, legs) = (|i: usize| &codes[i % n * dim..][..dim], if closed { n } else { n - 1 });
    let mut way = Vec::with_capacity((legs * steps + 1) * dim);
    for leg in 0..legs {
        way.extend_from_slice(row(leg));
        for step in 1..steps {
            way.extend(between(row(leg), row(leg + 1), step as f32 / steps as f32)?);
        }
    }
    if !closed {
        way.extend_from_slice(row(n - 1));
    }
    Ok(way)
}

/// A random walk that stays a draw of the prior: z ← √(1 − s²) z + s n, from `start`. `[steps + 1, d]`, the start first.
///
/// # Errors
///
/// If the start is empty, or the step size s lies outside [0, 1].
pub fn random_walk(start: &[f32], steps: usize, step_size: f32, key: Key) -> Result<Vec<f32>, Error> {
    same_size("start", start.len(), start.len())?;
    if !(0.0..=1.0).contains(&step_size) {
        return Err(Error::Parameter { name: "step_size", value: f64::from(step_size), expected: "between 0 and 1" });
    }
    let d = start.len();
    let mut way = vec![0.0; (steps + 1) * d];
    key.normal_f32(&mut way[d..]);
    way[..d].copy_from_slice(start);
    let keep = (1.0 - step_size * step_size).sqrt();
    for i in d..way.len() {
        way[i] = keep * way[i - d] + step_size * way[i];
    }
    Ok(way)
}
