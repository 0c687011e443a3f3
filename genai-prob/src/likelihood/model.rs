//! What a likelihood is made of: a family with its data, or a function.

use super::Matrix;
use super::differences;
use crate::data::sum;
use crate::information;
use crate::optimize::Constraint;
use crate::{Error, Parametric};
use genai_core::kernels::parallel;
use std::borrow::Cow;
use std::sync::Arc;

/// The log-likelihood of all parameters and what is known about it.
pub(crate) trait Model: Send + Sync {
    /// How many observations it speaks of: the sum of their weights.
    fn observations(&self) -> f64;
    /// ln L; −∞ where the parameters are not allowed.
    fn value(&self, theta: &[f64]) -> f64;
    /// ∂ ln L / ∂θ.
    fn score(&self, theta: &[f64]) -> Vec<f64>;
    /// E of the observed information.
    fn expected_information(&self, theta: &[f64]) -> Result<Matrix, Error>;
    /// The maximum, where the family knows it.
    fn fit(&self) -> Option<Result<Vec<f64>, Error>>;
    /// Values to begin a search with, for each parameter.
    fn guesses(&self) -> Vec<Vec<f64>>;
    /// How many weights [`reweighted`](Self::reweighted) takes; 0 if the data are not known.
    fn rows(&self) -> usize;
    /// The same with every weight multiplied.
    fn reweighted(&self, factors: &[f64]) -> Arc<dyn Model + '_>;
}

/// The member of a family that fits data with their weights best.
pub(crate) type Fitted<D> = fn(&[f64], &[f64]) -> Result<D, Error>;

/// Data under a family.
#[derive(Clone)]
pub(crate) struct FamilyModel<'a, D> {
    pub(crate) data: Cow<'a, [f64]>,
    pub(crate) weights: Cow<'a, [f64]>,
    pub(crate) total: f64,
    pub(crate) fit: Option<Fitted<D>>,
}

/// Values that one task sums: a constant, so that the bits do not depend on the number of threads.
const CHUNK: usize = 4096;

impl<D: Parametric> FamilyModel<'_, D> {
    /// Σ over chunks of data and weights, in order.
    fn chunks<T: Send + Clone + Default>(&self, of: impl Fn(&[f64], &[f64]) -> T + Sync) -> Vec<T> {
        let mut sums = vec![T::default(); self.data.len().div_ceil(CHUNK)];
        parallel::chunks(&mut sums, 1, CHUNK * 20, |i, sum| {
            let part = i * CHUNK..self.data.len().min((i + 1) * CHUNK);
            sum[0] = of(&self.data[part.clone()], &self.weights[part]);
        });
        sums
    }
}

