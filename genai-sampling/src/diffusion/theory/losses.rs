//! Variational terms and training losses.

use std::f64::consts::{LN_2, PI};

use super::gaussian::{GaussianDiffusion, same};
use crate::Error;
use crate::diffusion::Prediction;

/// Which loss a network is trained with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The mean squared error of the prediction, and the variational term where variances are learned.
    Mse,
    /// The same with the variational term times T/1000: the hybrid loss.
    RescaledMse,
    /// The variational term in bits per dimension.
    Kl,
    /// The same times T, an estimate of the bound.
    RescaledKl,
}

/// Losses of every row.
#[derive(Clone, Debug, PartialEq)]
pub struct Losses {
    /// What is minimised.
    pub loss: Vec<f64>,
    /// Its squared error, where it has one.
    pub mse: Option<Vec<f64>>,
    /// Its variational part, where it is a part.
    pub variational: Option<Vec<f64>>,
}

/// The variational bound of every row, in bits per dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// All of it: terms and prior.
    pub total: Vec<f64>,
    /// KL from q(x_T | x₀) to the prior.
    pub prior: Vec<f64>,
    /// Terms of every step, from T − 1 to 0: `[steps][rows]`.
    pub terms: Vec<Vec<f64>>,
}

impl GaussianDiffusion {
    /// Terms of the variational bound in bits per dimension, one a row: the KL divergence of the reverse step from the
    /// posterior, or at step 0 the negative log-likelihood of data in 256 levels from −1 to 1.
    ///
    /// # Errors
    ///
    /// As [`reverse`](Self::reverse).
    pub fn variational_terms(
        &self,
        network: impl FnMut(&[f64], &[f64], &mut [f64]) -> Result<(), Error>,
        clean: &[f64],
        x: &[f64],
        steps: &[usize],
        clips: bool,
    ) -> Result<Vec<f64>, Error> {
        let row = self.row(x.len(), steps)?;
        let truth = self.posterior(clean, x, steps)?;
        let reverse = self.reverse(network, x, steps, clips)?;
        let element = |i: usize| {
            if steps[i / row] == 0 {
                return -ln_discretized(clean[i], reverse.mean[i], 0.5 * reverse.ln_variance[i]);
            }
            normal_kl(truth.mean[i], truth.ln_variance[i / row], reverse.mean[i], reverse.ln_variance[i])
        };
        Ok(row_means((0..x.len()).map(element), row).into_iter().map(|nats| nats / LN_2).collect())
    }

    /// KL divergence of q(x_T | x₀) from the standard normal prior in bits per dimension, one a row.
    ///
    /// # Errors
    ///
    /// If the rows are not equally long.
    pub fn prior_term(&self, clean: &[f64], rows: usize) -> Result<Vec<f64>, Error> {
        let row = self.row(clean.len(), &vec![0; rows])?;
        let mean = self.path.means()[self.steps() - 1];
        let element = |x: &f64| normal_kl(mean.sqrt() * x, (1.0 - mean).ln(), 0.0, 0.0) / LN_2;
        Ok(row_means(clean.iter().map(element), row))
    }

    /// The whole variational bound, with noise drawn anew for every step.
    ///
    /// # Errors
    ///
    /// As [`reverse`](Self::reverse).
    pub fn bound(
        &self,
        mut network: impl FnMut(&[f64], &[f64], &mut [f64]) -> Result<(), Error>,
        clean: &[f64],
        rows: usize,
        mut noise: impl FnMut(&mut [f64]),
    ) -> Result<Bound, Error> {
        let prior = self.prior_term(clean, rows)?;
        let (mut total, mut terms, mut drawn) = (prior.clone(), vec![], vec![0.0; clean.len()]);
        for t in (0..self.steps()).rev() {
            noise(&mut drawn);
            let steps = vec![t; rows];
            let x = self.forward(clean, &steps, &drawn)?;
            let term = self.variational_terms(&mut network, clean, &x, &steps, true)?;
            total.iter_mut().zip(&term).for_each(|(total, term)| *total += term);
            terms.push(term);
        }
        Ok(Bound { total, prior, terms })
    }

    /// A loss of every row at its step.
    ///
    /// # Errors
    ///
    /// As [`reverse`](Self::reverse).
    pub fn losses(
        &self,
        mut network: impl FnMut(&[f64], &[f64], &mut [f64]) -> Result<(), Error>,
        loss: Loss,
        clean: &[f64],
        steps: &[usize],
        noise: &[f64],
    ) -> Result<Losses, Error> {
        let row = self.row(clean.len(), steps)?;
        same(clean.len(), noise.len())?;
        let x = self.forward(clean, steps, noise)?;
        if matches!(loss, Loss::Kl | Loss::RescaledKl) {
            let factor = if loss == Loss::Kl { 1.0 } else { self.steps() as f64 };
            let terms = self.variational_terms(network, clean, &x, steps, false)?;
            let loss = terms.into_iter().map(|term| factor * term).collect();
            return Ok(Losses { loss, mse: None, variational: None });
        }
        let mut output = vec![0.0; x.len() * if self.learns() { 2 } else { 1 }];
        let times: Vec<f64> = steps.iter().map(|t| self.times[*t]).collect();
        network(&x, &times, &mut output)?;
        let target = |i: usize| if self.prediction == Prediction::Clean { clean[i] } else { noise[i] };
        if !matches!(self.prediction, Prediction::Clean | Prediction::Noise) {
            return Err(Error::Parameter { name: "prediction", value: f64::NAN, expected: "noise or clean samples" });
        }
        let squared = (0..x.len()).map(|i| (target(i) - output[self.place(i, row)]).powi(2));
        let mse = row_means(squared, row);
        if !self.learns() {
            return Ok(Losses { loss: mse.clone(), mse: Some(mse), variational: None });
        }
        let factor = if loss == Loss::Mse { 1.0 } else { self.steps() as f64 / 1000.0 };
        let again = |_: &[f64], _: &[f64], out: &mut [f64]| {
            out.copy_from_slice(&output);
            Ok(())
        };
        let terms = self.variational_terms(again, clean, &x, steps, false)?;
        let terms: Vec<f64> = terms.into_iter().map(|term| factor * term).collect();
        let loss = mse.iter().zip(&terms).map(|(mse, term)| mse + term).collect();
        Ok(Losses { loss, mse: Some(mse), variational: Some(terms) })
    }
}

fn row_means(values: impl Iterator<Item = f64>, row: usize) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    values.chunks(row).map(|row| row.iter().sum::<f64>() / row.len() as f64).collect()
}

/// KL of normal(m₁, e^v₁) from normal(m₂, e^v₂), in nats.
fn normal_kl(m1: f64, v1: f64, m2: f64, v2: f64) -> f64 {
    0.5 * (-1.0 + v2 - v1 + (v1 - v2).exp() + (m1 - m2).powi(2) * (-v2).exp())
}

/// ln of a normal's mass within half a level of x, with levels of 2/255 and open ends.
fn ln_discretized(x: f64, mean: f64, ln_deviation: f64) -> f64 {
    // the papers' tanh approximation of the normal distribution function: losses are compared with theirs
    let cdf = |x: f64| 0.5 * (1.0 + ((2.0 / PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh());
    let scale = (-ln_deviation).exp();
    let above = cdf(scale * (x - mean + 1.0 / 255.0));
    let below = cdf(scale * (x - mean - 1.0 / 255.0));
    let mass = if x < -0.999 {
        above
    } else if x > 0.999 {
        1.0 - below
    } else {
        above - below
    };
    mass.max(1e-12).ln()
}
