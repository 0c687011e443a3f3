//! Truncation of styles towards their mean.

use super::{rows, same_size};
use crate::Error;
use genai_core::random::Key;

/// The truncation trick: w ← w̄ + ψ (w − w̄), which trades variety for quality.
///
/// Source: Karras, Laine & Aila 2019, [arXiv:1812.04948](https://arxiv.org/abs/1812.04948), appendix B.
#[derive(Clone, Debug)]
pub struct Truncation {
    /// The mean style w̄.
    pub mean: Vec<f32>,
    /// How far from the mean: 0 is the mean, 1 leaves styles alone, below 0 gives opposites.
    pub psi: f32,
    /// Layers from the first that are truncated; all if `None`.
    pub cutoff: Option<usize>,
}

impl Truncation {
    /// Truncates the styles of a generator's layers, `[layers, d]`.
    ///
    /// ```
    /// use genai_sampling::latent::Truncation;
    ///
    /// let truncation = Truncation { mean: vec![1.0, 1.0], psi: 0.5, cutoff: Some(1) };
    /// let mut styles = [3.0, 1.0, 3.0, 1.0]; // two layers
    /// truncation.apply(&mut styles)?;
    /// assert_eq!(styles, [2.0, 1.0, 3.0, 1.0]);
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the styles are no rows of the mean's size, or ψ is not finite.
    pub fn apply(&self, styles: &mut [f32]) -> Result<(), Error> {
        let d = self.mean.len();
        let layers = rows("styles", styles.len(), d)?;
        if !self.psi.is_finite() {
            return Err(Error::Parameter { name: "psi", value: f64::from(self.psi), expected: "finite" });
        }
        for style in styles.chunks_mut(d).take(self.cutoff.unwrap_or(layers)) {
            style.iter_mut().zip(&self.mean).for_each(|(w, mean)| *w = mean + self.psi * (*w - mean));
        }
        Ok(())
    }
}

/// The mean of `n` mapped prior codes of `dim` numbers (StyleGAN: 10,000).
///
/// # Errors
///
/// If there are none, or `map` returns codes of different sizes.
pub fn mean_latent(map: impl Fn(&[f32]) -> Vec<f32>, n: usize, dim: usize, key: Key) -> Result<Vec<f32>, Error> {
    let mut sum: Vec<f64> = Vec::new();
    let mut z = vec![0.0; dim];
    for i in 0..n {
        key.split(i as u64).normal_f32(&mut z);
        let w = map(&z);
        if i == 0 {
            sum = vec![0.0; w.len()];
        }
        same_size("mapped code", w.len(), sum.len())?;
        sum.iter_mut().zip(w).for_each(|(sum, w)| *sum += f64::from(w));
    }
    if n == 0 {
        return Err(Error::Parameter { name: "draws", value: 0.0, expected: "at least 1" });
    }
    Ok(sum.into_iter().map(|sum| (sum / n as f64) as f32).collect())
}
