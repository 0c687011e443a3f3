//! Between two codes.

use super::same_size;
use crate::Error;

/// Linear interpolation: (1 − t) a + t b. For spaces without a centre, as styles.
///
/// # Errors
///
/// If the codes differ in size or are empty.
pub fn lerp(a: &[f32], b: &[f32], t: f32) -> Result<Vec<f32>, Error> {
    same_size("second code", b.len(), a.len())?;
    Ok(combine(a, b, 1.0 - t, t))
}

/// Spherical interpolation: sin((1 − t) ω) / sin ω · a + sin(t ω) / sin ω · b, with ω the angle between a and b.
///
/// Codes of a normal prior lie near a sphere; the straight way leads through its empty middle. Codes that point the same way, or
/// of which one is 0, are interpolated linearly; for opposite ones there is no shortest way.
///
/// Source: Shoemake 1985; White 2016, [arXiv:1609.04468](https://arxiv.org/abs/1609.04468), section 2.
///
/// ```
/// let half = genai_sampling::latent::slerp(&[1.0, 0.0], &[0.0, 1.0], 0.5)?;
/// assert!((half[0] - 0.5f32.sqrt()).abs() < 1e-6 && half[0] == half[1]);
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If the codes differ in size, are empty, or point in opposite directions.
pub fn slerp(a: &[f32], b: &[f32], t: f32) -> Result<Vec<f32>, Error> {
    same_size("second code", b.len(), a.len())?;
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    if cosine < -1.0 + 1e-12 {
        return Err(Error::Parameter { name: "cosine of two codes", value: cosine, expected: "above -1" });
    }
    let (angle, t) = (cosine.min(1.0).acos(), f64::from(t));
    if angle.is_nan() || angle <= 1e-6 {
        return Ok(combine(a, b, 1.0 - t as f32, t as f32)); // NaN: one of them is 0
    }
    let (first, second) = (((1.0 - t) * angle).sin() / angle.sin(), (t * angle).sin() / angle.sin());
    Ok(combine(a, b, first as f32, second as f32))
}

fn combine(a: &[f32], b: &[f32], of_a: f32, of_b: f32) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| of_a * a + of_b * b).collect()
}
