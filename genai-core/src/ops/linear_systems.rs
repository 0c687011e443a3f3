//! Square matrices `[.., n, n]`: Cholesky factors, triangular and general systems, inverses, determinants.
//!
//! Gradients are tensor algebra on the results, so every order is exact. Source: Murray 2016, Differentiation of the Cholesky
//! decomposition, [arXiv:1602.07527](https://arxiv.org/abs/1602.07527); Giles 2008, Collected matrix derivative results.

use crate::dtype::{check_float, with_float};
use crate::error::Error;
use crate::graph::Sink;
use crate::kernels::linear::{Job, each};
use crate::layout::{Dims, broadcast};
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};

/// The lower Cholesky factor.
#[derive(Clone, Copy, Debug)]
struct Cholesky;

impl Op for Cholesky {
    fn name(&self) -> &'static str {
        "cholesky"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        square(x[0])?;
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        run(Job::Cholesky, x, &out).into()
    }

    fn keeps(&self) -> Keep {
        Keep::OUTPUT
    }

    /// ½·(S + Sᵀ) with S = L⁻ᵀ·Φ(Lᵀ·ḡ)·L⁻¹, where Φ takes the lower triangle and halves its diagonal.
    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let transposed = saved.output().t();
        let inner = transposed.matmul(&g.lower_triangle(0)).lower_half();
        let left = transposed.solve_upper(&inner);
        let s = transposed.solve_upper(&left.t());
        to.add(0, (&s + s.t()) * 0.5);
    }
}

/// The solution X of T·X = B for a triangle T.
#[derive(Clone, Copy, Debug)]
struct SolveTriangular {
    upper: bool,
}

impl Op for SolveTriangular {
    fn name(&self) -> &'static str {
        "solve_triangular"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        system(x)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        run(Job::Triangular { upper: self.upper }, x, &out).into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(0).and(Keep::OUTPUT)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let by_right = apply(Self { upper: !self.upper }, &[&saved.input(0).t(), g]);
        if to.wants(0) {
            let whole = -by_right.matmul(&saved.output().t());
            to.add(0, if self.upper { whole.upper_triangle(0) } else { whole.lower_triangle(0) });
        }
        to.add(1, by_right);
    }
}

/// The solution X of A·X = B.
#[derive(Clone, Copy, Debug)]
struct Solve;

impl Op for Solve {
    fn name(&self) -> &'static str {
        "solve"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        system(x)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        run(Job::Solve, x, &out).into()
    }

    fn keeps(&self) -> Keep {
        Keep::input(0).and(Keep::OUTPUT)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let by_right = apply(Self, &[&saved.input(0).t(), g]);
        if to.wants(0) {
            to.add(0, -by_right.matmul(&saved.output().t()));
        }
        to.add(1, by_right);
    }
}

/// A⁻¹.
#[derive(Clone, Copy, Debug)]
struct Inverse;

impl Op for Inverse {
    fn name(&self) -> &'static str {
        "inverse"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        square(x[0])?;
        Ok(x[0].spec())
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        run(Job::Inverse, x, &out).into()
    }

    fn keeps(&self) -> Keep {
        Keep::OUTPUT
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let transposed = saved.output().t();
        to.add(0, -transposed.matmul(g).matmul(&transposed));
    }
}

/// [.., n, n] → [.., 2]: ln |det A| and the sign of det A, which has no gradient.
#[derive(Clone, Copy, Debug)]
struct Determinant;

impl Op for Determinant {
    fn name(&self) -> &'static str {
        "log_determinant"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        square(x[0])?;
        let mut shape = Dims::from_slice(&x[0].shape()[..x[0].rank() - 2]);
        shape.extend([2]);
        Ok(Spec { shape, dtype: x[0].dtype() })
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        run(Job::Determinant, x, &out).into()
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let by_logarithm = g.select(-1, 0).unsqueeze(-1).unsqueeze(-1); // [.., 1, 1]
        to.add(0, by_logarithm * apply(Inverse, &[&saved.input(0)]).t());
    }
}

/// The extent of square matrices of floats.
fn square(x: &Value) -> Result<usize, String> {
    check_float(x.dtype())?;
    match x.shape() {
        [.., m, n] if m == n => Ok(*n),
        other => Err(format!("{other:?}: no square matrix")),
    }
}

/// The rule for A·X = B.
fn system(x: &[&Value]) -> Result<Spec, String> {
    let (a, b) = (x[0], x[1]);
    let n = square(a)?;
    if a.dtype() != b.dtype() {
        return Err(format!("{} and {}: types differ; convert with to_dtype", a.dtype(), b.dtype()));
    }
    let fits = b.rank() == a.rank()
        && b.shape()[..b.rank() - 1] == a.shape()[..a.rank() - 2].iter().copied().chain([n]).collect::<Vec<_>>();
    if fits { Ok(b.spec()) } else { Err(format!("{:?} and {:?}: rows differ, or leading axes", a.shape(), b.shape())) }
}

