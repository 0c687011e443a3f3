//! Annealed importance sampling.

use super::importance::Weighted;
use crate::Error;
use genai_core::random::{Key, Stream};
use rayon::prelude::*;

/// Annealed importance sampling: points of f₀ are led to f₁ through f₀^(1 − β) f₁^β, and weighted by what the way cost.
///
/// The mean weight estimates Z₁ / Z₀ without bias, whatever the transitions mix. Points may be of any type, binary units as
/// well as vectors; [`tempered`](super::tempered) makes the target between two densities for a Markov chain.
///
/// Source: Neal 2001, [arXiv:physics/9803008](https://arxiv.org/abs/physics/9803008), section 2.
#[derive(Clone, Debug)]
pub struct Annealed {
    /// β, ascending from 0 to 1.
    pub temperatures: Vec<f64>,
    /// Independent points.
    pub particles: usize,
    /// Where random numbers come from.
    pub key: Key,
}

impl Annealed {
    /// `steps` equal steps from 0 to 1.
    pub fn linear(steps: usize, particles: usize, key: Key) -> Self {
        let temperatures = (0..=steps).map(|i| i as f64 / steps.max(1) as f64).collect();
        Self { temperatures, particles, key }
    }

    /// Runs all points: `draw` draws of f₀, `log_ratio` is ln f₁ − ln f₀, and `transition(x, beta, rng)` leaves the density at
    /// β as it is.
    ///
    /// ```
    /// use genai_core::random::Key;
    /// use genai_sampling::monte_carlo::{Annealed, Chain, Hmc, Phase, tempered};
    ///
    /// let normal = |mean: f64| move |x: &[f64], g: &mut [f64]| { g[0] = mean - x[0]; -0.5 * (x[0] - mean).powi(2) };
    /// let hmc = Hmc { step_size: Some(0.5), ..Hmc::default() };
    /// let led = Annealed::linear(30, 200, Key::new(1)).run(
    ///     |rng| vec![rng.normal()],
    ///     |x| normal(4.0)(x, &mut [0.0]) - normal(0.0)(x, &mut [0.0]),
    ///     |x, beta, rng| {
    ///         let mut chain = hmc.chain(tempered(normal(0.0), normal(4.0), beta), x)?;
    ///         chain.step(Phase::Draw, rng)?;
    ///         x.copy_from_slice(chain.position());
    ///         Ok(())
    ///     },
    /// )?;
    /// assert!(led.log_mean_weight().abs() < 0.3); // both have the same constant
    /// # Ok::<(), genai_sampling::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are no particles, temperatures do not ascend from 0 to 1, a weight is not a number, or a transition fails.
    pub fn run<T: Send>(
        &self,
        draw: impl Fn(&mut Stream) -> T + Sync,
        log_ratio: impl Fn(&T) -> f64 + Sync,
        transition: impl Fn(&mut T, f64, &mut Stream) -> Result<(), Error> + Sync,
    ) -> Result<Weighted<T>, Error> {
        let betas = &self.temperatures;
        if betas.len() < 2 || betas[0] != 0.0 || betas[betas.len() - 1] != 1.0 || !betas.is_sorted() {
            let value = betas.first().copied().unwrap_or(f64::NAN);
            return Err(Error::Parameter { name: "temperatures", value, expected: "ascending from 0 to 1" });
        }
        let one = |i: usize| {
            let mut rng = self.key.split(i as u64).stream();
            let (mut x, mut log_weight) = (draw(&mut rng), 0.0);
            for (k, step) in betas.windows(2).enumerate() {
                log_weight += (step[1] - step[0]) * log_ratio(&x);
                if k + 2 < betas.len() {
                    transition(&mut x, step[1], &mut rng)?;
                }
            }
            Ok((x, log_weight))
        };
        let led: Result<Vec<(T, f64)>, Error> = (0..self.particles).into_par_iter().map(one).collect();
        let (points, log_weights) = led?.into_iter().unzip();
        Weighted::new(points, log_weights)
    }
}
