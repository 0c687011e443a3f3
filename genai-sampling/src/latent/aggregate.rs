//! A prior learned after training.

use super::{rows, same_size};
use crate::Error;
use genai_core::random::Key;
use genai_prob::multivariate::{FitRows, Multivariate};

/// Draws of the aggregate posterior: `draws` of each N(meanᵢ, stdᵢ), `[n · draws, dim]` in f64, as densities are fitted to.
///
/// `means` and `stds` are an encoder's answers over a data set, `[n, dim]`.
///
/// # Errors
///
/// If they differ in size, are no rows of `dim`, or a standard deviation is negative or NaN.
pub fn aggregate(means: &[f32], stds: &[f32], dim: usize, draws: usize, key: Key) -> Result<Vec<f64>, Error> {
    rows("means", means.len(), dim)?;
    same_size("standard deviations", stds.len(), means.len())?;
    if let Some(&value) = stds.iter().find(|s| !(**s >= 0.0 && s.is_finite())) {
        return Err(Error::Parameter {
            name: "standard deviation",
            value: f64::from(value),
            expected: "finite and at least 0",
        });
    }
    let mut z = vec![0.0; means.len() * draws];
    key.normal_f64(&mut z);
    for (i, row) in z.chunks_mut(dim).enumerate() {
        let from = i / draws * dim; // of the data
        for (j, z) in row.iter_mut().enumerate() {
            *z = f64::from(means[from + j]) + f64::from(stds[from + j]) * *z;
        }
    }
    Ok(z)
}

/// A prior fitted to the codes of a data set: where a decoder was trained, and not where a normal prior hopes it was.
///
/// Any density will do: a normal, a mixture of normals, a flow that implements [`Multivariate`].
///
/// Source: Ghosh et al. 2020, [arXiv:1903.12436](https://arxiv.org/abs/1903.12436), section 4 (ex-post density estimation).
#[derive(Clone, Debug)]
pub struct AggregatePrior<D> {
    density: D,
}

impl<D: FitRows> AggregatePrior<D> {
    /// The density of a family that makes codes, `[n, dim]`, most likely.
    ///
    /// # Errors
    ///
    /// If the codes do not admit a fit.
    pub fn fit(codes: &[f64], dim: usize) -> Result<Self, Error> {
        rows("codes", codes.len(), dim)?;
        Ok(Self { density: D::fit_rows(codes, dim)? })
    }
}

impl<D: Multivariate> AggregatePrior<D> {
    /// With a fitted density.
    pub fn new(density: D) -> Self {
        Self { density }
    }

    /// The density.
    pub fn density(&self) -> &D {
        &self.density
    }

    /// `n` codes, `[n, dim]`: the same for any number of threads.
    pub fn draws(&self, n: usize, key: Key) -> Vec<f32> {
        let mut z = vec![0.0; n * self.density.size()];
        self.density.fill(key, &mut z);
        z.into_iter().map(|z| z as f32).collect()
    }

    /// ln of the density of a code.
    ///
    /// # Errors
    ///
    /// If the code has another size.
    pub fn log_density(&self, z: &[f32]) -> Result<f64, Error> {
        same_size("code", z.len(), self.density.size())?;
        Ok(self.density.ln_prob(&z.iter().map(|z| f64::from(*z)).collect::<Vec<f64>>()))
    }
}