fn run(job: Job, x: &[&Value], out: &Spec) -> Value {
    let n = x[0].shape()[x[0].rank() - 1];
    let m = x.get(1).map_or(0, |b| b.shape()[b.rank() - 1]);
    let size = match job {
        Job::Cholesky | Job::Inverse => n * n,
        Job::Triangular { .. } | Job::Solve => n * m,
        Job::Determinant => 2,
    };
    with_float!(out.dtype, T => {
        let (a, b) = (x[0].read::<T>(), x.get(1).map(|b| b.read::<T>()));
        Value::filled::<T>(&out.shape, |out| each(job, &a, n, b.as_deref().unwrap_or(&[]), m, size, out))
    })
}

/// A system's two sides with their leading axes broadcast.
fn sides(a: &Tensor, b: &Tensor) -> (Tensor, Tensor) {
    let ([lead_a @ .., _, _], [lead_b @ .., _, _]) = (a.shape(), b.shape()) else { return (a.clone(), b.clone()) };
    let Some(lead) = broadcast(lead_a, lead_b) else { return (a.clone(), b.clone()) };
    let [a, b] = [a, b].map(|x| {
        let shape: Dims = lead.iter().chain(&x.shape()[x.rank() - 2..]).copied().collect();
        if x.shape() == shape.as_slice() { x.clone() } else { x.expand(shape) }
    });
    (a, b)
}

impl Tensor {
    /// The lower Cholesky factors L of symmetric positive definite matrices `[.., n, n]`, A = L·Lᵀ. Only the lower triangles
    /// of A are read; the gradient is symmetric.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositiveDefinite`] names the first matrix that is not.
    ///
    /// # Panics
    ///
    /// If these are no square matrices of floats.
    ///
    /// ```
    /// # use genai_core::Tensor;
    /// let l = Tensor::from([[4.0, 2.0], [2.0, 5.0]]).cholesky()?;
    /// assert_eq!(l.to_vec::<f32>(), [2.0, 0.0, 1.0, 2.0]);
    /// # Ok::<(), genai_core::Error>(())
    /// ```
    #[track_caller]
    pub fn cholesky(&self) -> Result<Self, Error> {
        let factor = apply(Cholesky, &[self]);
        match factor.detach().diagonal(0).first_not_finite() {
            Some(matrix) => Err(Error::NotPositiveDefinite { matrix }),
            None => Ok(factor),
        }
    }

    /// The number of the first row of the last axis that holds a number that is not finite.
    fn first_not_finite(&self) -> Option<usize> {
        let n = self.extent(-1).max(1);
        self.to_dtype(crate::DType::F64).to_vec::<f64>().chunks(n).position(|row| row.iter().any(|x| !x.is_finite()))
    }

    /// X with T·X = B, where T is the lower triangle of these matrices `[.., n, n]` and B is `[.., n, m]`, leading axes
    /// broadcast. For Tᵀ·X = B: `t().solve_upper(b)`.
    ///
    /// # Panics
    ///
    /// If these are no square matrices, or B does not fit.
    #[track_caller]
    pub fn solve_lower(&self, b: &Self) -> Self {
        let (a, b) = sides(self, b);
        apply(SolveTriangular { upper: false }, &[&a, &b])
    }

    /// X with T·X = B, where T is the upper triangle of these matrices `[.., n, n]` and B is `[.., n, m]`, leading axes
    /// broadcast.
    ///
    /// # Panics
    ///
    /// If these are no square matrices, or B does not fit.
    #[track_caller]
    pub fn solve_upper(&self, b: &Self) -> Self {
        let (a, b) = sides(self, b);
        apply(SolveTriangular { upper: true }, &[&a, &b])
    }

    /// X with A·X = B for these matrices A `[.., n, n]` and B `[.., n, m]`, leading axes broadcast, by LU factors with
    /// pivots.
    ///
    /// # Errors
    ///
    /// [`Error::Singular`] if a solution is not finite.
    ///
    /// # Panics
    ///
    /// If these are no square matrices, or B does not fit.
    #[track_caller]
    pub fn solve(&self, b: &Self) -> Result<Self, Error> {
        let (a, b) = sides(self, b);
        let x = apply(Solve, &[&a, &b]);
        if x.is_finite() { Ok(x) } else { Err(Error::Singular) }
    }

    /// The inverses of matrices `[.., n, n]`.
    ///
    /// # Errors
    ///
    /// [`Error::Singular`] if one is not finite.
    ///
    /// # Panics
    ///
    /// If these are no square matrices of floats.
    #[track_caller]
    pub fn inverse(&self) -> Result<Self, Error> {
        let inverse = apply(Inverse, &[self]);
        if inverse.is_finite() { Ok(inverse) } else { Err(Error::Singular) }
    }

    /// Sign and ln |det| of matrices `[.., n, n]`: `[..]` each. Of a singular matrix 0 and −∞. For a positive definite one
    /// twice the sum of `cholesky()?.diagonal(0).ln()` is cheaper.
    ///
    /// # Panics
    ///
    /// If these are no square matrices of floats.
    #[track_caller]
    pub fn log_determinant(&self) -> (Self, Self) {
        let both = apply(Determinant, &[self]);
        (both.select(-1, 1).detach(), both.select(-1, 0))
    }
}
