//! Sums, means, extremes over any axes.

use crate::dtype::{DType, with_float};
use crate::graph::Sink;
use crate::kernels::reduce::{self, Extents};
use crate::layout::Dims;
use crate::op::{Keep, Kept, Op, Saved, apply};
use crate::tensor::Tensor;
use crate::value::{Spec, Value};
use smallvec::SmallVec;

/// Axes, in the forms in which they are written: `1`, `-1`, `[0, 2]`, or `()` for all of them.
pub trait IntoAxes {
    /// As indices below `rank`, ascending.
    ///
    /// # Errors
    ///
    /// An axis that is not there.
    fn into_axes(self, rank: usize) -> Result<Dims, isize>;
}

impl IntoAxes for isize {
    fn into_axes(self, rank: usize) -> Result<Dims, isize> {
        [self].into_axes(rank)
    }
}

impl IntoAxes for () {
    fn into_axes(self, rank: usize) -> Result<Dims, isize> {
        Ok((0..rank).collect())
    }
}

impl<const N: usize> IntoAxes for [isize; N] {
    fn into_axes(self, rank: usize) -> Result<Dims, isize> {
        self.as_slice().into_axes(rank)
    }
}

impl IntoAxes for &[isize] {
    fn into_axes(self, rank: usize) -> Result<Dims, isize> {
        let index = |&a: &isize| {
            let index = if a < 0 { a + rank as isize } else { a };
            if (0..rank as isize).contains(&index) { Ok(index as usize) } else { Err(a) }
        };
        let mut axes = self.iter().map(index).collect::<Result<Vec<usize>, isize>>()?;
        axes.sort_unstable();
        axes.dedup();
        Ok(Dims::from_slice(&axes))
    }
}

/// The elements as [outer, n, inner], where n runs over the reduced axes; copied only if those do not lie side by side.
fn blocks(x: &Value, axes: &[usize]) -> (Value, Extents) {
    let n: usize = axes.iter().map(|&a| x.shape()[a]).product();
    let wide = |a: &usize| x.shape()[*a] != 1;
    let (first, last) = (axes.iter().copied().find(wide), axes.iter().copied().rev().find(wide));
    let beside = |first: usize, last: usize| (first..=last).all(|a| axes.contains(&a) || x.shape()[a] == 1);
    let (x, inner) = match (first, last) {
        (Some(first), Some(last)) if !beside(first, last) => {
            let kept = (0..x.rank()).filter(|a| !axes.contains(a));
            let order: SmallVec<[usize; 6]> = kept.chain(axes.iter().copied()).collect();
            (x.with_layout(x.layout().permuted(&order)).contiguous(), 1)
        }
        (_, Some(last)) => (x.contiguous(), x.shape()[last + 1..].iter().product()),
        _ => (x.contiguous(), 1),
    };
    let outer: usize = x.shape().iter().product::<usize>().checked_div(n * inner).unwrap_or_else(|| {
        // Nothing to divide: the extents of the kept axes tell.
        kept_count(x.shape(), axes).checked_div(inner).unwrap_or(0)
    });
    (x, Extents { outer, n, inner })
}

/// Number of results.
fn kept_count(shape: &[usize], axes: &[usize]) -> usize {
    shape.iter().enumerate().filter(|(a, _)| !axes.contains(a)).map(|(_, &n)| n).product()
}

/// The shape with the axes at extent 1.
fn kept_shape(shape: &[usize], axes: &[usize]) -> Dims {
    shape.iter().enumerate().map(|(a, &n)| if axes.contains(&a) { 1 } else { n }).collect()
}

/// What is reduced to what.
fn reduced(x: &Value, axes: &[usize], with_integers: bool) -> Result<Spec, String> {
    match x.dtype() {
        dtype @ (DType::F32 | DType::F64) => Ok(Spec { shape: kept_shape(x.shape(), axes), dtype }),
        DType::I64 if with_integers => Ok(Spec { shape: kept_shape(x.shape(), axes), dtype: DType::I64 }),
        other => Err(format!("is not defined on {other}; convert with to_dtype")),
    }
}

