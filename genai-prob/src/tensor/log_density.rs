//! Log-densities of constrained parameters, as functions of unconstrained vectors: what Markov chains walk on.

use super::{Constraint, biject_to};
use crate::Error;
use crate::bijector::Bijector;
use genai_core::random::Key;
use genai_core::{DType, Tensor, grad};
use std::fmt::{self, Debug};
use std::ops::Index;

/// A log-density on all vectors of a dimension, up to a constant, with its gradient.
pub trait LogDensity: Send + Sync {
    /// The numbers of a vector.
    fn dimension(&self) -> usize;

    /// ln f(x); its gradient is written to `gradient`.
    fn log_density(&self, x: &[f64], gradient: &mut [f64]) -> f64;
}

/// A named parameter and the set that it lies in.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub constraint: Constraint,
    /// The shape of its value.
    pub shape: Vec<usize>,
}

impl Unknown {
    /// Of this name, set and shape.
    pub fn new(name: &str, constraint: Constraint, shape: &[usize]) -> Self {
        Self { name: name.into(), constraint, shape: shape.to_vec() }
    }
}

/// Values of parameters by their names: `values["scale"]`.
#[derive(Clone, Debug)]
pub struct Values(Vec<(String, Tensor)>);

impl Values {
    /// The names and values, in the order of the parameters.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(name, value)| (&name[..], value))
    }
}

impl Index<&str> for Values {
    type Output = Tensor;

    /// # Panics
    ///
    /// If there is no parameter of this name.
    #[track_caller]
    fn index(&self, name: &str) -> &Tensor {
        match self.0.iter().find(|(own, _)| own == name) {
            Some((_, value)) => value,
            None => {
                panic!("no parameter is called {name}; there are {:?}", self.0.iter().map(|p| &p.0).collect::<Vec<_>>())
            }
        }
    }
}

/// A parameter with its place in the unconstrained vector.
#[derive(Debug)]
struct Site {
    unknown: Unknown,
    bijector: Box<dyn Bijector>,
    inner: Vec<usize>, // the shape of its part of the vector
    start: usize,
}

/// A joint log-density of named constrained parameters, as one of an unconstrained vector: each parameter is its set's
/// [bijection](biject_to) of its part of the vector, and the logarithms of the Jacobians' determinants are added, so that
/// draws of the vector, mapped back, are draws of the parameters.
///
/// ```
/// use genai_core::Tensor;
/// use genai_prob::tensor::{Constraint, Distribution, Exponential, Joint, LogDensity, Normal, Unknown};
///
/// // Heights: normal, of unknown mean and spread.
/// let data = Tensor::of([1.2f64, 0.7, 1.9, 1.4]);
/// let number = |x: f64| Tensor::full_of([], x, genai_core::DType::F64);
/// let prior = (Normal::new(&number(0.0), &number(10.0))?, Exponential::new(&number(1.0))?);
/// let unknowns = [Unknown::new("mean", Constraint::Real, &[]), Unknown::new("spread", Constraint::Positive, &[])];
/// let joint = Joint::new(&unknowns, move |p| {
///     let heights = Normal::new(&p["mean"], &p["spread"])?;
///     Ok(prior.0.log_prob(&p["mean"]) + prior.1.log_prob(&p["spread"]) + heights.log_prob(&data).sum())
/// })?;
/// let mut gradient = [0.0; 2];
/// let value = joint.log_density(&[1.0, -0.5], &mut gradient);
/// assert!(value.is_finite() && gradient[0] > 0.0);
/// assert_eq!(joint.constrained(&[1.0, -0.5])["spread"].item::<f64>(), (-0.5f64).exp());
/// # Ok::<(), genai_prob::Error>(())
/// ```
pub struct Joint {
    sites: Vec<Site>,
    density: Box<Density>,
}

type Density = dyn Fn(&Values) -> Result<Tensor, Error> + Send + Sync;

impl Debug for Joint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Joint").field("sites", &self.sites).finish_non_exhaustive()
    }
}

impl Joint {
    /// From parameters and the log-density of their values, `[]`; where it is an `Err` (a point so far out that a
    /// parameter has rounded to the edge of its set) the log-density is −∞.
    ///
    /// # Errors
    ///
    /// If there are no parameters, two have the same name, or a set has no bijection or not this shape.
    pub fn new(
        unknowns: &[Unknown],
        density: impl Fn(&Values) -> Result<Tensor, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let mut sites: Vec<Site> = Vec::new();
        for unknown in unknowns {
            if sites.iter().any(|site| site.unknown.name == unknown.name) {
                return Err(Error::data("Joint", format!("two parameters called {}", unknown.name), "different names"));
            }
            let start = sites.last().map_or(0, Site::end);
            sites.push(Site::new(unknown, start)?);
        }
        if sites.is_empty() {
            return Err(Error::data("Joint", "no parameters", "at least one"));
        }
        Ok(Self { sites, density: Box::new(density) })
    }

    /// The parameters.
    pub fn unknowns(&self) -> impl Iterator<Item = &Unknown> {
        self.sites.iter().map(|site| &site.unknown)
    }

