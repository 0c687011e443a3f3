//! Draws of the prior that generators are trained with.

use crate::Error;
use crate::monte_carlo::check_between;
use genai_core::random::Key;
use genai_core::special::{erf, normal_quantile};

/// `n` codes of `dim` standard normal numbers: `[n, dim]`.
pub fn prior(n: usize, dim: usize, key: Key) -> Vec<f32> {
    let mut z = vec![0.0; n * dim];
    key.normal_f32(&mut z);
    z
}

/// `n` codes of standard normal numbers between −`bound` and `bound`: less variety for more quality.
///
/// By inversion: as many random numbers for every bound, and codes that move continuously with it.
///
/// Source: Brock, Donahue & Simonyan 2019, [arXiv:1809.11096](https://arxiv.org/abs/1809.11096), section 3.1.
///
/// ```
/// let z = genai_sampling::latent::truncated_prior(10, 64, 0.5, genai_core::random::Key::new(1))?;
/// assert!(z.iter().all(|z| z.abs() <= 0.5));
/// # Ok::<(), genai_sampling::Error>(())
/// ```
///
/// # Errors
///
/// If the bound is not positive and finite.
pub fn truncated_prior(n: usize, dim: usize, bound: f64, key: Key) -> Result<Vec<f32>, Error> {
    check_between("bound", bound, (0.0, f64::INFINITY), "positive and finite")?;
    let mass = erf(bound * std::f64::consts::FRAC_1_SQRT_2); // between the bounds
    let mut u = vec![0.0; n * dim];
    key.uniform_f64(&mut u);
    let z = |u: f64| normal_quantile(0.5 + mass * (u - 0.5)).clamp(-bound, bound) as f32;
    Ok(u.into_iter().map(|u| z(u).clamp(-(bound as f32), bound as f32)).collect())
}