#[derive(Debug)]
struct Sum {
    axes: Dims,
}

impl Op for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        reduced(x[0], &self.axes, true)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let (x, by) = blocks(x[0], &self.axes);
        match out.dtype {
            DType::I64 => Value::filled::<i64>(&out.shape, |out| reduce::sum_integers(&x.read(), by, out)),
            float => {
                with_float!(float, T => Value::filled::<T>(&out.shape, |out| reduce::sum(&x.read::<T>(), by, out)))
            }
        }
        .into()
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        to.add(0, g.expand(saved.shape(0)));
    }
}

/// The product of the elements.
#[derive(Debug)]
struct Product {
    axes: Dims,
}

impl Op for Product {
    fn name(&self) -> &'static str {
        "prod"
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        reduced(x[0], &self.axes, true)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let (x, by) = blocks(x[0], &self.axes);
        match out.dtype {
            DType::I64 => Value::filled::<i64>(&out.shape, |out| reduce::product(&x.read(), by, out)),
            float => {
                with_float!(float, T => Value::filled::<T>(&out.shape, |out| reduce::product(&x.read::<T>(), by, out)))
            }
        }
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS
    }

    /// The product of the others: from before and from behind, so that zeros do no harm.
    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let x = saved.input(0);
        let rest: Dims = (0..x.rank()).filter(|a| !self.axes.contains(a)).collect();
        let order: Dims = rest.iter().chain(&self.axes).copied().collect();
        let moved = x.permute(&order);
        let rows = moved.shape()[..rest.len()].iter().product::<usize>();
        let n = moved.count().checked_div(rows).unwrap_or(0);
        let flat = moved.reshape([rows, n]);
        let one = Tensor::ones_of([rows, 1], x.dtype());
        let column = |i: usize| flat.narrow(1, i, 1);
        let (mut before, mut behind) = (vec![one.clone()], vec![one]);
        for i in 1..n {
            before.push(&before[i - 1] * column(i - 1));
            behind.push(&behind[i - 1] * column(n - i));
        }
        let others: Vec<Tensor> = (0..n).map(|i| &before[i] * &behind[n - 1 - i]).collect();
        let others = if n == 0 { flat.clone() } else { Tensor::concat(&others.iter().collect::<Vec<_>>(), 1) };
        let mut back = Dims::from_elem(0, order.len());
        order.iter().enumerate().for_each(|(i, &axis)| back[axis] = i);
        to.add(0, g * others.reshape(moved.shape()).permute(back));
    }
}

/// The largest or smallest element; equal ones share the gradient.
#[derive(Debug)]
struct Extreme {
    axes: Dims,
    largest: bool,
}

impl Op for Extreme {
    fn name(&self) -> &'static str {
        if self.largest { "max" } else { "min" }
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let spec = reduced(x[0], &self.axes, true)?;
        if x[0].count() == 0 && spec.count() > 0 {
            return Err(format!("of nothing: {:?} over axes {:?}", x[0].shape(), self.axes.as_slice()));
        }
        Ok(spec)
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let (x, by) = blocks(x[0], &self.axes);
        match out.dtype {
            DType::I64 => Value::filled::<i64>(&out.shape, |out| self.run(&x.read::<i64>(), by, out)),
            float => with_float!(float, T => Value::filled::<T>(&out.shape, |out| self.run(&x.read::<T>(), by, out))),
        }
        .into()
    }

    fn keeps(&self) -> Keep {
        Keep::INPUTS.and(Keep::OUTPUT)
    }

    fn gradient(&self, saved: &Saved<'_>, g: &Tensor, to: &mut Sink<'_>) {
        let hit = saved.input(0).detach().eq(saved.output().detach()).to_dtype(g.dtype());
        let share = &hit / apply(Sum { axes: self.axes.clone() }, &[&hit]);
        to.add(0, g * share);
    }
}

