//! The metric of a target: a linear map S under which it is about round, learned from draws.
//!
//! Chains move in z with x = S z, where every mass is 1; S Sᵀ is the inverse mass matrix.

use crate::Error;

/// What a chain learns of its target's shape while it warms up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Metric {
    /// Nothing: all coordinates have one scale.
    Unit,
    /// A scale for each coordinate, from the variances of draws and gradients, √(var x / var ∇), which minimises the Fisher
    /// divergence and is exact for independent normals after few draws.
    ///
    /// Source: Seyboldt, Carlson & Carpenter 2026, *Preconditioning Hamiltonian Monte Carlo by minimizing Fisher divergence*,
    /// [arXiv:2603.18845](https://arxiv.org/abs/2603.18845).
    #[default]
    Diagonal,
    /// The covariance of all coordinates: for strongly correlated ones. Costs d² a step.
    Dense,
}

/// The map S.
#[derive(Clone, Debug)]
pub(super) enum Scale {
    Diagonal(Vec<f64>),
    /// Lower triangle, row-major `[d, d]`.
    Dense(Vec<f64>),
}

impl Scale {
    pub(super) fn unit(dim: usize) -> Self {
        Self::Diagonal(vec![1.0; dim])
    }

    /// A first guess from the gradient where a chain starts: the larger a slope, the narrower the target there, |∇|^−½.
    pub(super) fn first(gradient: &[f64], metric: Metric) -> Self {
        let width = |g: &f64| if *g == 0.0 { 1.0 } else { g.abs().sqrt().recip().clamp(1e-10, 1e10) };
        match metric {
            Metric::Unit => Self::unit(gradient.len()),
            Metric::Diagonal | Metric::Dense => Self::Diagonal(gradient.iter().map(width).collect()),
        }
    }

    /// x += step · S p.
    pub(super) fn advance(&self, x: &mut [f64], p: &[f64], step: f64) {
        match self {
            Self::Diagonal(s) => x.iter_mut().zip(p).zip(s).for_each(|((x, p), s)| *x += step * s * p),
            Self::Dense(s) => {
                let d = x.len();
                for i in 0..d {
                    x[i] += step * dot(&s[i * d..i * d + i + 1], &p[..=i]);
                }
            }
        }
    }

    /// out = Sᵀ gradient.
    pub(super) fn pull_back(&self, gradient: &[f64], out: &mut [f64]) {
        match self {
            Self::Diagonal(s) => out.iter_mut().zip(gradient).zip(s).for_each(|((o, g), s)| *o = s * g),
            Self::Dense(s) => {
                let d = out.len();
                out.fill(0.0);
                for i in 0..d {
                    let row = &s[i * d..i * d + i + 1];
                    out[..=i].iter_mut().zip(row).for_each(|(o, s)| *o += s * gradient[i]);
                }
            }
        }
    }
}

/// Running means, variances and products of draws and gradients (Welford 1962).
#[derive(Clone, Debug)]
pub(super) struct Moments {
    count: f64,
    mean: Vec<f64>,
    square: Vec<f64>,
    slope_mean: Vec<f64>,
    slope_square: Vec<f64>,
    /// Sums of products, lower triangle, `[d, d]`; empty unless dense.
    product: Vec<f64>,
    before: Vec<f64>,
}

impl Moments {
    pub(super) fn new(dim: usize, metric: Metric) -> Self {
        let zeros = || vec![0.0; dim];
        let product = if metric == Metric::Dense { vec![0.0; dim * dim] } else { Vec::new() };
        Self {
            count: 0.0,
            mean: zeros(),
            square: zeros(),
            slope_mean: zeros(),
            slope_square: zeros(),
            product,
            before: zeros(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.count = 0.0;
        for sums in [&mut self.mean, &mut self.square, &mut self.slope_mean, &mut self.slope_square, &mut self.product]
        {
            sums.fill(0.0);
        }
    }

    /// Takes in a draw and its gradient (empty where there is none).
    pub(super) fn add(&mut self, x: &[f64], gradient: &[f64]) {
        self.count += 1.0;
        let n = self.count;
        for (i, &x) in x.iter().enumerate() {
            self.before[i] = x - self.mean[i];
            self.mean[i] += self.before[i] / n;
            self.square[i] += self.before[i] * (x - self.mean[i]);
        }
        for (i, &g) in gradient.iter().enumerate() {
            let before = g - self.slope_mean[i];
            self.slope_mean[i] += before / n;
            self.slope_square[i] += before * (g - self.slope_mean[i]);
        }
        if !self.product.is_empty() {
            let d = x.len();
            for (i, x) in x.iter().enumerate() {
                let after = x - self.mean[i];
                for j in 0..=i {
                    self.product[i * d + j] += after * self.before[j];
                }
            }
        }
    }

    /// The map that these draws suggest; `None` where they say nothing.
    pub(super) fn scale(&self, metric: Metric) -> Option<Scale> {
        if self.count < 3.0 || metric == Metric::Unit {
            return None;
        }
        let variances: Vec<f64> = (0..self.mean.len()).map(|i| self.variance(i)).collect();
        if metric == Metric::Dense && self.count >= 10.0 {
            return self.covariance(&variances).map(Scale::Dense);
        }
        Some(Scale::Diagonal(variances.into_iter().map(f64::sqrt).collect()))
    }

    fn variance(&self, i: usize) -> f64 {
        let usual = self.square[i] / (self.count - 1.0);
        let by_slope = (self.square[i] / self.slope_square[i]).sqrt();
        let ok = |v: f64| v.is_finite() && v > 1e-200;
        if ok(by_slope) {
            by_slope
        } else if ok(usual) {
            usual
        } else {
            1.0
        }
    }

    /// The Cholesky factor of the covariance, drawn towards its diagonal as by five draws.
    fn covariance(&self, variances: &[f64]) -> Option<Vec<f64>> {
        let (d, n) = (self.mean.len(), self.count);
        let mut c = self.product.clone();
        c.iter_mut().for_each(|c| *c *= n / (n + 5.0) / (n - 1.0));
        for i in 0..d {
            c[i * d + i] += variances[i] * 5.0 / (n + 5.0);
        }
        cholesky(&mut c, d).ok().map(|()| c)
    }
}

/// The Cholesky factor of a symmetric matrix `[d, d]`, in place of its lower triangle; the rest becomes 0.
pub(super) fn cholesky(a: &mut [f64], d: usize) -> Result<(), Error> {
    for i in 0..d {
        for j in 0..=i {
            let (row_i, row_j) = (&a[i * d..i * d + j], &a[j * d..j * d + j]);
            let rest = a[i * d + j] - dot(row_i, row_j);
            a[i * d + j] = if i == j { rest.sqrt() } else { rest / a[j * d + j] };
        }
        let pivot = a[i * d + i];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return Err(Error::Parameter { name: "covariance", value: pivot, expected: "positive definite" });
        }
        a[i * d + i + 1..(i + 1) * d].fill(0.0);
    }
    Ok(())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