    /// The parameters of a vector.
    ///
    /// # Panics
    ///
    /// If it is not of the dimension.
    #[track_caller]
    pub fn constrained(&self, x: &[f64]) -> Values {
        self.values(&self.vector(x)).0
    }

    /// The vector of parameters.
    ///
    /// # Errors
    ///
    /// If one is missing, has another shape or lies outside its set.
    pub fn unconstrained(&self, values: &[(&str, &Tensor)]) -> Result<Vec<f64>, Error> {
        let mut x = Vec::with_capacity(self.dimension());
        for site in &self.sites {
            let unknown = &site.unknown;
            let found = values.iter().find(|(name, _)| *name == unknown.name).map(|(_, value)| value.detach());
            let fits = |value: &Tensor| value.shape() == unknown.shape && unknown.constraint.holds(value);
            let Some(value) = found.filter(fits) else {
                let found = format!("the value of {}", unknown.name);
                return Err(Error::data("Joint", found, "one value of its shape and set for each parameter"));
            };
            x.extend(site.bijector.inverse(&value.to_dtype(DType::F64)).to_vec::<f64>());
        }
        Ok(x)
    }

    /// A vector to start from: uniform between −2 and 2, as Stan does.
    pub fn start(&self, key: Key) -> Vec<f64> {
        let mut x = vec![0.0; self.dimension()];
        key.uniform_f64(&mut x);
        x.iter_mut().for_each(|x| *x = 4.0 * *x - 2.0);
        x
    }

    /// The log-density of a vector `[dimension]`, as a tensor: `[]`, differentiable.
    ///
    /// # Panics
    ///
    /// If the vector has another shape, or the log-density is not one number.
    #[track_caller]
    pub fn log_density_of(&self, x: &Tensor) -> Tensor {
        assert_eq!(x.shape(), [self.dimension()], "log_density_of: the vector's shape");
        let (values, log_determinant) = self.values(x);
        match (self.density)(&values) {
            Ok(density) => {
                assert_eq!(density.shape(), [0usize; 0], "log_density_of: the shape of a log-density");
                density + log_determinant
            }
            Err(_) => log_determinant * 0.0 + f64::NEG_INFINITY,
        }
    }

    /// The log-density as a closure.
    pub fn function(&self) -> impl Fn(&[f64], &mut [f64]) -> f64 + '_ {
        |x, gradient| self.log_density(x, gradient)
    }

    #[track_caller]
    fn vector(&self, x: &[f64]) -> Tensor {
        assert_eq!(x.len(), self.dimension(), "a vector of {} numbers, not {}", self.dimension(), x.len());
        Tensor::from_vec(x.to_vec(), [x.len()])
    }

    /// The parameters of a vector, and the logarithm of the Jacobian's determinant.
    fn values(&self, x: &Tensor) -> (Values, Tensor) {
        let mut sum = Tensor::zeros_of((), x.dtype());
        let values = self.sites.iter().map(|site| {
            let part = x.narrow(0, site.start, site.size()).reshape(&site.inner[..]);
            let value = site.bijector.forward(&part);
            sum = &sum + site.bijector.log_determinant(&part, &value).sum();
            (site.unknown.name.clone(), value)
        });
        let values = Values(values.collect());
        (values, sum)
    }
}

impl LogDensity for Joint {
    fn dimension(&self) -> usize {
        self.sites.last().map_or(0, Site::end)
    }

    /// −∞ with a gradient of 0 where the log-density is no number.
    #[track_caller]
    fn log_density(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        assert_eq!(gradient.len(), x.len(), "log_density: numbers of the gradient");
        let x = self.vector(x).tracked();
        let y = self.log_density_of(&x);
        let value: f64 = y.item();
        if value.is_nan() || value == f64::NEG_INFINITY {
            gradient.fill(0.0);
            return f64::NEG_INFINITY;
        }
        gradient.copy_from_slice(&grad(&y, &[&x], false)[0].to_vec::<f64>());
        value
    }
}

impl Site {
    fn new(unknown: &Unknown, start: usize) -> Result<Self, Error> {
        let refused =
            |found: String| Error::data("Joint", found, "a set with a bijection, of a shape that it can have");
        let Some(bijector) = biject_to(unknown.constraint) else {
            return Err(refused(format!("{} in {:?}", unknown.name, unknown.constraint)));
        };
        let (_, axes) = bijector.axes();
        let square =
            axes < 2 || unknown.shape.iter().rev().take(2).collect::<Vec<_>>().windows(2).all(|n| n[0] == n[1]);
        if unknown.shape.len() < axes || unknown.shape.contains(&0) || !square {
            return Err(refused(format!("{} of shape {:?}", unknown.name, unknown.shape)));
        }
        let inner = bijector.inverse_shape(&unknown.shape);
        Ok(Self { unknown: unknown.clone(), bijector, inner, start })
    }

    fn size(&self) -> usize {
        self.inner.iter().product()
    }

    fn end(&self) -> usize {
        self.start + self.size()
    }
}