impl Extreme {
    fn run<T: reduce::Number>(&self, x: &[T], by: Extents, out: &mut [T]) {
        if self.largest { reduce::max(x, by, out) } else { reduce::min(x, by, out) }
    }
}

/// Where the largest or smallest element stands along an axis.
#[derive(Debug)]
struct Position {
    axis: usize,
    largest: bool,
}

impl Op for Position {
    fn name(&self) -> &'static str {
        if self.largest { "argmax" } else { "argmin" }
    }

    fn infer(&self, x: &[&Value]) -> Result<Spec, String> {
        let spec = reduced(x[0], &[self.axis], true)?;
        if x[0].shape()[self.axis] == 0 {
            return Err(format!("of nothing: {:?} along axis {}", x[0].shape(), self.axis));
        }
        Ok(Spec { dtype: DType::I64, ..spec })
    }

    fn value(&self, x: &[&Value], out: Spec) -> Kept {
        let (x, by) = blocks(x[0], &[self.axis]);
        Value::filled::<i64>(&out.shape, |out| match x.dtype() {
            DType::I64 => self.run(&x.read::<i64>(), by, out),
            float => with_float!(float, T => self.run(&x.read::<T>(), by, out)),
        })
        .into()
    }
}

impl Position {
    fn run<T: reduce::Number>(&self, x: &[T], by: Extents, out: &mut [i64]) {
        if self.largest { reduce::argmax(x, by, out) } else { reduce::argmin(x, by, out) }
    }
}

impl Tensor {
    #[track_caller]
    fn axes(&self, op: &str, axes: impl IntoAxes) -> Dims {
        match axes.into_axes(self.rank()) {
            Ok(axes) => axes,
            Err(axis) => panic!("{op}: {:?} has no axis {axis}", self.shape()),
        }
    }

    /// A result that kept its reduced axes at extent 1, without them if they are not wanted.
    fn without(self, axes: &[usize], keep: bool) -> Self {
        if keep {
            return self;
        }
        let shape = self.shape().iter().enumerate().filter(|(a, _)| !axes.contains(a)).map(|(_, &n)| n);
        let shape: Dims = shape.collect();
        self.reshape(shape)
    }

    /// The sum of all elements.
    #[track_caller]
    pub fn sum(&self) -> Self {
        self.sum_over((), false)
    }

