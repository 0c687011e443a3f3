//! The logistic-normal distribution.

use super::normal::means;
use super::parameters::parameters;
use super::{Multivariate, OFF_UNIT, Region, check_size};
use crate::special::log1pexp;
use crate::{Domain, Error, sample};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Shares of a whole from independent normal numbers, by breaking a stick: each number says what part of the rest is taken.
///
/// With zᵢ = σ(xᵢ − ln(k − i)), i = 0, …, k − 1, the shares are yᵢ = zᵢ Π (1 − zⱼ) over j < i, and what is left; x = 0 gives
/// equal shares.
///
/// | | |
/// |---|---|
/// | density | Π N(xᵢ; μᵢ, σᵢ) / Π yᵢ, by the shares but the last |
/// | mean, covariance | products of E zᵢ and E zᵢ², integrals of one variable |
///
/// # Examples
///
/// ```
/// use genai_prob::multivariate::{LogisticNormal, Multivariate};
///
/// let shares = LogisticNormal::new(&[0.0, 0.0], &[1e-9, 1e-9])?;
/// approx::assert_relative_eq!(shares.mean()[2], 1.0 / 3.0, max_relative = 1e-12);
/// # Ok::<(), genai_prob::Error>(())
/// ```
///
/// Source: Aitchison & Shen 1980, *Logistic-normal distributions: some properties and uses*; the map is PyTorch's
/// `StickBreakingTransform`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "fields::LogisticNormal", into = "fields::LogisticNormal")]
pub struct LogisticNormal {
    location: Vec<f64>,
    scale: Vec<f64>,
}

const NAME: &str = "LogisticNormal";

parameters!(LogisticNormal {
    /// μ, the means before the map: `[k]`.
    location: Vec<f64> => &[f64],
    /// σ, the standard deviations before the map: `[k]`.
    scale: Vec<f64> => &[f64],
});

impl LogisticNormal {
    /// The distribution of k + 1 shares from k normal numbers of these means and standard deviations.
    ///
    /// # Errors
    ///
    /// If there are none, a mean is not finite, or there are not as many standard deviations, all positive.
    pub fn new(location: &[f64], scale: &[f64]) -> Result<Self, Error> {
        let k = means(NAME, location)?;
        if scale.len() != k {
            return Err(Error::parameter(NAME, "scale", format!("{} numbers", scale.len()), format!("{k} numbers")));
        }
        scale.iter().try_for_each(|s| Domain::Positive.check(NAME, "scale", *s))?;
        Ok(Self { location: location.to_vec(), scale: scale.to_vec() })
    }

    /// Mean and standard deviation of the logit of each part taken.
    fn logits(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> + ExactSizeIterator {
        let k = self.location.len();
        let parts = self.location.iter().zip(&self.scale).enumerate();
        parts.map(move |(i, (mean, sd))| (mean - ((k - i) as f64).ln(), *sd))
    }

    /// E yᵢ yⱼ by the parts' moments: (E z, E z², E (1 − z), E (1 − z)², E z (1 − z)).
    fn moments(&self) -> Vec<[f64; 5]> {
        let part = |u: f64| (-log1pexp(-u)).exp();
        let of = |(mean, sd): (f64, f64)| {
            [
                normal_mean(mean, sd, part),
                normal_mean(mean, sd, |u| part(u).powi(2)),
                normal_mean(mean, sd, |u| part(-u)),
                normal_mean(mean, sd, |u| part(-u).powi(2)),
                normal_mean(mean, sd, |u| part(u) * part(-u)),
            ]
        };
        self.logits().map(of).collect()
    }
}

impl Multivariate for LogisticNormal {
    fn shape(&self) -> Vec<usize> {
        vec![self.location.len() + 1]
    }

    fn support(&self) -> Region {
        Region::Simplex
    }

    #[track_caller]
    fn ln_prob(&self, x: &[f64]) -> f64 {
        check_size(NAME, "a value of", x.len(), self.location.len() + 1);
        if x.iter().any(|x| x.is_nan() || *x <= 0.0) || (x.iter().sum::<f64>() - 1.0).abs() > OFF_UNIT {
            return f64::NEG_INFINITY;
        }
        let mut rest = 0.0; // Σ of the shares behind
        let mut sum = -x.iter().map(|y| y.ln()).sum::<f64>();
        for (i, (mean, sd)) in self.logits().enumerate().rev() {
            rest += x[i + 1];
            let z = ((x[i] / rest).ln() - mean) / sd;
            sum -= 0.5 * z * z + sd.ln() + 0.5 * TAU.ln();
        }
        sum
    }

    fn mean(&self) -> Vec<f64> {
        let mut left = 1.0;
        let mut out = Vec::with_capacity(self.size());
        for [z, _, rest, ..] in self.moments() {
            out.push(left * z);
            left *= rest;
        }
        out.push(left);
        out
    }

    fn covariance(&self) -> Vec<f64> {
        let (n, mean, moments) = (self.size(), self.mean(), self.moments());
        let mut out = vec![0.0; n * n];
        let mut squares = 1.0; // Π E (1 − z)² of the parts before
        for i in 0..n {
            let here = moments.get(i).copied().unwrap_or([1.0, 1.0, 0.0, 0.0, 0.0]); // the last takes all
            out[i * n + i] = squares * here[1] - mean[i] * mean[i];
            let mut between = squares * here[4];
            for j in i + 1..n {
                let there = moments.get(j).copied().unwrap_or([1.0, 1.0, 0.0, 0.0, 0.0]);
                let entry = between * there[0] - mean[i] * mean[j];
                (out[i * n + j], out[j * n + i]) = (entry, entry);
                between *= there[2];
            }
            squares *= here[3];
        }
        out
    }

    /// The normal entropies and E Σ ln yᵢ, integrals of one variable.
    fn entropy(&self) -> Option<f64> {
        let k = self.location.len();
        let part = |(i, (mean, sd)): (usize, (f64, f64))| {
            let taken = normal_mean(mean, sd, |u| -log1pexp(-u));
            let left = normal_mean(mean, sd, |u| -log1pexp(u));
            0.5 + sd.ln() + 0.5 * TAU.ln() + taken + (k - i) as f64 * left
        };
        Some(self.logits().enumerate().map(part).sum())
    }

    #[track_caller]
    fn sample(&self, rng: &mut dyn RngCore, out: &mut [f64]) {
        check_size(NAME, "a draw into", out.len(), self.location.len() + 1);
        let mut ln_left = 0.0;
        for (y, (mean, sd)) in out.iter_mut().zip(self.logits()) {
            let u = mean + sd * sample::standard_normal(rng);
            *y = (ln_left - log1pexp(-u)).exp().max(f64::MIN_POSITIVE);
            ln_left -= log1pexp(u);
        }
        out[self.location.len()] = ln_left.exp().max(f64::MIN_POSITIVE);
    }
}

/// E f(X) of a normal X, f smooth on the scale 1: the trapezoid rule, whose error falls as e^(−2π²/step) here.
fn normal_mean(mean: f64, sd: f64, f: impl Fn(f64) -> f64) -> f64 {
    const REACH: f64 = 9.0; // standard deviations; beyond lies 2·10⁻¹⁹
    let n = (REACH * (8.0 * sd).max(8.0)).min(1e5).ceil();
    let step = REACH / n;
    let weight = |z: f64| (-0.5 * z * z).exp();
    let at = |i: i64| weight(i as f64 * step);
    let sum = crate::data::sum((-(n as i64)..=n as i64).map(|i| at(i) * f(mean + sd * (i as f64 * step))));
    sum * step / TAU.sqrt()
}