impl<D: Parametric> Model for FamilyModel<'_, D> {
    fn observations(&self) -> f64 {
        self.total
    }

    fn value(&self, theta: &[f64]) -> f64 {
        let Ok(d) = D::from_parameters(theta) else { return f64::NEG_INFINITY };
        sum(self.chunks(|x, w| {
            let mut ln = vec![0.0; x.len()];
            d.ln_prob_into(x, &mut ln);
            sum(ln.iter().zip(w).map(|(ln, w)| if *w == 0.0 { 0.0 } else { ln * w }))
        }))
    }

    fn score(&self, theta: &[f64]) -> Vec<f64> {
        let Ok(d) = D::from_parameters(theta) else { return vec![f64::NAN; theta.len()] };
        let parts = self.chunks(|x, w| {
            let (mut score, mut part) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
            for (x, w) in x.iter().zip(w).filter(|(_, w)| **w != 0.0) {
                d.score(*x, &mut score);
                part.iter_mut().zip(&score).for_each(|(part, s)| *part += w * s);
            }
            part
        });
        (0..theta.len()).map(|i| sum(parts.iter().map(|part| part[i]))).collect()
    }

    fn expected_information(&self, theta: &[f64]) -> Result<Matrix, Error> {
        let mut information = information::fisher_information(&D::from_parameters(theta)?)?;
        for i in 0..theta.len() {
            (0..theta.len()).for_each(|j| information[(i, j)] *= self.total);
        }
        Ok(information)
    }

    fn fit(&self) -> Option<Result<Vec<f64>, Error>> {
        self.fit.map(|fit| Ok(fit(&self.data, &self.weights)?.parameters()))
    }

    fn guesses(&self) -> Vec<Vec<f64>> {
        let (mean, variance) = crate::data::mean_and_variance(&self.data, &self.weights, self.total);
        let spread = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        let kind = |constraint| match constraint {
            Some(Constraint::Above(bound)) => [1.0, 5.0, spread, mean.abs(), 1.0 / (mean.abs() + spread)]
                .map(|x| bound + if x > 0.0 { x } else { 1.0 })
                .to_vec(),
            Some(Constraint::Between(..)) => vec![0.5, 0.1, 0.9],
            _ => vec![0.0, mean],
        };
        D::PARAMETERS.iter().map(|parameter| kind(Constraint::of(parameter.domain))).collect()
    }

    fn rows(&self) -> usize {
        self.data.len()
    }

    fn reweighted(&self, factors: &[f64]) -> Arc<dyn Model + '_> {
        let weights: Vec<f64> = self.weights.iter().zip(factors).map(|(w, factor)| w * factor).collect();
        let total = sum(weights.iter().copied());
        Arc::new(FamilyModel::<'_, D> {
            data: Cow::Borrowed(&self.data),
            weights: Cow::Owned(weights),
            total,
            fit: self.fit,
        })
    }
}

/// A log-likelihood as a function.
pub(crate) type Function<'a> = Arc<dyn Fn(&[f64]) -> f64 + Send + Sync + 'a>;
/// Its slope as a function.
pub(crate) type Slope<'a> = Arc<dyn Fn(&[f64]) -> Vec<f64> + Send + Sync + 'a>;

/// A function of parameters under their constraints.
#[derive(Clone)]
pub(crate) struct FunctionModel<'a> {
    pub(crate) domain: Vec<Constraint>,
    pub(crate) observations: f64,
    pub(crate) value: Function<'a>,
    pub(crate) score: Option<Slope<'a>>,
}

impl Model for FunctionModel<'_> {
    fn observations(&self) -> f64 {
        self.observations
    }

    fn value(&self, theta: &[f64]) -> f64 {
        (self.value)(theta)
    }

    fn score(&self, theta: &[f64]) -> Vec<f64> {
        match &self.score {
            Some(score) => score(theta),
            None => differences::gradient(&self.domain, theta, |theta| (self.value)(theta)),
        }
    }

    fn expected_information(&self, _: &[f64]) -> Result<Matrix, Error> {
        let found = "a likelihood given as a function";
        Err(Error::data("expected_information", found, "a family, which says how its data would vary"))
    }

    fn fit(&self) -> Option<Result<Vec<f64>, Error>> {
        None
    }

    fn guesses(&self) -> Vec<Vec<f64>> {
        let of = |constraint: &Constraint| match *constraint {
            Constraint::Free => vec![vec![0.0, 1.0, -1.0]],
            Constraint::Above(bound) => vec![vec![bound + 1.0, bound + 0.1, bound + 10.0]],
            Constraint::Below(bound) => vec![vec![bound - 1.0, bound - 0.1, bound - 10.0]],
            Constraint::Between(a, b) => vec![vec![0.5 * a + 0.5 * b, 0.9 * a + 0.1 * b, 0.1 * a + 0.9 * b]],
            Constraint::Simplex(n) => vec![vec![1.0 / n as f64]; n],
        };
        self.domain.iter().flat_map(of).collect()
    }

    fn rows(&self) -> usize {
        0
    }

    fn reweighted(&self, _: &[f64]) -> Arc<dyn Model + '_> {
        Arc::new(self.clone())
    }
}