    /// The sum over some axes, which go away, or stay with extent 1 if `keep`.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn sum_over(&self, axes: impl IntoAxes, keep: bool) -> Self {
        let axes = self.axes("sum", axes);
        apply(Sum { axes: axes.clone() }, &[self]).without(&axes, keep)
    }

    /// Summed over the axes that broadcasting from `shape` repeats.
    #[track_caller]
    pub(crate) fn sum_to(&self, shape: &[usize]) -> Self {
        if self.shape() == shape {
            return self.clone();
        }
        let lead = self.rank() - shape.len();
        let repeated = |&a: &usize| a < lead || (shape[a - lead] == 1 && self.shape()[a] != 1);
        let axes: Dims = (0..self.rank()).filter(repeated).collect();
        apply(Sum { axes }, &[self]).reshape(shape)
    }

    /// The mean of all elements.
    #[track_caller]
    pub fn mean(&self) -> Self {
        self.mean_over((), false)
    }

    /// The mean over some axes, which go away, or stay with extent 1 if `keep`.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn mean_over(&self, axes: impl IntoAxes, keep: bool) -> Self {
        let axes = self.axes("mean", axes);
        let n: usize = axes.iter().map(|&a| self.shape()[a]).product();
        apply(Sum { axes: axes.clone() }, &[self]).without(&axes, keep) / n as f64
    }

    /// The variance over some axes: Σ (x − mean)² / (n − correction). PyTorch's default correction is 1.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn var_over(&self, axes: impl IntoAxes, correction: f64, keep: bool) -> Self {
        let axes = self.axes("var", axes);
        let n: usize = axes.iter().map(|&a| self.shape()[a]).product();
        let mean = apply(Sum { axes: axes.clone() }, &[self]) / n as f64;
        let squares = (self - mean).square();
        apply(Sum { axes: axes.clone() }, &[&squares]).without(&axes, keep) / (n as f64 - correction)
    }

    /// The product of all elements.
    #[track_caller]
    pub fn prod(&self) -> Self {
        self.prod_over((), false)
    }

    /// The product over some axes, which go away, or stay with extent 1 if `keep`.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[track_caller]
    pub fn prod_over(&self, axes: impl IntoAxes, keep: bool) -> Self {
        let axes = self.axes("prod", axes);
        apply(Product { axes: axes.clone() }, &[self]).without(&axes, keep)
    }

    /// The largest element; NaN if any is.
    #[track_caller]
    pub fn max(&self) -> Self {
        self.max_over((), false)
    }

    /// The largest over some axes, which go away, or stay with extent 1 if `keep`; equal ones share the gradient
    /// (PyTorch's `amax`).
    ///
    /// # Panics
    ///
    /// If there is no such axis, or nothing to choose from.
    #[track_caller]
    pub fn max_over(&self, axes: impl IntoAxes, keep: bool) -> Self {
        let axes = self.axes("max", axes);
        apply(Extreme { axes: axes.clone(), largest: true }, &[self]).without(&axes, keep)
    }

    /// The smallest element; NaN if any is.
    #[track_caller]
    pub fn min(&self) -> Self {
        self.min_over((), false)
    }

    /// The smallest over some axes, which go away, or stay with extent 1 if `keep`; equal ones share the gradient
    /// (PyTorch's `amin`).
    ///
    /// # Panics
    ///
    /// If there is no such axis, or nothing to choose from.
    #[track_caller]
    pub fn min_over(&self, axes: impl IntoAxes, keep: bool) -> Self {
        let axes = self.axes("min", axes);
        apply(Extreme { axes: axes.clone(), largest: false }, &[self]).without(&axes, keep)
    }

    /// Where the largest element stands along an axis, which goes away: the first of equal ones, or the first NaN.
    ///
    /// # Panics
    ///
    /// If there is no such axis, or nothing to choose from.
    #[track_caller]
    pub fn argmax(&self, axis: isize) -> Self {
        let axis = self.axis("argmax", axis);
        apply(Position { axis, largest: true }, &[self]).without(&[axis], false)
    }

    /// Where the smallest element stands along an axis, which goes away: the first of equal ones, or the first NaN.
    ///
    /// # Panics
    ///
    /// If there is no such axis, or nothing to choose from.
    #[track_caller]
    pub fn argmin(&self, axis: isize) -> Self {
        let axis = self.axis("argmin", axis);
        apply(Position { axis, largest: false }, &[self]).without(&[axis], false)
    }

    /// ln Σ eˣ over some axes, without overflow.
    ///
    /// # Panics
    ///
    /// If there is no such axis, or nothing to sum.
    #[track_caller]
    pub fn log_sum_exp_over(&self, axes: impl IntoAxes, keep: bool) -> Self {
        let axes = self.axes("log_sum_exp", axes);
        let top = apply(Extreme { axes: axes.clone(), largest: true }, &[&self.detach()]);
        // Where everything is −∞, or something ∞, the largest element itself is the answer: shift by 0 there.
        let shift = Self::choose(&top.abs().lt(f64::INFINITY), &top, &top.zeros_like());
        let sum = apply(Sum { axes: axes.clone() }, &[&(self - &shift).exp()]);
        (sum.ln() + shift).without(&axes, keep)
    }
}
