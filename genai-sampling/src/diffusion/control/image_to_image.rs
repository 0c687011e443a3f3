//! Starting from a sample instead of noise.

use crate::Error;
use crate::diffusion::number::blend;
use crate::diffusion::{Denoise, Number, Step};

/// Noises x, a clean sample, to where the last `strength` of the steps begin, and returns these: SDEdit.
///
/// A strength of 1 takes all steps, 0 none.
///
/// Source: Meng et al. 2022, [arXiv:2108.01073](https://arxiv.org/abs/2108.01073), algorithm 1.
///
/// # Errors
///
/// If the strength is not in [0, 1].
pub fn image_to_image<'s, F: Number>(
    denoise: &mut Denoise<'_, F>,
    x: &mut [F],
    steps: &'s [Step],
    strength: f64,
) -> Result<&'s [Step], Error> {
    if !(0.0..=1.0).contains(&strength) {
        return Err(Error::Parameter { name: "strength", value: strength, expected: "in [0, 1]" });
    }
    let kept = (steps.len() as f64 * strength) as usize;
    let rest = &steps[steps.len() - kept..];
    if let Some(first) = rest.first() {
        let mut noise = vec![F::default(); x.len()];
        denoise.draw(&mut noise);
        blend(x, first.from.alpha, [(first.from.sigma, &noise)]);
    }
    Ok(rest)
}
